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
     * @param pieces its bytes, in their order
     * @param bytes the number of bytes of the tensors
     */
    record Encoded(List<ByteBuffer> pieces, long bytes) {
        Encoded {
            pieces = List.copyOf(pieces);
        }
    }

    /** Returns a frame without tensors. */
    static Encoded encode(FlowHeader.Builder header) {
        return encode(header, List.of());
    }

    /** Returns a frame with tensors, whose descriptions are added to the header. */
    static Encoded encode(FlowHeader.Builder header, List<WireTensor> tensors) {
        long bytes = 0;
        List<ByteBuffer> pieces = new ArrayList<>(tensors.size() + 1);
        for (WireTensor tensor : tensors) {
            header.addTensors(tensor.header());
            bytes += tensor.data().remaining();
        }
        pieces.add(prefixed(header.build().toByteArray()));
        for (WireTensor tensor : tensors) {
            if (tensor.data().remaining() > 0) {
                pieces.add(tensor.data());
            }
        }
        return new Encoded(pieces, bytes);
    }

    private static ByteBuffer prefixed(byte[] header) {
        return ByteBuffer.allocate(Integer.BYTES + header.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(header.length)
                .put(header)
                .flip();
    }
}
