package io.pepper.onnx.internal.wire;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Thrown if a path leads to a link that may not be followed instead of a file. */
public final class LinkedFileException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    LinkedFileException(Path file, String why) {
        super(file.toString(), null, why);
    }
}
