package io.pepper.model;

/**
 * ONNX Runtime's native library does not load in this process, so that nothing can be run or inferred; the message says why. Models
 * that state the types of their tensors can still be inspected, divided and planned for.
 */
public final class RuntimeUnavailableException extends ModelException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param why what the system said, and what to do
     */
    public RuntimeUnavailableException(String why) {
        super("ONNX Runtime does not load here: " + why);
    }
}
