package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Writes frames: buffers that go out one after another, so that no tensor is copied. */
final class FrameEncoder {
    private FrameEncoder() {}

    /**
     * A frame to send.
     *
     * @param head its length and header
     * @param tensors its tensors, whose memory stays as it is until {@code done}
     * @param done what a connection calls once, when it no longer reads the tensors
     */
    record Encoded(ByteBuffer head, List<WireTensor> tensors, Runnable done) {
        Encoded {
            tensors = List.copyOf(tensors);
        }

        /** Returns its bytes, in their order. */
        List<ByteBuffer> pieces() {
            List<ByteBuffer> pieces = new ArrayList<>(tensors.size() + 1);
            pieces.add(head);
            for (WireTensor tensor : tensors) {
                if (tensor.header().getBytes() > 0) {
                    pieces.add(tensor.data());
                }
            }
            return pieces;
        }
    }

    /** Returns a frame without tensors. */
    static Encoded encode(FlowHeader.Builder header) {
        return encode(header, List.of());
    }

    /** Returns a frame with tensors, whose descriptions are added to the header. */
    static Encoded encode(FlowHeader.Builder header, List<WireTensor> tensors) {
        return encode(header, tensors, () -> {});
    }

    /** Returns a frame with tensors, whose descriptions are added to the header, and what is called after it. */
    static Encoded encode(FlowHeader.Builder header, List<WireTensor> tensors, Runnable done) {
        tensors.forEach(tensor -> header.addTensors(tensor.header()));
        return new Encoded(prefixed(header.build().toByteArray()), tensors, done);
    }

    private static ByteBuffer prefixed(byte[] header) {
        return ByteBuffer.allocate(Integer.BYTES + header.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(header.length)
                .put(header)
                .flip();
    }
}
