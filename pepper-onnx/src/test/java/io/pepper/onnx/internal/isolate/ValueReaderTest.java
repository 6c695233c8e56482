package io.pepper.onnx.internal.isolate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.InputShapes;
import io.pepper.model.OptimizationLevel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ValueReaderTest {
    private static final long MOST = 1 << 20;

    /** One component of each type that may travel. */
    record Everything(
            boolean flag,
            int integer,
            long number,
            double real,
            String text,
            OptimizationLevel level,
            Duration time,
            Path file,
            OptionalLong perhapsNumber,
            OptionalDouble perhapsReal,
            Optional<List<Long>> perhapsList,
            Set<String> names,
            Map<String, Optional<Double>> reals,
            InputShapes sizes,
            ByteBuffer bytes,
            List<Buffer> buffers) {}

    record Checked(int positive) {
        Checked {
            if (positive <= 0) {
                throw new IllegalArgumentException("is not positive: " + positive);
            }
        }
    }

    record Texts(List<String> texts) {}

    private static Everything everything() {
        return new Everything(
                true,
                -7,
                Long.MIN_VALUE,
                Double.NEGATIVE_INFINITY,
                "größer \u0000 \ud83d\ude80",
                OptimizationLevel.ALL,
                Duration.ofNanos(1_234_567_890_123L),
                Path.of("a", "b c.onnx"),
                OptionalLong.of(3),
                OptionalDouble.empty(),
                Optional.of(List.of(1L, -1L)),
                Set.of("x", "y"),
                Map.of("a", Optional.of(0.5), "b", Optional.empty()),
                InputShapes.NONE.withInputShape("x", 1, 3).withDimension("batch", 2),
                ByteBuffer.wrap(new byte[] {1, 2}),
                List.of(
                        FloatBuffer.wrap(new float[] {1.5f}),
                        DoubleBuffer.wrap(new double[] {-0.0}),
                        IntBuffer.wrap(new int[] {7}),
                        LongBuffer.wrap(new long[] {8, 9}, 1, 1),
                        ShortBuffer.wrap(new short[] {-1}),
                        ByteBuffer.wrap(new byte[] {3})));
    }

    private static byte[] written(Record record) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ValueWriter writer = new ValueWriter(bytes);
        writer.write(record.getClass(), record);
        writer.flush();
        return bytes.toByteArray();
    }

    private static <T> T read(byte[] bytes, Class<T> type) throws IOException {
        return new ValueReader(new ByteArrayInputStream(bytes), MOST).read(type);
    }

    @Test
    void readsWhatWasWritten() throws IOException {
        Everything found = read(written(everything()), Everything.class);
        assertThat(found).isEqualTo(everything());
        assertThat(found.buffers.get(3))
                .as("only what is between position and limit")
                .isEqualTo(LongBuffer.wrap(new long[] {9}));
    }

    @Test
    void everyTruncationIsAnEnd() throws IOException {
        byte[] whole = written(everything());
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(part, Everything.class)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void everyChangedByteIsReadOrRefused() throws IOException {
        byte[] whole = written(everything());
        int refused = 0;
        for (int at = 0; at < whole.length; at++) {
            for (int change : new int[] {1, 0x80, 0xff}) {
                byte[] changed = whole.clone();
                changed[at] ^= (byte) change;
                try {
                    assertThat(read(changed, Everything.class)).isNotNull();
                } catch (EOFException | InvalidAnswerException asItShouldBe) {
                    refused++;
                }
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void announcedSizesTakeNoMemory() throws IOException {
        for (int announced : new int[] {Integer.MAX_VALUE, -1, (int) MOST}) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new DataOutputStream(bytes).writeInt(announced);
            assertThatThrownBy(() -> read(bytes.toByteArray(), Texts.class))
                    .isInstanceOf(InvalidAnswerException.class)
                    .hasMessageContaining(String.valueOf(announced));
        }
    }

    @Test
    void tooLongAnswersAreRefusedBeforeReading() throws IOException {
        byte[] bytes = written(new Texts(List.of("a".repeat(600), "b".repeat(600))));
        ValueReader small = new ValueReader(new ByteArrayInputStream(bytes), 1_000);
        assertThatThrownBy(() -> small.read(Texts.class)).isInstanceOf(InvalidAnswerException.class);
    }

    @Test
    void constructorsCheckTheReadValues() throws IOException {
        assertThat(read(written(new Checked(5)), Checked.class)).isEqualTo(new Checked(5));
        assertThatThrownBy(() -> read(new byte[4], Checked.class))
                .isInstanceOf(InvalidAnswerException.class)
                .hasMessageContaining("is not positive: 0");
    }

    @Test
    void unsupportedTypesAreAProgrammingError() {
        record Odd(Object anything) {}
        assertThatThrownBy(() -> written(new Odd(new Object())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Object");
        assertThatThrownBy(() -> read("x".getBytes(StandardCharsets.UTF_8), Odd.class))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
