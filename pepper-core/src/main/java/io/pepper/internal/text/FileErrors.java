package io.pepper.internal.text;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.jspecify.annotations.Nullable;

/**
 * Errors of the file system, completed with their file and reason. Java's own write errors consist only of "No space
 * left on device"; others have a name without its directory or without a reason. Stateless and therefore thread-safe.
 */
public final class FileErrors {
    private static final String UTF_8 = "UTF-8";
    private static final int ASCII = 128;

    private FileErrors() {}

    /** Work on one file. */
    @FunctionalInterface
    public interface Work<T> {
        /**
         * Does the work.
         *
         * @return the result
         * @throws IOException if it fails
         */
        T run() throws IOException;
    }

    /** Work on one file without a result. */
    @FunctionalInterface
    public interface Step {
        /**
         * Does the work.
         *
         * @throws IOException if it fails
         */
        void run() throws IOException;
    }

    /**
     * Does work on a file, whose errors then name the file.
     *
     * @param file the file for errors
     * @param work the work
     * @param <T> the type of the result
     * @return the result of the work
     * @throws IOException the error of the work, named by {@link #named}
     */
    public static <T> T naming(Path file, Work<T> work) throws IOException {
        try {
            return work.run();
        } catch (IOException failed) {
            throw named(file, failed);
        }
    }

    /**
     * Does work on a file, whose errors then name the file.
     *
     * @param file the file for errors
     * @param step the work
     * @throws IOException the error of the step, named by {@link #named}
     */
    public static void namingStep(Path file, Step step) throws IOException {
        naming(file, () -> {
            step.run();
            return file;
        });
    }

    /**
     * Returns an error with its file.
     *
     * @param file the file
     * @param failed the error
     * @return the error itself if it has a file with its directory and a reason, or if it is not an error of the file
     *     system; otherwise an error of the same kind with both, and with the first as its cause
     */
    public static IOException named(Path file, IOException failed) {
        if (failed instanceof ClosedByInterruptException) {
            return caused(new InterruptedIOException(file + ": the work on this file was interrupted"), failed);
        }
        if (failed instanceof FileSystemException system) {
            return named(file, system);
        }
        if (failed instanceof FileNotFoundException stream) {
            return named(file, stream);
        }
        if (failed.getClass() != IOException.class
                || String.valueOf(failed.getMessage()).contains(file.toString())) {
            return failed;
        }
        return caused(new FileSystemException(file.toString(), null, failed.getMessage()), failed);
    }

    /**
     * Returns an error of a file that was written under a temporary name, with its final name.
     *
     * @param draft the temporary name
     * @param file the final name
     * @param failed the error
     * @return an error that names {@code file} if the error is about either name or about no file; otherwise the error
     *     itself
     */
    static IOException renamed(Path draft, Path file, IOException failed) {
        return failed instanceof FileSystemException system && draft.toString().equals(system.getFile())
                ? of(file.toString(), null, system)
                : named(file, failed);
    }

    private static FileSystemException named(Path file, FileSystemException failed) {
        String name = isComplete(failed.getFile(), file) ? failed.getFile() : file.toString();
        return name.equals(failed.getFile()) && failed.getReason() != null
                ? failed
                : of(name, failed.getOtherFile(), failed);
    }

    /** Streams say each failure to open a file by this exception, with the reason in brackets behind the name. */
    private static IOException named(Path file, FileNotFoundException failed) {
        String message = String.valueOf(failed.getMessage());
        String before = file + " (";
        return message.startsWith(before) && message.endsWith(")")
                ? caused(
                        new FileSystemException(
                                file.toString(), null, message.substring(before.length(), message.length() - 1)),
                        failed)
                : failed;
    }

    private static FileSystemException of(String name, @Nullable String other, FileSystemException failed) {
        String reason = reason(failed);
        if (failed instanceof NoSuchFileException) {
            return caused(new NoSuchFileException(name, other, reason), failed);
        }
        if (failed instanceof AccessDeniedException) {
            return caused(new AccessDeniedException(name, other, reason), failed);
        }
        if (failed instanceof FileAlreadyExistsException) {
            return caused(new FileAlreadyExistsException(name, other, reason), failed);
        }
        return caused(new FileSystemException(name, other, reason), failed);
    }

    /** Returns whether an error's own file name is more complete than the known one. */
    private static boolean isComplete(String name, Path file) {
        return name != null && (Paths.get(name).isAbsolute() || !file.endsWith(name));
    }

    /**
     * Returns the reason of an error, in words.
     *
     * @param failed an error of the file system
     * @return its own reason, or the usual reason of its type
     */
    public static String reason(FileSystemException failed) {
        if (failed.getReason() != null) {
            return failed.getReason();
        }
        if (failed instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (failed instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failed instanceof FileAlreadyExistsException) {
            return "exists already";
        }
        if (failed instanceof NotDirectoryException) {
            return "is not a directory";
        }
        if (failed instanceof DirectoryNotEmptyException) {
            return "is a directory that is not empty";
        }
        return "cannot be used (" + failed.getClass().getSimpleName() + ")";
    }

    /**
     * Returns the reason why a name cannot be the name of a file.
     *
     * @param invalid Java's exception
     * @return the reason; if the process supports only ASCII names, this fact and advice
     */
    public static String reason(InvalidPathException invalid) {
        String characters = System.getProperty("sun.jnu.encoding", UTF_8);
        if (characters.equalsIgnoreCase(UTF_8) || invalid.getInput().chars().allMatch(c -> c < ASCII)) {
            return invalid.getReason();
        }
        return "has characters that this Java virtual machine, started with the character set " + characters
                + " for names of files, does not know; start it with LC_ALL=C.UTF-8 in the environment";
    }

    private static <T extends IOException> T caused(T failure, IOException cause) {
        failure.initCause(cause);
        return failure;
    }
}
