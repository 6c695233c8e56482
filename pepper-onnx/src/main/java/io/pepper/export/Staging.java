package io.pepper.export;

import io.pepper.internal.text.FileErrors;
import io.pepper.onnx.internal.wire.PayloadFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * A directory beside or in the target, in which files are created before they are published together. A target that
 * does not exist appears as a whole, in one step. In an existing target, the files of an earlier export are replaced,
 * by one export at a time. If the exchange fails half way, they are restored, if necessary by the next export. Closing
 * removes everything that was not published.
 */
final class Staging implements AutoCloseable {
    /** The lock file in an existing target, held while files are exchanged. */
    private static final String EXCHANGE_LOCK = ".pepper.lock";

    /** The system's locks work between processes; these work between threads. Several targets may share one. */
    private static final List<ReentrantLock> EXCHANGES =
            Stream.generate(ReentrantLock::new).limit(64).toList();

    /** An exchange takes milliseconds. A lock held for longer does not belong to an export, or to one that hangs. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path target;
    private final Path parent;
    private final Path directory;
    private final ExportLock lock;
    private final Earlier earlier;

    /** The parent directories that were created for a new target, the innermost first. */
    private final List<Path> madeAbove;

    /** The files in the target that belong to an earlier export and may be replaced. */
    @FunctionalInterface
    interface Earlier {
        /** Returns their current names. */
        Set<String> files() throws IOException;
    }

    /** Work during which no other export exchanges files in the target. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    /** A completed move, so that it can be undone. */
    private record Move(Path from, Path to) {}

    private Staging(Path target, Path directory, ExportLock lock, Earlier earlier, List<Path> madeAbove) {
        this.target = target;
        this.parent = Objects.requireNonNull(directory.getParent());
        this.directory = directory;
        this.lock = lock;
        this.earlier = earlier;
        this.madeAbove = madeAbove;
    }

    /**
     * Creates the directory after removing the leftovers of killed exports.
     *
     * @param target the directory in which the files will appear
     * @param earlier returns the names in the target that belong to an earlier export
     */
    static Staging of(Path target, Earlier earlier) throws IOException {
        Path absolute = target.toAbsolutePath().normalize();
        clean(absolute);
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.isDirectory(absolute)) {
                throw new NotDirectoryException(target.toString());
            }
            return in(absolute, absolute, earlier, List.of());
        }
        Path parent = Objects.requireNonNull(absolute.getParent(), "the root exists");
        List<Path> missing = new ArrayList<>();
        for (Path above = parent; above != null && Files.notExists(above); above = above.getParent()) {
            missing.add(above);
        }
        try {
            FileErrors.namingStep(parent, () -> Files.createDirectories(parent));
            return in(parent, absolute, Set::of, missing);
        } catch (IOException failed) {
            removeEmpty(missing);
            throw failed;
        }
    }

    /** Removes the leftovers of killed exports in the target and beside it, and undoes their unfinished exchanges. */
    static void clean(Path target) throws IOException {
        Path absolute = target.toAbsolutePath().normalize();
        Leftovers.clean(absolute);
        Path parent = absolute.getParent();
        if (parent != null && Files.isWritable(parent) && Files.isReadable(parent)) {
            Leftovers.clean(parent);
        }
    }

    private static Staging in(Path home, Path target, Earlier earlier, List<Path> madeAbove) throws IOException {
        String name = Leftovers.MARK + UUID.randomUUID();
        ExportLock lock = ExportLock.hold(home.resolve(name + Leftovers.LOCK), PATIENCE);
        try {
            Path directory = FileErrors.naming(target, () -> Files.createDirectory(home.resolve(name)));
            return new Staging(target, directory, lock, earlier, madeAbove);
        } catch (IOException failed) {
            lock.close();
            throw failed;
        }
    }

    /** Removes directories that were created in vain. A directory to which another process has added a file stays. */
    private static void removeEmpty(List<Path> directories) {
        try {
            for (Path empty : directories) {
                Files.deleteIfExists(empty);
            }
        } catch (IOException stays) {
            // A remaining empty directory must not hide why the export failed.
        }
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /**
     * Returns the files in the target that belong to an earlier export. During an exchange, some of them are absent.
     */
    Set<String> earlierFiles() throws IOException {
        Set<String> found = new LinkedHashSet<>();
        if (parent.equals(target)) {
            withExchangeLock(() -> found.addAll(earlier.files()));
        }
        return found;
    }

    /** Refuses names that exist in the target and do not belong to an earlier export. */
    void refuseStrangers(List<String> names) throws IOException {
        if (parent.equals(target)) {
            // During an exchange, files of another export have no manifest.
            withExchangeLock(() -> refuseStrangers(names, earlier.files()));
        } else {
            refuseStrangers(names, earlier.files());
        }
    }

    private void refuseStrangers(List<String> names, Set<String> replaceable) throws IOException {
        for (String name : names) {
            if (!replaceable.contains(name) && Files.exists(target.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(
                        target.resolve(name).toString(),
                        null,
                        "does not belong to an earlier export and is not overwritten");
            }
        }
    }

    /** Publishes the files, the last of the names last. */
    void publish(List<String> names) throws IOException {
        force(directory);
        if (parent.equals(target)) {
            withExchangeLock(() -> replace(names, earlier.files()));
            force(target);
        } else {
            appear();
            force(parent);
        }
    }

    private void appear() throws IOException {
        try {
            Files.move(directory, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw failed;
            }
            FileAlreadyExistsException there = new FileAlreadyExistsException(
                    target.toString(), null, "was created by another process in the meantime and is not overwritten");
            there.initCause(failed);
            throw there;
        }
    }

    private void withExchangeLock(Work work) throws IOException {
        ReentrantLock exchange = EXCHANGES.get(Math.floorMod(target.hashCode(), EXCHANGES.size()));
        try {
            exchange.lockInterruptibly();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            InterruptedIOException stopped = new InterruptedIOException("the export was interrupted");
            stopped.initCause(interrupted);
            throw stopped;
        }
        try {
            ExportLock held = ExportLock.hold(target.resolve(EXCHANGE_LOCK), PATIENCE);
            try (held) {
                work.run();
            }
        } finally {
            exchange.unlock();
        }
    }

    private void replace(List<String> names, Set<String> replaceable) throws IOException {
        refuseStrangers(names, replaceable);
        Path old = Files.createDirectory(directory.resolve(Leftovers.OLD));
        write(directory.resolve(Leftovers.JOURNAL), String.join("\n", names));
        Deque<Move> done = new ArrayDeque<>();
        try {
            for (String name : replaceable) {
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

    private static void write(Path file, String text) throws IOException {
        try (PayloadFile out = new PayloadFile(file, false)) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.write(bytes, 0, bytes.length);
            out.finish(true);
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

    /** Forces a directory's entries to disk where the system can; Windows cannot. */
    private static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException unsupported) {
            // The files themselves were forced; some systems cannot open a directory.
        }
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            if (Files.exists(directory)) {
                Leftovers.remove(directory);
            }
        }
        removeEmpty(madeAbove);
    }
}
