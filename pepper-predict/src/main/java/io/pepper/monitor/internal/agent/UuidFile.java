package io.pepper.monitor.internal.agent;

import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.FileErrors;
import io.pepper.internal.text.FileKinds;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The file that keeps the UUID of a node. It is made once: agents that start at the same time, in one process or in
 * several, get the same UUID. Thread-safe.
 */
final class UuidFile {
    private static final int MAX_BYTES = 200;
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** File locks are held by processes: threads of one process need a lock of their own. */
    private static final Object IN_PROCESS = new Object();

    private UuidFile() {}

    /**
     * Returns the UUID of this node.
     *
     * @param given the file; empty for {@link #usual}
     * @param notes receives a remark if the UUID cannot be kept
     * @throws IOException if a given file can be neither read nor written, or has something else than a UUID
     */
    static UUID of(Optional<Path> given, List<String> notes) throws IOException {
        if (given.isPresent()) {
            return readOrMake(given.get());
        }
        Optional<Path> usual = usual();
        String why = "this user has no home directory";
        if (usual.isPresent()) {
            try {
                return readOrMake(usual.get());
            } catch (FileSystemException refused) {
                why = FileErrors.reason(refused) + ": " + usual.get();
            }
        }
        notes.add(
                "the node's UUID cannot be kept (" + why + "), so that it is another one after a restart: give a file");
        return UUID.randomUUID();
    }

    /** Returns the usual file: {@code pepper/node-uuid} in the user's directory of states; empty without a home. */
    private static Optional<Path> usual() {
        String state = Optional.ofNullable(System.getenv("XDG_STATE_HOME")).orElse("");
        if (state.startsWith("/")) {
            return Optional.of(Path.of(state, "pepper", "node-uuid"));
        }
        String home = System.getProperty("user.home", "");
        boolean exists = !home.isBlank() && !home.equals("?");
        return exists ? Optional.of(Path.of(home, ".local", "state", "pepper", "node-uuid")) : Optional.empty();
    }

    private static UUID readOrMake(Path file) throws IOException {
        return FileErrors.naming(file, () -> {
            synchronized (IN_PROCESS) {
                if (FileKinds.isOther(file)) {
                    throw new FileSystemException(file.toString(), null, "is no regular file");
                }
                Optional<UUID> found = Files.exists(file) ? parse(content(file)) : Optional.empty();
                if (found.isPresent()) {
                    return found.get();
                }
                return make(file);
            }
        });
    }

    /** An empty file is one whose maker died, or is about to write: the lock tells these apart. */
    private static UUID make(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        try (FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            byte[] found = content(file);
            if (found.length > 0 && lock.isValid()) {
                return parse(found)
                        .orElseThrow(() -> new InvalidFileException(
                                file.toString(), 1, "is not a UUID: delete the file, and the agent makes one"));
            }
            UUID made = UUID.randomUUID();
            channel.write(ByteBuffer.wrap((made + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
            channel.force(true);
            return made;
        }
    }

    private static byte[] content(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_BYTES);
        }
    }

    private static Optional<UUID> parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8).strip();
        return UUID_TEXT.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }
}
