package io.pepper.model;

import io.pepper.document.SafeText;
import java.io.IOException;

/**
 * A model, or a file beside it, is refused. The message says which file, where in it, and what was found. Names come from the
 * file and may be anything: in the message, characters that steer terminals and logs are written as {@code \\u001b} and the like,
 * and what is very long is cut off.
 */
public class ModelException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Which file or model. */
    private final String source;

    /** Where in it. */
    private final String where;

    /** What was found there. */
    private final String what;

    /**
     * Makes the exception.
     *
     * @param source which file or model
     * @param where where in it, for instance {@code graph.node[12].attribute[0]}
     * @param what what was found there
     */
    protected ModelException(String source, String where, String what) {
        super(SafeText.of(source) + ": " + SafeText.of(where) + ": " + SafeText.of(what));
        this.source = source;
        this.where = where;
        this.what = what;
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
        super(SafeText.of(source) + ": " + SafeText.of(where) + ": " + SafeText.of(what), cause);
        this.source = source;
        this.where = where;
        this.what = what;
    }

    /**
     * Makes the exception, of what no file is to blame for.
     *
     * @param message for a person
     */
    ModelException(String message) {
        super(SafeText.of(message));
        this.source = "ONNX Runtime";
        this.where = "this process";
        this.what = message;
    }

    /**
     * Which file or model is refused. May hold any characters, unlike the message.
     *
     * @return its name or path, as the caller gave it
     */
    public String source() {
        return source;
    }

    /**
     * Where in it. May hold any characters, unlike the message.
     *
     * @return for instance {@code graph.node[12].attribute[0]}
     */
    public String where() {
        return where;
    }

    /**
     * What was found there. May hold any characters, unlike the message.
     *
     * @return for a person
     */
    public String what() {
        return what;
    }
}
