package io.pepper.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file appears whole or not at all, and every error names it with a reason. */
class WholeFileTest {
    @TempDir
    Path directory;

    private List<String> names() throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void replacesWhatIsThere() throws IOException {
        Path file = Files.writeString(directory.resolve("page.html"), "a long text that was there before");
        WholeFile.write(file, "ü");
        assertThat(file).hasContent("ü");
        assertThat(names()).containsExactly("page.html");
    }

    @Test
    void followsALinkAndLeavesIt() throws IOException {
        Path real = Files.writeString(directory.resolve("real"), "before");
        Path link = Files.createSymbolicLink(directory.resolve("link"), real);
        WholeFile.write(link, "after");
        assertThat(real).hasContent("after");
        assertThat(Files.isSymbolicLink(link)).isTrue();
    }

    @Test
    void failureLeavesWhatWasThere() throws IOException {
        Path file = Files.writeString(directory.resolve("data.csv"), "before");
        assertThatThrownBy(() -> WholeFile.write(file, out -> {
                    out.write("half".getBytes(StandardCharsets.UTF_8));
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(file + ": No space left on device");
        assertThat(file).hasContent("before");
        assertThat(names()).containsExactly("data.csv");
    }

    @Test
    void missingDirectoryIsSaidOfTheFile() {
        Path file = directory.resolve("nowhere/page.html");
        assertThatThrownBy(() -> WholeFile.write(file, "x"))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage(file + ": no such file or directory");
    }

    @Test
    void nameThatIsTooLongIsSaidOfTheFile() {
        Path file = directory.resolve("n".repeat(300));
        assertThatThrownBy(() -> WholeFile.write(file, "x"))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContainingAll(file.toString(), "File name too long");
    }

    @Test
    void directoryIsNoFile() throws IOException {
        Path file = Files.createDirectory(directory.resolve("page.html"));
        assertThatThrownBy(() -> WholeFile.write(file, "x"))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContainingAll(file.toString(), "Is a directory");
    }

    /** A device is written to, not replaced. */
    @Test
    void fullDeviceIsNamed() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full here");
        assertThatThrownBy(() -> WholeFile.write(full, "x"))
                .isInstanceOf(FileSystemException.class)
                .hasMessage("/dev/full: No space left on device");
        assertThat(Files.isRegularFile(full)).isFalse();
    }

    @Test
    void errorsWithoutAReasonGetOne() {
        Path file = Path.of("/a/model.onnx");
        assertThat(FileErrors.named(file, new AccessDeniedException("/a/model.onnx")))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessage("/a/model.onnx: permission denied");
        assertThat(FileErrors.named(file, new NoSuchFileException("model.onnx")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage("/a/model.onnx: no such file or directory");
        assertThat(FileErrors.named(file, new FileSystemException("/b/other", null, "Read-only file system")))
                .hasMessage("/b/other: Read-only file system");
    }
}
