package io.pepper.onnx.internal.wire;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens a file below a directory without following a link on the way, even if one is created in the meantime. Where the
 * system supports it, each directory is opened from the one above it and the file from the last one, never by a path.
 * Afterwards the identity of the opened file is checked again.
 */
final class ContainedFile {
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private final Path root;
    private final Path below;
    private final boolean hardLinks;

    /**
     * An open file.
     *
     * @param channel the file, for the caller to close
     * @param key its identity; null where the system has none
     */
    record Opened(FileChannel channel, @Nullable Object key) {}

    /**
     * Creates the path.
     *
     * @param root a directory; links on the way to it are followed
     * @param below a path from there, without {@code ..}
     * @param hardLinks whether the file may have other names
     */
    ContainedFile(Path root, Path below, boolean hardLinks) {
        this.root = root;
        this.below = below.normalize();
        this.hardLinks = hardLinks;
    }

    /**
     * Opens the file.
     *
     * @throws LinkedFileException if there is a link on the path
     * @throws NoSuchFileException if there is no such file
     * @throws FileSystemException if it is not a regular file, or has other names
     */
    Opened open() throws IOException {
        try (DirectoryStream<Path> top = Files.newDirectoryStream(root)) {
            if (top instanceof SecureDirectoryStream<Path> handle) {
                return openFrom(handle);
            }
        }
        return openByPath();
    }

    private Opened openFrom(SecureDirectoryStream<Path> top) throws IOException {
        Deque<SecureDirectoryStream<Path>> opened = new ArrayDeque<>();
        SecureDirectoryStream<Path> directory = top;
        try {
            for (int name = 0; name < below.getNameCount() - 1; name++) {
                Path next = below.getName(name);
                refuseLink(attributes(directory, next));
                directory = directory.newDirectoryStream(next, LinkOption.NOFOLLOW_LINKS);
                opened.push(directory);
            }
            return openIn(directory);
        } catch (NotDirectoryException notThere) {
            throw missing(notThere);
        } finally {
            for (SecureDirectoryStream<Path> each : opened) {
                each.close();
            }
        }
    }

    private Opened openIn(SecureDirectoryStream<Path> directory) throws IOException {
        Path name = below.getFileName();
        BasicFileAttributes before = attributes(directory, name);
        refuseIrregular(before);
        FileChannel channel = (FileChannel) directory.newByteChannel(name, READ);
        return checked(channel, before, attributes(directory, name));
    }

    /** Opens the file on systems without directory handles: the path is checked before and after. */
    private Opened openByPath() throws IOException {
        Path file = root.resolve(below);
        for (Path name = file; !name.equals(root); name = Objects.requireNonNull(name.getParent())) {
            refuseLink(attributes(name));
        }
        BasicFileAttributes before = attributes(file);
        refuseIrregular(before);
        FileChannel channel = FileChannel.open(file, READ);
        return checked(channel, before, attributes(file));
    }

    private Opened checked(FileChannel channel, BasicFileAttributes before, BasicFileAttributes after)
            throws IOException {
        try {
            boolean same = Objects.equals(before.fileKey(), after.fileKey()) && after.isRegularFile();
            if (!same || channel.size() != after.size()) {
                throw new FileSystemException(name(), null, "was exchanged while it was opened");
            }
            refuseOtherNames(after);
            return new Opened(channel, after.fileKey());
        } catch (IOException | RuntimeException refused) {
            channel.close();
            throw refused;
        }
    }

    /** Java can only look this up by path, so the identity of the file must be that of the opened one. */
    private void refuseOtherNames(BasicFileAttributes opened) throws IOException {
        Path file = root.resolve(below);
        if (hardLinks || !file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return;
        }
        Map<String, Object> found = Files.readAttributes(file, "unix:nlink,fileKey", LinkOption.NOFOLLOW_LINKS);
        if (!Objects.equals(found.get("fileKey"), opened.fileKey())) {
            throw new FileSystemException(name(), null, "was exchanged while it was opened");
        }
        if (!Objects.equals(found.get("nlink"), 1)) {
            throw new FileSystemException(
                    name(),
                    null,
                    "has " + found.get("nlink")
                            + " names in the file system (hard links), where one is allowed; if they are trusted, allow them:"
                            + " --hard-links (in Java, ReadOptions.withHardLinks)");
        }
    }

    private static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        return directory
                .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private void refuseLink(BasicFileAttributes attributes) throws LinkedFileException {
        if (attributes.isSymbolicLink()) {
            throw new LinkedFileException(root.resolve(below), "is a link, or lies behind one");
        }
    }

    private void refuseIrregular(BasicFileAttributes attributes) throws IOException {
        refuseLink(attributes);
        if (!attributes.isRegularFile()) {
            throw new FileSystemException(
                    name(), null, attributes.isDirectory() ? "is a directory" : "is not a regular file");
        }
    }

    private NoSuchFileException missing(NotDirectoryException cause) {
        NoSuchFileException missing = new NoSuchFileException(name());
        missing.initCause(cause);
        return missing;
    }

    private String name() {
        return root.resolve(below).toString();
    }
}
