package io.pepper.export;

import io.pepper.internal.text.FileErrors;
import io.pepper.model.ReadOptions;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leftovers of exports whose process was killed: directories of files that were never published, and targets in
 * which only some of the files had been exchanged. The directories are removed; the targets are restored.
 */
final class Leftovers {
    /** The prefix of the names of all temporary files and directories. */
    static final String MARK = ".pepper-";

    /** The suffix of the lock file beside each staging directory. */
    static final String LOCK = ".lock";

    /**
     * The file in a staging directory that lists the files being exchanged. It exists from before the first move on.
     */
    static final String JOURNAL = ".publishing";

    /** The directory in a staging directory with the files of the earlier export. */
    static final String OLD = ".old";

    private static final Pattern LOCK_NAME =
            Pattern.compile(Pattern.quote(MARK) + "[0-9a-f-]{36}" + Pattern.quote(LOCK));
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final int MAX_JOURNAL_BYTES = 64 << 20;

    private Leftovers() {}

    /**
     * Removes the leftovers in a directory. The files of living processes are left alone.
     *
     * @param directory the directory; need not exist
     */
    static void clean(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        for (Path lock : list(directory, MARK + "*" + LOCK)) {
            if (LOCK_NAME.matcher(String.valueOf(lock.getFileName())).matches()) {
                clean(directory, lock);
            }
        }
    }

    private static List<Path> list(Path directory, String names) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, names)) {
            found.forEach(files::add);
        } catch (DirectoryIteratorException failed) {
            throw FileErrors.named(directory, Objects.requireNonNull(failed.getCause()));
        } catch (IOException failed) {
            throw FileErrors.named(directory, failed);
        }
        return files;
    }

    private static void clean(Path target, Path lock) throws IOException {
        Optional<ExportLock> taken = ExportLock.take(lock);
        if (taken.isEmpty()) {
            return;
        }
        ExportLock held = taken.get();
        try (held) {
            String name = String.valueOf(lock.getFileName());
            Path staged = lock.resolveSibling(name.substring(0, name.length() - LOCK.length()));
            if (Files.isDirectory(staged, LinkOption.NOFOLLOW_LINKS)) {
                if (Files.isRegularFile(staged.resolve(JOURNAL), LinkOption.NOFOLLOW_LINKS)) {
                    putBack(target, staged);
                }
                removeIfPossible(staged);
            }
        }
    }

    /**
     * Undoes an unfinished exchange. Each step can be repeated if this process is killed, too.
     *
     * @param target the directory in which files were exchanged
     * @param staged the staging directory of the new files
     */
    static void putBack(Path target, Path staged) throws IOException {
        List<String> names = journal(staged);
        if (names.stream().noneMatch(name -> exists(staged.resolve(name)))) {
            return; // All of them had been published.
        }
        for (String name : names) {
            if (!exists(staged.resolve(name)) && exists(target.resolve(name))) {
                Files.move(target.resolve(name), staged.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        Path old = staged.resolve(OLD);
        if (Files.isDirectory(old, LinkOption.NOFOLLOW_LINKS)) {
            for (Path file : list(old, "*")) {
                Files.move(file, target.resolve(String.valueOf(file.getFileName())), StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    /**
     * Returns the names in the journal that are plain file names. Others are ignored, since anyone may have written the
     * file.
     */
    private static List<String> journal(Path staged) throws IOException {
        DirectoryFiles files = DirectoryFiles.ofParts(staged, ReadOptions.DEFAULTS);
        String text = new String(BoundedFile.read(files, JOURNAL, MAX_JOURNAL_BYTES), StandardCharsets.UTF_8);
        return text.lines().filter(FileNames::isPlain).toList();
    }

    private static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** A foreign file under such a name must not prevent an export. */
    private static void removeIfPossible(Path directory) {
        try {
            remove(directory);
        } catch (IOException stays) {
            LOG.debug("{}: cannot be removed: {}", directory, stays.getMessage());
        }
    }

    /** Removes a directory and its contents; links are removed, not followed. */
    static void remove(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(directory)) {
            files = found.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException failed) {
            throw FileErrors.named(directory, Objects.requireNonNull(failed.getCause()));
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
