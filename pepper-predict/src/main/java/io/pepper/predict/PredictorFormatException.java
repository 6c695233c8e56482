package io.pepper.predict;

import io.pepper.document.SafeText;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file that should hold a predictor or a tree ensemble does not, or holds one of a kind that is not supported. */
public final class PredictorFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what is wrong.
     *
     * @param source the file, or what to call it
     * @param field where in it
     * @param problem what is wrong there
     */
    public PredictorFormatException(String source, String field, String problem) {
        this(source, field, problem, null);
    }

    /**
     * Says what is wrong.
     *
     * @param source the file, or what to call it
     * @param field where in it
     * @param problem what is wrong there
     * @param cause what found it
     */
    public PredictorFormatException(String source, String field, String problem, @Nullable Throwable cause) {
        super(SafeText.line(source + ": " + field + ": " + problem), cause);
    }
}
