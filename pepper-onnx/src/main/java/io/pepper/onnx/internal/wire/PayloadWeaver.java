package io.pepper.onnx.internal.wire;

import io.pepper.onnx.internal.proto.ModelProto;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Writes a skeleton as a complete model: the payloads that its tensors refer to are put back, straight from where they
 * stand. O(fields) time besides copying, O(structure) memory.
 */
public final class PayloadWeaver {
    private static final Limits TRUSTED = new Limits(Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE);

    private final PayloadTable payloads;
    private final byte[] skeleton;

    /** The complete sizes of all messages that lead to tensors, in the order in which they begin. */
    private final List<Long> sizes = new ArrayList<>();

    /**
     * Prepares to write a message.
     *
     * @param model a skeleton, or a message made of parts of it
     * @param payloads the payloads that its tensors refer to
     * @throws IOException never: the message was made by protobuf
     */
    public PayloadWeaver(ModelProto model, PayloadTable payloads) throws IOException {
        this.payloads = payloads;
        this.skeleton = model.toByteArray();
        walk(new Measure());
    }

    /**
     * How many bytes the complete message has.
     *
     * @return 0 or more; protobuf reads no more than {@link Integer#MAX_VALUE}
     */
    public long size() {
        return sizes.get(0);
    }

    /**
     * Writes the complete message.
     *
     * @param sink takes it
     * @throws IOException if a payload cannot be read, or the sink not be written
     */
    public void write(WovenSink sink) throws IOException {
        walk(new Emit(sink));
    }

    private void walk(WireWalk.Visitor visitor) throws IOException {
        WireInput input = new WireInput(new ArraySource("skeleton", skeleton));
        new WireWalk(input, TRUSTED, visitor).walk(MessageKind.MODEL);
    }

    private Payload payload(long start) {
        int tagBytes = Wire.varintBytes(Wire.tag(MessageKind.MARKER, Wire.VARINT));
        return payloads.get((int) Wire.getVarint(skeleton, (int) start + tagBytes));
    }

    private static boolean isMarker(WireWalk.Open message, int field) {
        return message.kind == MessageKind.TENSOR && field == MessageKind.MARKER;
    }

    private final class Measure implements WireWalk.Visitor {
        private final Deque<Integer> open = new ArrayDeque<>();

        @Override
        public void begin(WireWalk.Open message) {
            open.push(sizes.size());
            sizes.add(0L);
        }

        private void grow(int message, long bytes) {
            sizes.set(message, sizes.get(message) + bytes);
        }

        @Override
        public void field(WireWalk.Open message, int field, int type, long start, long end) throws IOException {
            grow(open.element(), isMarker(message, field) ? payload(start).wireBytes() : end - start);
        }

        @Override
        public void end(WireWalk.Open message) {
            long size = sizes.get(open.pop());
            if (!open.isEmpty()) {
                int tagBytes = Wire.varintBytes(Wire.tag(message.field, Wire.DELIMITED));
                grow(open.element(), tagBytes + Wire.varintBytes(size) + size);
            }
        }
    }

    private final class Emit implements WireWalk.Visitor {
        private final WovenSink sink;
        private final byte[] head = new byte[2 * Wire.MAX_VARINT_BYTES];
        private int begun;

        Emit(WovenSink sink) {
            this.sink = sink;
        }

        @Override
        public void begin(WireWalk.Open message) throws IOException {
            long size = sizes.get(begun++);
            if (message.around != null) {
                writeHead(message.field, size);
            }
        }

        private void writeHead(int field, long length) throws IOException {
            int end = Wire.putVarint(head, 0, Wire.tag(field, Wire.DELIMITED));
            sink.write(head, 0, Wire.putVarint(head, end, length));
        }

        @Override
        public void field(WireWalk.Open message, int field, int type, long start, long end) throws IOException {
            if (!isMarker(message, field)) {
                sink.write(skeleton, (int) start, (int) (end - start));
                return;
            }
            Payload payload = payload(start);
            if (payload.form() == Payload.Form.RAW) {
                writeHead(MessageKind.RAW_DATA, payload.length());
            }
            sink.transfer(payload.source(), payload.position(), payload.length());
        }

        @Override
        public void end(WireWalk.Open message) {}
    }
}
