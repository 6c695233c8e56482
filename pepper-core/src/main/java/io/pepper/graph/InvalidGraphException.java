package io.pepper.graph;

/**
 * Thrown if the operators and tensors in a builder are not a dataflow graph: because of a cycle, a tensor with two
 * producers, or a read of a tensor without a producer. The message names these operators and tensors.
 */
public class InvalidGraphException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message the message with the names of the operators and tensors
     */
    public InvalidGraphException(String message) {
        super(message);
    }
}
