package io.pepper.model;

/** Thrown for a valid model that uses a feature not supported here. */
public final class UnsupportedModelException extends ModelException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param source the file or model
     * @param where the place in it, for instance {@code graph.node[12].attribute[0]}
     * @param what the unsupported feature found there
     */
    public UnsupportedModelException(String source, String where, String what) {
        super(source, where, what);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param source the file or model
     * @param where the place in it, for instance {@code graph.node[12].attribute[0]}
     * @param what the unsupported feature found there
     * @param cause the cause
     */
    public UnsupportedModelException(String source, String where, String what, Throwable cause) {
        super(source, where, what, cause);
    }
}
