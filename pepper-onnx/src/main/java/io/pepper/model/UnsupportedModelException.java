package io.pepper.model;

/** A model holds something that is valid but not supported here. */
public final class UnsupportedModelException extends ModelException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param source which file or model
     * @param where where in it, for instance {@code graph.node[12].attribute[0]}
     * @param what what was found there
     */
    public UnsupportedModelException(String source, String where, String what) {
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
    public UnsupportedModelException(String source, String where, String what, Throwable cause) {
        super(source, where, what, cause);
    }
}
