package io.pepper.model;

import io.pepper.document.SafeText;
import java.io.IOException;

/**
 * Thrown when a model, or a file beside it, is refused. The message names the file, the place in it, and the fault.
 * Names come from the file and may contain anything: the message escapes characters that control terminals and logs, as
 * in {@code \\u001b}, and shortens very long names.
 */
public class ModelException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The file or model. */
    private final String source;

    /** The place in it. */
    private final String where;

    /** The fault found there. */
    private final String what;

    /**
     * Creates an exception.
     *
     * @param source the file or model
     * @param where the place in it, for instance {@code graph.node[12].attribute[0]}
     * @param what the fault found there
     */
    protected ModelException(String source, String where, String what) {
        super(SafeText.of(source) + ": " + SafeText.of(where) + ": " + SafeText.of(what));
        this.source = source;
        this.where = where;
        this.what = what;
    }

    /**
     * Creates an exception with a cause.
     *
     * @param source the file or model
     * @param where the place in it, for instance {@code graph.node[12].attribute[0]}
     * @param what the fault found there
     * @param cause the cause
     */
    protected ModelException(String source, String where, String what, Throwable cause) {
        super(SafeText.of(source) + ": " + SafeText.of(where) + ": " + SafeText.of(what), cause);
        this.source = source;
        this.where = where;
        this.what = what;
    }

    /**
     * Creates an exception that blames no file.
     *
     * @param message the message, for people
     */
    ModelException(String message) {
        super(SafeText.of(message));
        this.source = "ONNX Runtime";
        this.where = "this process";
        this.what = message;
    }

    /**
     * Returns the refused file or model. Unlike the message, it may contain any characters.
     *
     * @return a name or path, as the caller gave it
     */
    public String source() {
        return source;
    }

    /**
     * Returns the place in the file. Unlike the message, it may contain any characters.
     *
     * @return for instance {@code graph.node[12].attribute[0]}
     */
    public String where() {
        return where;
    }

    /**
     * Returns the fault. Unlike the message, it may contain any characters.
     *
     * @return a text for people
     */
    public String what() {
        return what;
    }
}
