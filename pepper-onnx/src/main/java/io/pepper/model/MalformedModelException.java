package io.pepper.model;

/** Thrown for a malformed file: not an ONNX model, not a manifest, or one that contradicts itself. */
public final class MalformedModelException extends ModelException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param source the file or model
     * @param where the place in it, for instance {@code graph.node[12].attribute[0]}
     * @param what the fault found there
     */
    public MalformedModelException(String source, String where, String what) {
        super(source, where, what);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param source the file or model
     * @param where the place in it, for instance {@code graph.node[12].attribute[0]}
     * @param what the fault found there
     * @param cause the cause
     */
    public MalformedModelException(String source, String where, String what, Throwable cause) {
        super(source, where, what, cause);
    }
}
