package io.pepper.distributed.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.pepper.onnx.internal.wire.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartStoreTest {
    private static final byte[] CONTENT = "the weights of a part".getBytes(StandardCharsets.UTF_8);
    private static final String HASH = Digests.sha256(CONTENT);
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    private Path directory;

    private PartStore store;

    @BeforeEach
    void open() throws IOException {
        store = PartStore.open(directory.resolve("store"));
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private static StoredFiles.Entry entry(String path, byte[] content) {
        return new StoredFiles.Entry(path, Digests.sha256(content), content.length);
    }

    private static StoredFiles files(StoredFiles.Entry... more) {
        List<StoredFiles.Entry> entries = new ArrayList<>(List.of(more));
        entries.add(entry("partition.json", new byte[] {1}));
        entries.add(entry("plan.json", new byte[] {2}));
        return new StoredFiles(List.of(0), List.of(0), entries);
    }

    private void sendDocuments() throws IOException {
        store.blobs().append(Digests.sha256(new byte[] {1}), 0, ByteString.copyFrom(new byte[] {1}));
        store.blobs().append(Digests.sha256(new byte[] {2}), 0, ByteString.copyFrom(new byte[] {2}));
    }

    private StoredFiles stored(String version) throws IOException {
        StoredFiles files = files(entry("a_part1.onnx", CONTENT));
        store.prepare(files);
        sendDocuments();
        store.blobs().append(HASH, 0, ByteString.copyFrom(CONTENT));
        store.assemble("ocr", version, files);
        return files;
    }

    @Test
    void aFileInPiecesIsCompleteWithItsLastByte() throws IOException {
        StoredFiles files = files(entry("a_part1.onnx", CONTENT));
        assertThat(store.prepare(files)).containsEntry(HASH, 0L).hasSize(3);
        assertThat(store.blobs().append(HASH, 0, ByteString.copyFrom(CONTENT, 0, 5)))
                .isEqualTo(5);
        assertThat(store.prepare(files)).containsEntry(HASH, 5L);
        assertThat(store.blobs().append(HASH, 5, ByteString.copyFrom(CONTENT, 5, CONTENT.length - 5)))
                .isEqualTo(CONTENT.length);
        sendDocuments();
        assertThat(store.prepare(files)).isEmpty();
        store.assemble("ocr", "v1", files);
        assertThat(store.files("ocr", "v1").resolve("a_part1.onnx")).hasBinaryContent(CONTENT);
        assertThat(store.held()).containsOnlyKeys("ocr");
    }

    @Test
    void aRepeatedPieceChangesNothing() throws IOException {
        store.prepare(files(entry("a_part1.onnx", CONTENT)));
        store.blobs().append(HASH, 0, ByteString.copyFrom(CONTENT, 0, 5));
        assertThat(store.blobs().append(HASH, 0, ByteString.copyFrom(CONTENT, 0, 5)))
                .isEqualTo(5);
    }

    @Test
    void aRestartContinuesWhereTheFileBroke() throws IOException {
        StoredFiles files = files(entry("a_part1.onnx", CONTENT));
        store.prepare(files);
        store.blobs().append(HASH, 0, ByteString.copyFrom(CONTENT, 0, 7));
        store.close();
        store = PartStore.open(directory.resolve("store"));
        assertThat(store.prepare(files)).containsEntry(HASH, 7L);
    }

    @Test
    void aFileWithAnotherHashIsRemoved() throws IOException {
        StoredFiles files = files(entry("a_part1.onnx", CONTENT));
        store.prepare(files);
        byte[] other = new byte[CONTENT.length];
        assertThatThrownBy(() -> store.blobs().append(HASH, 0, ByteString.copyFrom(other)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not " + HASH);
        assertThat(store.blobs().unfinished()).isEmpty();
        assertThat(store.prepare(files)).containsEntry(HASH, 0L);
    }

    @Test
    void bytesThatWereNotAnnouncedOrAreTooManyAreRefused() throws IOException {
        assertThatThrownBy(() -> store.blobs().append(HASH, 0, ByteString.copyFrom(CONTENT)))
                .hasMessageContaining("was not announced");
        store.prepare(files(entry("a_part1.onnx", CONTENT)));
        assertThatThrownBy(() -> store.blobs().append(HASH, 0, ByteString.copyFrom(new byte[CONTENT.length + 1])))
                .hasMessageContaining("gets more");
    }

    @Test
    void aFileChangedOnTheDiskIsNotUsedAgain() throws IOException {
        StoredFiles files = stored("v1");
        Files.write(store.files("ocr", "v1").resolve("a_part1.onnx"), new byte[CONTENT.length]);
        assertThatThrownBy(() -> store.assemble("ocr", "v2", files)).hasMessageContaining("was changed on the disk");
        assertThat(store.held().get("ocr")).containsOnlyKeys("v1");
        assertThat(store.files("ocr", "v2")).doesNotExist();
    }

    @Test
    void aVersionWithoutItsListIsRemovedAtTheStart() throws IOException {
        stored("v1");
        Files.delete(store.files("ocr", "v1").resolveSibling("held"));
        store.close();
        store = PartStore.open(directory.resolve("store"));
        assertThat(store.held()).isEmpty();
        assertThat(store.files("ocr", "v1")).doesNotExist();
    }

    @Test
    void removingTheLastVersionLeavesNothing() throws IOException {
        stored("v1");
        store.activate("ocr", "v1");
        assertThat(store.current("ocr")).contains("v1");
        store.remove("ocr", "v1");
        assertThat(directory.resolve("store/deployments")).isEmptyDirectory();
        assertThat(directory.resolve("store/blobs")).isEmptyDirectory();
    }

    @Test
    void aSecondUserOfTheStoreIsRefused() {
        assertThatThrownBy(() -> PartStore.open(directory.resolve("store")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another node in this process uses this store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "/etc/passwd", "a/../../b", "a\\b", "", "C:evil", "line\nbreak"})
    void pathsOutOfTheStoreAreRefused(String path) {
        assertThatThrownBy(() -> store.prepare(files(entry(path, CONTENT)))).isInstanceOf(IOException.class);
    }

    @Test
    void hostileListsAreRefused() {
        StoredFiles.Entry part = entry("a_part1.onnx", CONTENT);
        assertThatThrownBy(() -> store.prepare(files(part, part))).hasMessageContaining("listed twice");
        assertThatThrownBy(() -> store.prepare(new StoredFiles(List.of(0), List.of(), List.of(part))))
                .hasMessageContaining("has no partition.json");
        assertThatThrownBy(() -> store.prepare(new StoredFiles(List.of(), List.of(), files().files())))
                .hasMessageContaining("0 parts");
        assertThatThrownBy(() -> store.prepare(files(new StoredFiles.Entry("x", "ABC", 3))))
                .hasMessageContaining("SHA-256 'ABC'");
        assertThatThrownBy(() -> store.prepare(files(new StoredFiles.Entry("x", HASH, -1))))
                .hasMessageContaining("the size -1");
        assertThatThrownBy(() -> store.prepare(files(new StoredFiles.Entry("x", HASH, Long.MAX_VALUE))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void filesLargerThanTheDiskAreRefusedBeforeTheyCome() {
        assertThatThrownBy(() -> store.prepare(files(new StoredFiles.Entry("x", HASH, 1L << 60))))
                .hasMessageContaining("has room for");
        assertThat(directory.resolve("store/incoming")).isEmptyDirectory();
    }

    /** The link stands for a disk that is full: each byte that is written to it fails. */
    @Test
    void aFullDiskFailsTheFileLeavesNothingOfItAndTheStoreGoesOn() throws IOException {
        assumeTrue(Files.exists(FULL), "this system has no " + FULL);
        store.prepare(files(entry("a_part1.onnx", CONTENT)));
        Path incoming =
                Files.createSymbolicLink(directory.resolve("store/incoming").resolve(HASH), FULL);
        assertThatThrownBy(() -> store.blobs().append(HASH, 0, ByteString.copyFrom(CONTENT)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(HASH)
                .hasMessageContaining("No space left on device");
        assertThat(Files.exists(incoming, LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertThat(store.blobs().append(HASH, 0, ByteString.copyFrom(CONTENT))).isEqualTo(CONTENT.length);
    }

    @Test
    void damagedListsAreReadOrRefused() throws IOException {
        String text = files(entry("a_part1.onnx", CONTENT)).text();
        assertThat(StoredFiles.parse(text).text()).isEqualTo(text);
        Random random = new Random(3);
        int refused = 0;
        for (int round = 0; round < 2_000; round++) {
            StringBuilder damaged = new StringBuilder(text);
            damaged.setCharAt(random.nextInt(text.length()), (char) random.nextInt(128));
            damaged.delete(random.nextInt(text.length()), text.length());
            try {
                StoredFiles.parse(damaged.toString()).check();
            } catch (IOException expected) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
