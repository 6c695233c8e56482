package io.pepper.onnx;

import java.io.IOException;

/**
 * A model, or a file beside it, is refused. The message says which file, where in it, and what was found.
 */
public class ModelException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param source which file or model
     * @param where where in it, for instance {@code graph.node[12].attribute[0]}
     * @param what what was found there
     */
    protected ModelException(String source, String where, String what) {
        super(source + ": " + where + ": " + what);
    }

    /**
     * Makes the exception.
     *
     * @param source which file or model
     * @param where where in it, for instance {@code graph.node[12].attribute[0]}
     * @param what what was found there
     * @param cause what said so first
     */
    protected ModelException(String source, String where, String what, Throwable cause) {
        super(source + ": " + where + ": " + what, cause);
    }
}
