package io.pepper.onnx.internal.wire;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** A link stands where a file was expected, and may not be followed. */
public final class LinkedFileException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    LinkedFileException(Path file, String why) {
        super(file.toString(), null, why);
    }
}
