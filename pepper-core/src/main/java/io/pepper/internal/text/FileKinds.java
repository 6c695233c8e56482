package io.pepper.internal.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The kind of a file at one moment. Two questions in a row ({@link Files#exists} and {@link Files#isRegularFile})
 * would call a file something else when another process removes it in between. Stateless and therefore thread-safe.
 */
public final class FileKinds {
    private FileKinds() {}

    /**
     * Returns the attributes of a file.
     *
     * @param file the name
     * @param options whether a symbolic link is followed
     * @return the attributes; empty if nothing has this name, or if its attributes cannot be read
     */
    public static Optional<BasicFileAttributes> attributes(Path file, LinkOption... options) {
        try {
            return Optional.of(Files.readAttributes(file, BasicFileAttributes.class, options));
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    /**
     * Returns whether a name stands for something other than a regular file, such as a directory or a pipe.
     *
     * @param file the name
     * @param options whether a symbolic link is followed
     * @return false for a regular file, and if nothing has this name
     */
    public static boolean isOther(Path file, LinkOption... options) {
        return attributes(file, options).filter(found -> !found.isRegularFile()).isPresent();
    }
}
