package io.pepper.internal.text;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * An atomic writer of files, whose errors name the file. Existing files are replaced; links are followed, and devices
 * and pipes are written to directly. Stateless and therefore thread-safe.
 */
public final class WholeFile {
    private WholeFile() {}

    /** A writer of a file's content. */
    @FunctionalInterface
    public interface Content {
        /**
         * Writes the content.
         *
         * @param out the stream for the bytes, which is buffered and closed by the caller
         * @throws IOException if it cannot be written
         */
        void write(OutputStream out) throws IOException;
    }

    /**
     * Writes a file.
     *
     * @param file the file, whose directory exists
     * @param content the content
     * @throws IOException if it cannot be written; the message names the file, which is then unchanged
     */
    public static void write(Path file, Content content) throws IOException {
        if (FileKinds.isOther(file)) {
            FileErrors.namingStep(file, () -> into(Files.newOutputStream(file, StandardOpenOption.WRITE), content));
            return;
        }
        Path target = real(file);
        // Not a temporary file of the JDK: other users could not read the resulting file.
        Path draft = target.resolveSibling(".pepper-" + UUID.randomUUID() + ".draft");
        try {
            into(Files.newOutputStream(draft, StandardOpenOption.CREATE_NEW), content);
            move(draft, target);
        } catch (IOException failed) {
            throw FileErrors.renamed(draft, file, failed);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /**
     * Writes bytes to a file.
     *
     * @param file the file, whose directory exists
     * @param bytes the bytes
     * @throws IOException if it cannot be written; the message names the file, which is then unchanged
     */
    public static void write(Path file, byte[] bytes) throws IOException {
        write(file, out -> out.write(bytes));
    }

    /**
     * Writes text to a file, in UTF-8.
     *
     * @param file the file, whose directory exists
     * @param text the text
     * @throws IOException if it cannot be written; the message names the file, which is then unchanged
     */
    public static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException absent) {
            return file;
        }
    }

    private static void into(OutputStream opened, Content content) throws IOException {
        try (OutputStream out = new BufferedOutputStream(opened)) {
            content.write(out);
        }
    }

    private static void move(Path draft, Path target) throws IOException {
        try {
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException notHere) {
            Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
