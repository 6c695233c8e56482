package io.pepper.onnx.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
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

    private static byte[] transferred(ByteSource source, long position, long length) throws IOException {
        var bytes = new ByteArrayOutputStream();
        source.transferTo(position, length, Channels.newChannel(bytes));
        return bytes.toByteArray();
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
                assertThat(transferred(source, 0, BYTES.length)).isEqualTo(BYTES);
                assertThat(transferred(source, 7, 70_000)).isEqualTo(Arrays.copyOfRange(BYTES, 7, 70_007));
                assertThat(transferred(source, BYTES.length, 0)).isEmpty();
            }
        }
    }

    @Test
    void whatIsNotThereIsRefused() throws IOException {
        for (ByteSource source : sources()) {
            try (source) {
                for (long position : new long[] {BYTES.length, 1L << 32, 1L << 40, Long.MAX_VALUE}) {
                    assertThatThrownBy(() -> source.read(position, new byte[9], 0, 9))
                            .isInstanceOf(EOFException.class)
                            .hasMessageContaining("model.onnx");
                    assertThatThrownBy(() -> transferred(source, position, 9))
                            .isInstanceOf(EOFException.class)
                            .hasMessageContaining("model.onnx");
                }
                assertThatThrownBy(() -> transferred(source, 100, BYTES.length)).isInstanceOf(EOFException.class);
                assertThatThrownBy(() -> transferred(source, -1, 1)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> transferred(source, 1, -1)).isInstanceOf(IllegalArgumentException.class);
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
            assertThatThrownBy(() -> transferred(source, 500, 1000))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("model.onnx");
            assertThatThrownBy(() -> PayloadScanner.scan(source, Limits.DEFAULT))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> new FileSource(directory.resolve("none.onnx")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none.onnx");
    }

    /** A channel may take a byte at a time. */
    @Test
    void slowChannelsGetEverything() throws IOException {
        for (ByteSource source : sources()) {
            try (source) {
                var slow = new OneByteChannel();
                source.transferTo(3, 300, slow);
                assertThat(slow.bytes.toByteArray()).isEqualTo(Arrays.copyOfRange(BYTES, 3, 303));
            }
        }
    }

    private static final class OneByteChannel implements WritableByteChannel {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public int write(ByteBuffer source) {
            if (!source.hasRemaining()) {
                return 0;
            }
            bytes.write(source.get());
            return 1;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    /** A source may give less than was asked for, as long as it is something. */
    @Test
    void scanningBearsShortReads() throws IOException {
        byte[] model = RoundTripTest.everywhere().toByteArray();
        ByteSource stingy = new StingySource(new ArraySource("stingy", model));
        Skeleton skeleton = PayloadScanner.scan(stingy, Limits.DEFAULT);
        assertThat(skeleton.model()).isEqualTo(Woven.scan(model).model());
        assertThat(Woven.weave(skeleton.model(), skeleton.payloads())).isEqualTo(Woven.roundTrip(model));
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
        public int read(long position, byte[] target, int offset, int length) throws IOException {
            return source.read(position, target, offset, Math.min(length, 3));
        }

        @Override
        public void transferTo(long position, long length, WritableByteChannel target) throws IOException {
            source.transferTo(position, length, target);
        }

        @Override
        public void close() {}
    }
}
