package io.pepper.document;

import java.io.IOException;

/**
 * Thrown when a file is refused: a document that people write, a manifest, a plan or a saved sequence of tokens. The message
 * starts with the file and, if it has lines, the line, states the field and the fault, and is {@link SafeText}.
 */
public final class InvalidFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param file the file's name
     * @param line the line, from 1
     * @param problem the field, and the fault found there
     */
    public InvalidFileException(String file, int line, String problem) {
        super(SafeText.line(file) + ":" + line + ": " + SafeText.of(problem));
    }

    /**
     * Creates an exception for a file without lines.
     *
     * @param file the file's name
     * @param problem the fault found in it
     */
    public InvalidFileException(String file, String problem) {
        super(SafeText.line(file) + ": " + SafeText.of(problem));
    }

    /**
     * Creates an exception for a file without lines, with a cause.
     *
     * @param file the file's name
     * @param problem the fault found in it
     * @param cause the cause
     */
    public InvalidFileException(String file, String problem, Throwable cause) {
        super(SafeText.line(file) + ": " + SafeText.of(problem), cause);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param file the file's name
     * @param line the line, from 1
     * @param problem the field, and the fault found there
     * @param cause the cause
     */
    public InvalidFileException(String file, int line, String problem, Throwable cause) {
        super(SafeText.line(file) + ":" + line + ": " + SafeText.of(problem), cause);
    }
}
