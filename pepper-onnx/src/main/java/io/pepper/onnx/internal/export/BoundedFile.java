package io.pepper.onnx.internal.export;

import io.pepper.onnx.MalformedModelException;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads files that are small if they are what they should be. */
final class BoundedFile {
    private BoundedFile() {}

    /**
     * Reads a file.
     *
     * @param file the file
     * @param mostBytes how many bytes it may have, also if it grows meanwhile
     * @return its bytes
     * @throws MalformedModelException if it has more
     * @throws IOException if it cannot be read, or is no regular file
     */
    static byte[] read(Path file, int mostBytes) throws IOException {
        FileSource.refuseIrregular(file);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(mostBytes + 1);
            if (bytes.length > mostBytes) {
                throw new MalformedModelException(file.toString(), "file", "has more than " + mostBytes + " bytes");
            }
            return bytes;
        }
    }
}
