package io.pepper.model;

/**
 * Thrown when ONNX Runtime's native library does not load in this process, so that it can neither run nor infer
 * anything. The message gives the reason. Models with stated tensor types can still be inspected, divided and planned
 * for.
 */
public final class RuntimeUnavailableException extends ModelException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param why the system's message, and the remedy
     */
    public RuntimeUnavailableException(String why) {
        super("ONNX Runtime does not load here: " + why);
    }
}
