package io.pepper.onnx.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.ReadLimits;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ByteSourceTest {
    private static final byte[] BYTES = bytes();

    @TempDir
    private Path directory;

    private static byte[] bytes() {
        byte[] bytes = new byte[200_000];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private Path file() throws IOException {
        return Files.write(directory.resolve("model.onnx"), BYTES);
    }

    private List<ByteSource> sources() throws IOException {
        return List.of(new ArraySource("model.onnx", BYTES), new FileSource(file()));
    }

    private static byte[] all(ByteSource source, long position, int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) {
            done += source.read(position + done, bytes, done, length - done);
        }
        return bytes;
    }

    @Test
    void bytesAreReadAtAnyPosition() throws IOException {
        for (ByteSource source : sources()) {
            try (source) {
                assertThat(source.name()).endsWith("model.onnx");
                assertThat(source.size()).isEqualTo(BYTES.length);
                byte[] target = new byte[10];
                assertThat(source.read(500, target, 2, 5)).isBetween(1, 5);
                assertThat(target[2]).isEqualTo(BYTES[500]);
                assertThat(source.read(BYTES.length - 1, target, 0, 10)).isOne();
                assertThat(source.read(BYTES.length, target, 0, 0)).isZero();
                assertThat(all(source, 0, BYTES.length)).isEqualTo(BYTES);
                assertThat(all(source, 7, 70_000)).isEqualTo(Arrays.copyOfRange(BYTES, 7, 70_007));
            }
        }
    }

    @Test
    void readsBeyondTheEndAreRefused() throws IOException {
        for (ByteSource source : sources()) {
            try (source) {
                for (long position : new long[] {BYTES.length, 1L << 32, 1L << 40, Long.MAX_VALUE}) {
                    assertThatThrownBy(() -> source.read(position, new byte[9], 0, 9))
                            .isInstanceOf(EOFException.class)
                            .hasMessageContaining("model.onnx");
                }
                assertThatThrownBy(() -> all(source, 100, BYTES.length)).isInstanceOf(EOFException.class);
                assertThatThrownBy(() -> source.read(-1, new byte[1], 0, 1))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void aFileThatIsShortenedMeanwhileIsNoticed() throws IOException {
        try (var source = new FileSource(file())) {
            try (var channel = FileChannel.open(directory.resolve("model.onnx"), StandardOpenOption.WRITE)) {
                channel.truncate(1000);
            }
            assertThatThrownBy(() -> all(source, 500, 1000))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("model.onnx");
            assertThatThrownBy(() -> PayloadScanner.scan(source, ReadLimits.DEFAULTS))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> new FileSource(directory.resolve("none.onnx")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none.onnx");
    }

    @Test
    void buffersOutsideTheHeapAreFilledUpToTheirLimit() throws IOException {
        for (ByteSource source : sources()) {
            try (source) {
                ByteBuffer target = ByteBuffer.allocateDirect(100);
                target.position(10).limit(60);
                while (target.hasRemaining()) {
                    assertThat(source.read(3 + target.position() - 10, target)).isPositive();
                }
                byte[] read = new byte[50];
                target.get(10, read);
                assertThat(read).isEqualTo(Arrays.copyOfRange(BYTES, 3, 53));
                assertThat(source.read(3, target)).isZero();
            }
        }
    }

    /** A source may give less than was asked for, as long as it is something. */
    @Test
    void scanningBearsShortReads() throws IOException {
        byte[] model = RoundTripTest.everywhere().toByteArray();
        ByteSource stingy = new StingySource(new ArraySource("stingy", model));
        Skeleton skeleton = PayloadScanner.scan(stingy, ReadLimits.DEFAULTS);
        assertThat(skeleton.model()).isEqualTo(PayloadBytes.scan(model).model());
        assertThat(PayloadBytes.write(skeleton.model(), skeleton.payloads())).isEqualTo(PayloadBytes.roundTrip(model));
    }

    private record StingySource(ByteSource source) implements ByteSource {
        @Override
        public String name() {
            return source.name();
        }

        @Override
        public long size() {
            return source.size();
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            byte[] some = new byte[Math.min(target.remaining(), 3)];
            int count = source.read(position, some, 0, some.length);
            target.put(some, 0, count);
            return count;
        }

        @Override
        public void close() {}
    }
}
