package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowHeader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What the tests of frames do again and again. */
final class Frames {
    private Frames() {}

    /** Collects frames. */
    static final class Collector implements FrameDecoder.Receiver {
        final List<FlowHeader> headers = new ArrayList<>();
        final List<List<ByteBuffer>> tensors = new ArrayList<>();
        boolean wanting = true;

        @Override
        public boolean wants(FlowHeader header) {
            return wanting;
        }

        @Override
        public void frame(FlowHeader header, List<ByteBuffer> data) {
            headers.add(header);
            tensors.add(data);
        }
    }

    static byte[] bytes(FrameEncoder.Encoded... frames) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (FrameEncoder.Encoded frame : frames) {
            for (ByteBuffer piece : frame.pieces()) {
                byte[] bytes = new byte[piece.remaining()];
                piece.duplicate().get(bytes);
                all.writeBytes(bytes);
            }
        }
        return all.toByteArray();
    }
}
