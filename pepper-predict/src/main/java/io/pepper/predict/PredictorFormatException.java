package io.pepper.predict;

import io.pepper.document.SafeText;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Thrown when a file holds no predictor or tree ensemble, or one of an unsupported kind. */
public final class PredictorFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param source the file, or its name in messages
     * @param field the position in the file
     * @param problem the problem at that position
     */
    public PredictorFormatException(String source, String field, String problem) {
        this(source, field, problem, null);
    }

    /**
     * Creates an exception.
     *
     * @param source the file, or its name in messages
     * @param field the position in the file
     * @param problem the problem at that position
     * @param cause the exception that found the problem; null if there is none
     */
    public PredictorFormatException(String source, String field, String problem, @Nullable Throwable cause) {
        super(SafeText.line(source + ": " + field + ": " + problem), cause);
    }
}
