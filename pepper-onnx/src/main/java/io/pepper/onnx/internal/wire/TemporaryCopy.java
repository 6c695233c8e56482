package io.pepper.onnx.internal.wire;

import io.pepper.internal.text.FileErrors;
import io.pepper.model.MalformedModelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A temporary copy of a stream, which can be read at any position. */
public final class TemporaryCopy {
    private static final int BUFFER = 1 << 16;

    private TemporaryCopy() {}

    /**
     * Writes a stream to a temporary file, which the caller deletes.
     *
     * @param in read to the end, not closed
     * @param name the name in messages
     * @param most maximum number of bytes
     * @return the file
     * @throws MalformedModelException if there are more bytes
     * @throws IOException if the stream cannot be read, or the file cannot be written; no file is left then
     */
    public static Path toFile(InputStream in, String name, long most) throws IOException {
        Path file = Files.createTempFile("pepper-", ".onnx");
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] buffer = new byte[BUFFER];
            long left = most;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                left -= count;
                if (left < 0) {
                    throw new MalformedModelException(name, "stream", "has more than " + most + " bytes");
                }
                int read = count;
                FileErrors.namingStep(file, () -> out.write(buffer, 0, read));
            }
            return file;
        } catch (IOException | RuntimeException failed) {
            Files.deleteIfExists(file);
            throw failed;
        }
    }
}
