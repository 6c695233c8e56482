package io.pepper.document;

import java.io.IOException;

/** A file says what it must not, or is no document at all. The message begins with the file and the line, and is {@link SafeText}. */
public final class InvalidFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what is wrong.
     *
     * @param file the file's name
     * @param line the line, from 1
     * @param problem the field, and what is wrong with it
     */
    public InvalidFileException(String file, int line, String problem) {
        super(SafeText.line(file + ":" + line + ": " + problem));
    }

    /**
     * Says what is wrong.
     *
     * @param file the file's name
     * @param line the line, from 1
     * @param problem the field, and what is wrong with it
     * @param cause what was thrown
     */
    public InvalidFileException(String file, int line, String problem, Throwable cause) {
        super(SafeText.line(file + ":" + line + ": " + problem), cause);
    }
}
