package io.pepper.graph;

/**
 * The operators and tensors given to a builder are no dataflow graph: there is a cycle, a tensor with two producers, or
 * a read of a tensor that nobody makes. The message names the operators and tensors concerned.
 */
public class InvalidGraphException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what is wrong, with the names of the operators and tensors
     */
    public InvalidGraphException(String message) {
        super(message);
    }
}
