package io.pepper.onnx.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the system says of a file that is written or read, the error names the file. */
class FullDiskTest {
    private static final Path FILE = Path.of("disk", "model_part1.onnx");

    @ParameterizedTest
    @ValueSource(strings = {"No space left on device", "Disk quota exceeded", "Input/output error", "File too large"})
    void errorOfWritingNamesTheFile(String said) {
        PayloadFile file = new PayloadFile(FILE, new FailingChannel(said), true, PayloadFile.newBuffer());
        assertThatThrownBy(() -> {
                    file.write(new byte[10], 0, 10);
                    file.flush();
                })
                .isInstanceOf(FileSystemException.class)
                .hasMessage(FILE + ": " + said)
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void errorOfForcingNamesTheFile() {
        PayloadFile file =
                new PayloadFile(FILE, new FailingChannel("Input/output error"), false, PayloadFile.newBuffer());
        assertThatThrownBy(() -> file.finish(true))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(FILE + ": Input/output error");
    }

    @Test
    void errorOfReadingNamesTheFile() throws IOException {
        try (FileSource source = new FileSource(FILE, FILE, null, new FailingChannel("Input/output error"))) {
            assertThatThrownBy(() -> source.read(0, ByteBuffer.allocate(4)))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessage(FILE + ": Input/output error");
        }
    }

    @Test
    void interruptIsNoErrorOfTheFile() {
        PayloadFile file = new PayloadFile(FILE, new FailingChannel("unused"), false, PayloadFile.newBuffer());
        Thread.currentThread().interrupt();
        assertThatThrownBy(file::flush).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    /** A file of a hundred bytes, of which none can be read or written. */
    private static final class FailingChannel extends FileChannel {
        private final String said;

        FailingChannel(String said) {
            this.said = said;
        }

        private IOException failure() {
            return new IOException(said);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            throw failure();
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
            throw failure();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            throw failure();
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            throw failure();
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            throw failure();
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            throw failure();
        }

        @Override
        public long position() {
            return 0;
        }

        @Override
        public FileChannel position(long to) {
            return this;
        }

        @Override
        public long size() {
            return 100;
        }

        @Override
        public FileChannel truncate(long to) throws IOException {
            throw failure();
        }

        @Override
        public void force(boolean metadata) throws IOException {
            throw failure();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            throw failure();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
            throw failure();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long length) throws IOException {
            throw failure();
        }

        @Override
        public FileLock lock(long position, long length, boolean shared) throws IOException {
            throw failure();
        }

        @Override
        public FileLock tryLock(long position, long length, boolean shared) throws IOException {
            throw failure();
        }

        @Override
        protected void implCloseChannel() {
            // Nothing is open.
        }
    }
}
