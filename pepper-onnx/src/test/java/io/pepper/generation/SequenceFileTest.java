package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.document.InvalidFileException;
import io.pepper.export.ExportOptions;
import io.pepper.export.SubmodelExporter;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of saved sequences that are damaged, hostile, or of other models. */
class SequenceFileTest {
    private static final int HASH = 32;
    private static final int TOKENS = 3;

    /** The position of the number of tokens, behind the magic, the version and the model. */
    private static final int TOKENS_AT = 8 + 4 + 32;

    private static final int CONTEXTS_AT = TOKENS_AT + 4 + TOKENS * 8 + 4;
    private static final int CACHES_AT = CONTEXTS_AT + 4;
    private static final String NAME = "past_key_values.0.key";
    private static final int TYPE_AT = CACHES_AT + 4 + 2 + NAME.length();
    private static final int AXIS_AT = TYPE_AT + 2 + "float".length();

    @TempDir
    Path directory;

    private Path file = Path.of("");
    private GenerationSession session;
    private byte[] good = {};

    @BeforeEach
    void save() throws IOException {
        file = directory.resolve("saved.sequence");
        session = GenerationSession.open(parts(Decoders.Style.ATTENTION, 2, true));
        try (TokenSequence sequence = session.newSequence()) {
            sequence.append(List.of(5L, 6L, 7L));
            sequence.save(file);
        }
        good = Files.readAllBytes(file);
    }

    @AfterEach
    void close() throws IOException {
        session.close();
    }

    private Path parts(Decoders.Style style, int layers, boolean hashed) throws IOException {
        Path target = directory.resolve(style + "-" + layers + "-" + hashed);
        try (OnnxModel model = OnnxModel.load(Decoders.bytes(style, layers), "decoder")) {
            SubmodelExporter.export(
                    model,
                    Partitioner.balanced(2, OperatorCosts.count())
                            .partition(model.cuts(model.costs(model.shapes()).cutOptions())),
                    target,
                    ExportOptions.DEFAULTS.withChecksums(hashed));
        }
        return target;
    }

    /** Restores a changed file whose hash is right. */
    private void assertRefused(String fault, Consumer<ByteBuffer> change) throws Exception {
        byte[] bytes = good.clone();
        change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        assertRefused(fault, bytes);
    }

