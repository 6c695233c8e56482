package io.pepper.model;

/** A file is not what it should be: no ONNX model, no manifest, or one that contradicts itself. */
public final class MalformedModelException extends ModelException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param source which file or model
     * @param where where in it, for instance {@code graph.node[12].attribute[0]}
     * @param what what was found there
     */
    public MalformedModelException(String source, String where, String what) {
        super(source, where, what);
    }

    /**
     * Makes the exception.
     *
     * @param source which file or model
     * @param where where in it, for instance {@code graph.node[12].attribute[0]}
     * @param what what was found there
     * @param cause what said so first
     */
    public MalformedModelException(String source, String where, String what, Throwable cause) {
        super(source, where, what, cause);
    }
}
