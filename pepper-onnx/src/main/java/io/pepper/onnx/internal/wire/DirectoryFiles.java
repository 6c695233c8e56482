package io.pepper.onnx.internal.wire;

import io.pepper.internal.text.FileErrors;
import io.pepper.model.ReadOptions;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The files in a directory or below it. A link is followed only if its real path is below that directory, or below
 * another permitted one. Then the real path is opened without following further links. Thread-safe.
 */
public final class DirectoryFiles {
    private final Path directory;
    private final List<Path> roots;
    private final boolean hardLinks;

    /**
     * Prepares without opening files.
     *
     * @param directory the directory; links on the way to it are followed
     * @param roots other directories into which links may lead; missing ones permit nothing
     * @param hardLinks whether a file may have more than one name in the file system
     */
    public DirectoryFiles(Path directory, List<Path> roots, boolean hardLinks) {
        this.directory = directory.toAbsolutePath().normalize();
        this.roots = List.copyOf(roots);
        this.hardLinks = hardLinks;
    }

    /**
     * Returns the files of an export: its manifest, plan, parts and data files. They may have more than one name.
     *
     * @param directory the directory
     * @param options further permitted directories
     * @return its files
     */
    public static DirectoryFiles ofParts(Path directory, ReadOptions options) {
        return new DirectoryFiles(directory, options.allowedRoots(), true);
    }

    /**
     * Opens a file.
     *
     * @param below its path from the directory, with {@code /} between names and without {@code ..}
     * @return the file, which the caller closes
     * @throws IOException see {@link #open(Path)}
     */
    public FileSource open(String below) throws IOException {
        return open(Path.of(below));
    }

    /**
     * Opens a file.
     *
     * @param below its path from the directory, without {@code ..}
     * @return the file, which the caller closes
     * @throws LinkedFileException if it is a link, or is behind one, that leads outside of the permitted directories;
     *     the reason states the target and how to permit it
     * @throws NoSuchFileException if there is no such file
     * @throws FileSystemException if it is not a regular file, or has other names
     * @throws IOException if it cannot be opened
     */
    public FileSource open(Path below) throws IOException {
        if (below.normalize().toString().isEmpty()) {
            throw new FileSystemException(directory.toString(), null, "is a directory");
        }
        return FileErrors.naming(directory.resolve(below), () -> {
            Path root = top(directory, below);
            try {
                return contained(below, root, below);
            } catch (LinkedFileException linked) {
                return followed(below, root);
            }
        });
    }

    /** Returns the directory without links. If it does not exist, the exception names the file as missing. */
    private static Path top(Path directory, Path below) throws IOException {
        try {
            return directory.toRealPath();
        } catch (NoSuchFileException missing) {
            throw new NoSuchFileException(below.toString());
        }
    }

    private FileSource followed(Path below, Path root) throws IOException {
        Path name = directory.resolve(below);
        Path real = real(name);
        for (Path top : tops(root)) {
            if (real.startsWith(top) && !real.equals(top)) {
                return contained(below, top, top.relativize(real));
            }
        }
        Path place = Optional.ofNullable(real.getParent()).orElse(real);
        throw new LinkedFileException(
                name,
                "is a link to " + real
                        + ", outside of the directories that may be read; if that place is trusted, allow it:"
                        + " --allow-root " + place + " (in Java, ReadOptions.withAllowedRoots)");
    }

    private static Path real(Path link) throws IOException {
        try {
            return link.toRealPath();
        } catch (NoSuchFileException dangling) {
            NoSuchFileException missing = new NoSuchFileException(link.toString(), null, "is a link to a missing file");
            missing.initCause(dangling);
            throw missing;
        }
    }

    private List<Path> tops(Path root) throws IOException {
        List<Path> tops = new ArrayList<>(List.of(root));
        for (Path allowed : roots) {
            try {
                tops.add(allowed.toRealPath());
            } catch (NoSuchFileException nothing) {
                // A missing cache has no links to follow.
            }
        }
        return tops;
    }

    private FileSource contained(Path called, Path root, Path below) throws IOException {
        ContainedFile.Opened opened = new ContainedFile(root, below, hardLinks).open();
        return new FileSource(directory.resolve(called), root.resolve(below), opened.key(), opened.channel());
    }
}