    private void assertRefused(String fault, byte[] bytes) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(bytes, 0, bytes.length - HASH);
        System.arraycopy(digest.digest(), 0, bytes, bytes.length - HASH, HASH);
        Files.write(file, bytes);
        List<Long> caches = session.cacheBytes();
        assertThatThrownBy(() -> session.restore(file))
                .as(fault)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(fault);
        assertThat(session.cacheBytes()).as("nothing is left").isEqualTo(caches);
    }

    @Test
    void theLayoutIsTheDocumentedOne() {
        ByteBuffer bytes = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(new String(good, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("PEPPERSQ");
        assertThat(bytes.getInt(8)).isOne();
        assertThat(bytes.getInt(TOKENS_AT)).isEqualTo(TOKENS);
        assertThat(bytes.getLong(TOKENS_AT + 4)).isEqualTo(5);
        assertThat(bytes.getInt(CONTEXTS_AT - 4)).as("chosen tokens").isZero();
        assertThat(bytes.getInt(CONTEXTS_AT)).isZero();
        assertThat(bytes.getInt(CACHES_AT)).isEqualTo(4);
        assertThat(bytes.getInt(AXIS_AT)).as("the axis of growth").isOne();
        assertThat(bytes.getInt(AXIS_AT + 4)).as("axes").isEqualTo(3);
        assertThat(bytes.getLong(AXIS_AT + 16)).as("tokens").isEqualTo(TOKENS);
        long content = (long) TOKENS * Decoders.WIDTH * Float.BYTES;
        assertThat(bytes.getLong(AXIS_AT + 32)).isEqualTo(content);
        int entry = AXIS_AT + 40 - CACHES_AT - 4;
        int values = NAME.length() - "past_key_values.0.value".length();
        assertThat(good.length).isEqualTo(4 * content + (CACHES_AT + 4 + 4 * entry - 2 * values + HASH));
    }

    @Test
    void everyShortenedFileIsRefused() throws Exception {
        for (int length = 0; length < good.length; length += length < 400 ? 1 : 13) {
            Files.write(file, Arrays.copyOf(good, length));
            assertThatThrownBy(() -> session.restore(file))
                    .as("%s bytes", length)
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageStartingWith(file + ": ");
        }
    }

    @Test
    void everyChangedByteIsNoticed() throws Exception {
        for (int at = 0; at < good.length; at += at < 400 ? 1 : 13) {
            byte[] bytes = good.clone();
            bytes[at] ^= 0x10;
            Files.write(file, bytes);
            assertThatThrownBy(() -> session.restore(file)).as("byte %s", at).isInstanceOf(InvalidFileException.class);
        }
        Files.write(file, Arrays.copyOf(good, good.length + 1));
        assertThatThrownBy(() -> session.restore(file)).hasMessageContaining("it is damaged: its SHA-256 is another");
    }

    @Test
    void hostileNumbersAreRefusedBeforeMemoryIsTaken() throws Exception {
        assertRefused("it has the version 2, and only 1 is known", bytes -> bytes.putInt(8, 2));
        assertRefused("tokens, more than its size allows", bytes -> bytes.putInt(TOKENS_AT, Integer.MAX_VALUE));
        assertRefused("it has 4294967295 tokens", bytes -> bytes.putInt(TOKENS_AT, -1));
        assertRefused("further bytes are needed", bytes -> bytes.putInt(TOKENS_AT, good.length / 2));
        assertRefused("chosen tokens", bytes -> bytes.putInt(CONTEXTS_AT - 4, 2));
        assertRefused("caches, more than its size allows", bytes -> bytes.putInt(CACHES_AT, 1 << 30));
        assertRefused("further bytes are needed", bytes -> bytes.putShort(CACHES_AT + 4, (short) -1));
        assertRefused("axes, and grows along the one at", bytes -> bytes.putInt(AXIS_AT, 3));
        assertRefused("axes, and grows along the one at", bytes -> bytes.putInt(AXIS_AT, -2));
        assertRefused("axes, and grows along the one at", bytes -> bytes.putInt(AXIS_AT + 4, 1 << 20));
        assertRefused("bytes, more than there are", bytes -> bytes.putLong(AXIS_AT + 32, Long.MAX_VALUE));
        assertRefused("bytes, more than there are", bytes -> bytes.putLong(AXIS_AT + 32, -1));
        assertRefused("its tensors would end at byte", bytes -> bytes.putLong(AXIS_AT + 32, 4));
    }

    @Test
    void cachesThatDoNotFitAreRefused() throws Exception {
        String cache = "the cache '" + NAME + ": float[batch,past,32]' cannot be ";
        assertRefused(cache + "float[1,3,32] of 384 bytes after 3 tokens", bytes -> bytes.putInt(AXIS_AT, 0));
        assertRefused(cache + "float[1,3,32]", bytes -> bytes.putInt(AXIS_AT, -1));
        assertRefused(cache + "float[1,4,32]", bytes -> bytes.putLong(AXIS_AT + 16, 4));
        assertRefused(cache + "float[1,3,4611686018427387904]", bytes -> bytes.putLong(AXIS_AT + 24, 1L << 62));
        assertRefused(cache + "float[-1,3,32]", bytes -> bytes.putLong(AXIS_AT + 8, -1));
        assertRefused(
                cache + "int64[1,3,32]", bytes -> bytes.put(TYPE_AT + 2, "int64".getBytes(StandardCharsets.UTF_8)));
        assertRefused("the model has no cache 'Past_key_values.0.key'", bytes -> bytes.put(CACHES_AT + 6, (byte) 'P'));
        int second = AXIS_AT + 40 + 2;
        assertRefused(
                "the model has no cache 'past_key_values.7.value'",
                bytes -> bytes.put(second + "past_key_values.".length(), (byte) '7'));
        assertRefused("'past_key_values.0.key' is no input of float[1,3,32] that is the same in all steps", bytes -> {
            int entries = CACHES_AT + 4;
            int end = good.length - HASH - 4 * TOKENS * Decoders.WIDTH * Float.BYTES;
            bytes.putInt(CONTEXTS_AT, 4)
                    .put(CACHES_AT, good, entries, end - entries)
                    .putInt(end - 4, 0);
        });
    }

    @Test
    void aSequenceOfAnotherModelIsRefused() throws Exception {
        try (GenerationSession other = GenerationSession.open(parts(Decoders.Style.GROUP_QUERY, 2, true))) {
            assertThatThrownBy(() -> other.restore(file))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining(file + ": it is a sequence of another model: that has the SHA-256 ");
        }
    }

    @Test
    void partsWithoutTheHashOfTheirModelCannotTell() throws Exception {
        try (GenerationSession other = GenerationSession.open(parts(Decoders.Style.ATTENTION, 2, false));
                TokenSequence sequence = other.newSequence()) {
            sequence.append(List.of(1L));
            assertThatThrownBy(() -> other.restore(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("partition.json lacks model.sha256");
            assertThatThrownBy(() -> sequence.save(file)).hasMessageContaining("partition.json lacks model.sha256");
            assertThat(Files.readAllBytes(file)).isEqualTo(good);
        }
    }

    @Test
    void whatIsNoFileIsNamed() throws Exception {
        Path absent = directory.resolve("absent");
        assertThatThrownBy(() -> session.restore(absent))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(absent.toString());
        assertThatThrownBy(() -> session.restore(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is no regular file");
        Files.writeString(file, "a text that is longer than a magic and a hash are together, and no sequence");
        assertThatThrownBy(() -> session.restore(file)).hasMessage(file + ": it is no saved sequence");
    }
}
