package io.pepper.model;

/**
 * Thrown when the child process that opens or runs a model in ONNX Runtime ends without an answer ({@link Isolation}).
 * The message names the model, the child's last task, the reason, and the last lines of its error stream.
 */
public final class IsolatedRunException extends ModelException {
    private static final long serialVersionUID = 1L;

    /** The reason why the child ended. */
    private final Reason reason;

    /** The reasons why a child can end. */
    public enum Reason {
        /** The child ended by itself: ONNX Runtime crashed. */
        CRASHED,
        /** The deadline passed, and the child was ended. */
        DEADLINE,
        /** The child exceeded the memory limit and was ended, or was refused memory and ended by itself. */
        MEMORY,
        /** The child sent an invalid answer and was ended. */
        INVALID_ANSWER
    }

    /**
     * Creates an exception.
     *
     * @param source the file or model
     * @param reason why the child ended
     * @param what the reason in words
     */
    public IsolatedRunException(String source, Reason reason, String what) {
        super(source, "isolated run", what);
        this.reason = reason;
    }

    /**
     * Returns why the child ended.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
