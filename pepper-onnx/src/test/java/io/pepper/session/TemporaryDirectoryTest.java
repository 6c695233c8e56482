package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryDirectoryTest {
    @TempDir
    private Path outside;

    @Test
    void isDeletedWithItsContent() throws IOException {
        Path kept = Files.writeString(outside.resolve("kept"), "mine");
        Path path;
        try (TemporaryDirectory scratch = TemporaryDirectory.create("test-")) {
            path = scratch.path();
            assertThat(path).isDirectory();
            assertThat(path.getFileName().toString()).startsWith("pepper-test-");
            Files.writeString(Files.createDirectories(path.resolve("a/b")).resolve("file"), "x");
            Files.createSymbolicLink(path.resolve("link"), outside);
        }
        assertThat(path).doesNotExist();
        assertThat(kept).as("links are not followed").hasContent("mine");
    }

    /** When a process ends, its hooks delete side by side. */
    @Test
    void closingAMissingDirectoryIsNoError() throws IOException {
        TemporaryDirectory directory = TemporaryDirectory.create("test-");
        Files.delete(directory.path());
        directory.close();
        assertThat(directory.path()).doesNotExist();
    }

    /** As Ctrl-C does. */
    @Test
    void isDeletedWhenTheProcessIsTerminated() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path")
                                + File.pathSeparator
                                + System.getProperty("surefire.test.class.path", ""),
                        Waiting.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            Path path = Path.of(lines.readLine());
            assertThat(path.resolve("file")).exists();
            process.destroy();
            assertThat(process.waitFor()).isNotZero();
            assertThat(path).doesNotExist();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Makes a directory, says where, and waits to be ended. */
    static final class Waiting {
        private Waiting() {}

        public static void main(String[] args) throws IOException, InterruptedException {
            Path path = TemporaryDirectory.create("test-").path();
            Files.writeString(path.resolve("file"), "x");
            System.out.println(path);
            Thread.sleep(60_000);
        }
    }
}
