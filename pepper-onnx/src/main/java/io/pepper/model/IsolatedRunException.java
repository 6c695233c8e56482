package io.pepper.model;

/**
 * The child process in which ONNX Runtime opened or ran a model did not live to answer ({@link Isolation}). The message names the model,
 * what the child did when it ended, how it ended, and the last lines that it wrote to its error stream.
 */
public final class IsolatedRunException extends ModelException {
    private static final long serialVersionUID = 1L;

    /** How the child ended. */
    private final Reason reason;

    /** How a child ended. */
    public enum Reason {
        /** It ended by itself: ONNX Runtime crashed. */
        CRASHED,
        /** It was ended at the deadline. */
        DEADLINE,
        /** It was ended because it held more memory than the limit, or ended by itself because it was refused more. */
        MEMORY,
        /** It was ended because what it answered is no answer. */
        INVALID_ANSWER
    }

    /**
     * Makes the exception.
     *
     * @param source which file or model
     * @param reason how the child ended
     * @param what the same in words
     */
    public IsolatedRunException(String source, Reason reason, String what) {
        super(source, "isolated run", what);
        this.reason = reason;
    }

    /**
     * How the child ended.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
