package io.pepper.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKindsTest {
    @TempDir
    Path directory;

    @Test
    void tellsFilesFromDirectoriesLinksAndNothing() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        assertThat(FileKinds.isOther(file)).isFalse();
        assertThat(FileKinds.isOther(directory)).isTrue();
        assertThat(FileKinds.isOther(directory.resolve("none"))).isFalse();
        assertThat(FileKinds.isOther(link)).isFalse();
        assertThat(FileKinds.isOther(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
        Files.delete(file);
        assertThat(FileKinds.isOther(link)).isFalse();
        assertThat(FileKinds.attributes(link)).isEmpty();
        assertThat(FileKinds.attributes(link, LinkOption.NOFOLLOW_LINKS)).isPresent();
    }

    @Test
    void aFileThatComesAndGoesIsNeverSomethingElse() {
        Path file = directory.resolve("lock");
        AtomicBoolean end = new AtomicBoolean();
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
            try {
                while (!end.get()) {
                    Files.deleteIfExists(Files.createFile(file));
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
        int others = 0;
        for (int i = 0; i < 100_000; i++) {
            others += FileKinds.isOther(file, LinkOption.NOFOLLOW_LINKS) ? 1 : 0;
        }
        end.set(true);
        other.join();
        assertThat(others).isZero();
    }
}
