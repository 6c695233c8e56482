package io.pepper.onnx.internal.wire;

import com.google.protobuf.MessageLite;
import io.pepper.model.ReadLimits;
import io.pepper.onnx.internal.proto.ModelProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Scans and writes payloads in memory. */
final class PayloadBytes {
    /** Random tensors have more dimensions than real ones. */
    private static final ReadLimits ANY_RANK =
            ReadLimits.builder().rank(Integer.MAX_VALUE).build();

    private PayloadBytes() {}

    static Skeleton scan(byte[] bytes) throws IOException {
        return PayloadScanner.scan(new ArraySource("test", bytes), ANY_RANK);
    }

    /** Limits of three kinds, all others as usual. */
    static ReadLimits limits(long structureBytes, long fields, int depth) {
        return ReadLimits.builder()
                .structureBytes(structureBytes)
                .fields(fields)
                .depth(depth)
                .build();
    }

    static byte[] write(MessageLite message, PayloadTable payloads) throws IOException {
        var writer = new PayloadWriter(message, payloads);
        var sink = new ByteSink();
        writer.write(sink);
        byte[] bytes = sink.bytes.toByteArray();
        if (bytes.length != writer.size()) {
            throw new AssertionError(bytes.length + " bytes where size() says " + writer.size());
        }
        return bytes;
    }

    static byte[] roundTrip(byte[] bytes) throws IOException {
        Skeleton skeleton = scan(bytes);
        return write(skeleton.model(), skeleton.payloads());
    }

    static ModelProto parse(byte[] bytes) throws IOException {
        return ModelProto.parseFrom(bytes);
    }

    private static final class ByteSink implements PayloadSink {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void write(byte[] part, int offset, int length) {
            bytes.write(part, offset, length);
        }

        @Override
        public void transfer(ByteSource source, long position, long length) throws IOException {
            byte[] part = new byte[Math.toIntExact(length)];
            for (int done = 0; done < part.length; ) {
                done += source.read(position + done, part, done, part.length - done);
            }
            bytes.write(part, 0, part.length);
        }
    }
}
