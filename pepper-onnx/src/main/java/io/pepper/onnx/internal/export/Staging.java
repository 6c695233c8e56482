package io.pepper.onnx.internal.export;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A directory beside or in the target in which files are made before they appear there together. A target that does not
 * exist appears whole, in one step. In one that exists, the files of an earlier export are replaced; should that fail half
 * way, they are put back. Closing removes what was not published.
 */
final class Staging implements AutoCloseable {
    private final Path target;
    private final Path parent;
    private final Path directory;
    private final Set<String> replaceable;

    /** The directories above a new target that were made for it, the innermost first. */
    private final List<Path> madeAbove;

    /** A move that was made, so that it can be undone. */
    private record Move(Path from, Path to) {}

    private Staging(Path target, Path directory, Set<String> replaceable, List<Path> madeAbove) {
        this.target = target;
        this.parent = Objects.requireNonNull(directory.getParent());
        this.directory = directory;
        this.replaceable = replaceable;
        this.madeAbove = madeAbove;
    }

    /**
     * Makes the directory.
     *
     * @param target where the files shall appear
     * @param replaceable names in the target that belong to an earlier export
     */
    static Staging of(Path target, Set<String> replaceable) throws IOException {
        Path absolute = target.toAbsolutePath().normalize();
        String mark = ".pepper-" + UUID.randomUUID();
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.isDirectory(absolute)) {
                throw new NotDirectoryException(target.toString());
            }
            return new Staging(absolute, Files.createDirectory(absolute.resolve(mark)), replaceable, List.of());
        }
        Path parent = Objects.requireNonNull(absolute.getParent(), "the root exists");
        List<Path> missing = new ArrayList<>();
        for (Path above = parent; above != null && Files.notExists(above); above = above.getParent()) {
            missing.add(above);
        }
        try {
            Files.createDirectories(parent);
            return new Staging(absolute, Files.createDirectory(parent.resolve(mark)), Set.of(), missing);
        } catch (IOException failed) {
            removeEmpty(missing);
            throw failed;
        }
    }

    /** Removes directories that were made in vain; one in which somebody else put a file meanwhile stays. */
    private static void removeEmpty(List<Path> directories) {
        try {
            for (Path empty : directories) {
                Files.deleteIfExists(empty);
            }
        } catch (IOException stays) {
            // An empty directory more is no reason to hide why the export failed.
        }
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** Refuses names that stand in the target and do not belong to an earlier export. */
    void refuseStrangers(List<String> names) throws IOException {
        for (String name : names) {
            if (!replaceable.contains(name) && Files.exists(target.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(
                        target.resolve(name).toString(), null, "belongs to no earlier export and is not overwritten");
            }
        }
    }

    /** Lets the files appear, the last of the names last. */
    void publish(List<String> names) throws IOException {
        force(directory);
        if (parent.equals(target)) {
            replace(names);
            force(target);
        } else {
            Files.move(directory, target, StandardCopyOption.ATOMIC_MOVE);
            force(parent);
        }
    }

    private void replace(List<String> names) throws IOException {
        refuseStrangers(names);
        Path old = Files.createDirectory(directory.resolve("old"));
        Deque<Move> done = new ArrayDeque<>();
        try {
            List<String> earlier = new ArrayList<>(new LinkedHashSet<>(replaceable));
            for (String name : earlier) {
                if (Files.exists(target.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                    move(new Move(target.resolve(name), old.resolve(name)), done);
                }
            }
            for (String name : names) {
                move(new Move(directory.resolve(name), target.resolve(name)), done);
            }
        } catch (IOException failed) {
            undo(done, failed);
            throw failed;
        }
    }

    private static void move(Move move, Deque<Move> done) throws IOException {
        Files.move(move.from, move.to, StandardCopyOption.ATOMIC_MOVE);
        done.push(move);
    }

    private static void undo(Deque<Move> done, IOException failed) {
        for (Move move : done) {
            try {
                Files.move(move.to, move.from, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
        }
    }

    /** Makes a directory's entries durable where the system can: not on Windows. */
    private static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException unsupported) {
            // The files themselves were forced; a directory cannot be opened everywhere.
        }
    }

    @Override
    public void close() throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> found = Files.walk(directory)) {
            files = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        removeEmpty(madeAbove);
    }
}
