package io.pepper.predict;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The sizes, times and identities of the pieces' files at the start of a campaign. Later visits open the files again and
 * compare. Immutable and therefore thread-safe.
 */
final class FileStamps {
    private final Map<Path, List<Object>> stamps;

    private FileStamps(Map<Path, List<Object>> stamps) {
        this.stamps = stamps;
    }

    /** Takes the stamps of the files of pieces; files that cannot be looked at have none. */
    static FileStamps of(List<ProfileTarget> pieces) {
        Map<Path, List<Object>> stamps = new HashMap<>();
        for (ProfileTarget piece : pieces) {
            stamp(piece.file()).ifPresent(stamp -> stamps.put(piece.file(), stamp));
        }
        return new FileStamps(Map.copyOf(stamps));
    }

    /** Returns the stamp; empty where opening the file says what is wrong with it. */
    private static Optional<List<Object>> stamp(Path file) {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(List.of(found.size(), found.lastModifiedTime(), String.valueOf(found.fileKey())));
        } catch (IOException goneOrUnreadable) {
            return Optional.empty();
        }
    }

    /** Throws an IOException that names the file if it is no longer what it was. */
    void requireUnchanged(Path file) throws IOException {
        Optional<List<Object>> now = stamp(file);
        if (now.isPresent() && !now.get().equals(stamps.getOrDefault(file, now.get()))) {
            throw new FileSystemException(
                    file.toString(), null, "was changed or replaced while the campaign ran; run it again");
        }
    }
}
