package io.pepper.onnx.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts how often the bytes of files are read for their hashes. */
class FileHashesTest {
    private static final Duration LATER = Duration.ofHours(1);

    @TempDir
    Path directory;

    private Path file;
    private FileHashes settled;
    private FileHashes fresh;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(directory.resolve("model.onnx"), "before");
        Instant changed = changed(file);
        settled = new FileHashes(InstantSource.fixed(changed.plus(LATER)));
        fresh = new FileHashes(InstantSource.fixed(changed));
    }

    private static Instant changed(Path file) throws IOException {
        return ((FileTime) Files.getAttribute(file, "unix:ctime")).toInstant();
    }

    /** Changes the file after the file system's clock has advanced. */
    private void rewrite(String text) throws IOException {
        Instant before = changed(file);
        do {
            Files.writeString(file, text);
        } while (changed(file).equals(before));
    }

    private static String sha256(String text) {
        return Digests.sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    private String certain(FileHashes hashes) throws IOException {
        try (FileSource source = new FileSource(file)) {
            return hashes.certain(source, () -> false);
        }
    }

    private String likely(FileHashes hashes) throws IOException {
        try (FileSource source = new FileSource(file)) {
            return hashes.likely(source, () -> false);
        }
    }

    @Test
    void anUnchangedFileIsHashedOnce() throws IOException {
        assertThat(certain(settled)).isEqualTo(sha256("before"));
        assertThat(certain(settled)).isEqualTo(sha256("before"));
        assertThat(likely(settled)).isEqualTo(sha256("before"));
        assertThat(settled.passes()).isEqualTo(1);
    }

    @Test
    void otherNamesOfTheSameFileCountAsThisFile() throws IOException {
        certain(settled);
        Path link = Files.createSymbolicLink(directory.resolve("link.onnx"), file);
        try (FileSource source = new FileSource(link)) {
            assertThat(settled.certain(source, () -> false)).isEqualTo(sha256("before"));
        }
        assertThat(settled.passes()).isEqualTo(1);
    }

    @Test
    void aFileThatChangedInPlaceIsHashedAgain() throws IOException {
        certain(settled);
        rewrite("behind");
        assertThat(certain(settled)).isEqualTo(sha256("behind"));
        assertThat(settled.passes()).isEqualTo(2);
    }

    @Test
    void aChangeIsNoticedWhoeverSetsTheTimeOfModificationBack() throws IOException {
        certain(settled);
        FileTime modified = Files.getLastModifiedTime(file);
        rewrite("behind");
        Files.setLastModifiedTime(file, modified);
        assertThat(certain(settled)).isEqualTo(sha256("behind"));
    }

    @Test
    void aReplacedFileIsHashedAgain() throws IOException {
        certain(settled);
        Path other = Files.writeString(directory.resolve("other"), "behind");
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
        assertThat(certain(settled)).isEqualTo(sha256("behind"));
        assertThat(settled.passes()).isEqualTo(2);
    }

    /** The open file is the old one, its name already belongs to the new one. */
    @Test
    void anOpenFileAndItsReplacementKeepTheirOwnHashes() throws IOException {
        try (FileSource open = new FileSource(file)) {
            Path other = Files.writeString(directory.resolve("other"), "behind");
            Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
            assertThat(settled.certain(open, () -> false)).isEqualTo(sha256("before"));
            assertThat(certain(settled)).isEqualTo(sha256("behind"));
            assertThat(settled.certain(open, () -> false)).isEqualTo(sha256("before"));
        }
    }

    @Test
    void aFileWithARecentChangeIsHashedAgainForADecision() throws IOException {
        certain(fresh);
        assertThat(likely(fresh)).isEqualTo(sha256("before"));
        assertThat(fresh.passes()).isEqualTo(1);
        certain(fresh);
        assertThat(fresh.passes()).isEqualTo(2);
    }

    @Test
    void aWrittenFileIsNotHashedForAReport() throws IOException {
        settled.written(file, sha256("before"));
        assertThat(likely(settled)).isEqualTo(sha256("before"));
        assertThat(settled.passes()).isZero();
        assertThat(certain(settled)).isEqualTo(sha256("before"));
        assertThat(settled.passes()).isEqualTo(1);
    }

    /** Within the same step of the file system's clock, too. */
    @Test
    void aChangeDirectlyAfterWritingIsNoticed() throws IOException {
        for (int i = 0; i < 200; i++) {
            Files.writeString(file, "before");
            settled.written(file, sha256("before"));
            Files.writeString(file, "behind");
            assertThat(likely(settled)).isEqualTo(sha256("behind"));
        }
    }

    @Test
    void bytesWithoutAFileAreHashedEachTime() throws IOException {
        ArraySource bytes = new ArraySource("m", new byte[] {1, 2, 3});
        assertThat(settled.certain(bytes, () -> false)).isEqualTo(settled.likely(bytes, () -> false));
        assertThat(settled.passes()).isEqualTo(2);
    }
}
