package io.pepper.onnx.internal.wire;

import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.util.Arrays;

/**
 * A writer of a skeleton as a complete message: the payloads that its tensors refer to are copied directly from their
 * places. O(fields) time besides copying, O(structure) memory. The same message and payloads give the same bytes.
 */
public final class PayloadWriter {
    private final PayloadTable payloads;
    private final MessageKind kind;
    private final byte[] skeleton;

    /** The complete sizes of all messages that lead to tensors, in the order of their starts. */
    private final long[] sizes;

    /**
     * Prepares to write a message.
     *
     * @param message a skeleton, or a message made of parts of it: a model, graph, operator, function or tensor
     * @param payloads the payloads that its tensors refer to
     * @throws IllegalArgumentException if a tensor refers to a payload that is not in the table, or the message is of a
     *     type that cannot contain tensors
     * @throws IOException if a message that ONNX allows once is duplicated, as an unknown field
     */
    public PayloadWriter(MessageLite message, PayloadTable payloads) throws IOException {
        this.payloads = payloads;
        this.kind = MessageKind.of(message);
        this.skeleton = message.toByteArray();
        SizeSum measure = new SizeSum();
        walk(measure);
        this.sizes = measure.sizes;
    }

    /**
     * Returns the size of the complete message.
     *
     * @return 0 or more bytes; protobuf reads no more than {@link Integer#MAX_VALUE}
     */
    public long size() {
        return sizes[0];
    }

    /**
     * Writes the complete message.
     *
     * @param sink receives the message
     * @throws IOException if a payload cannot be read, or the sink cannot be written
     */
    public void write(PayloadSink sink) throws IOException {
        Emit emit = new Emit(sink);
        walk(emit);
        emit.flush();
    }

    private void walk(WireWalk.Visitor visitor) throws IOException {
        WireWalk.walk(new ArraySource("skeleton", skeleton), kind, Integer.MAX_VALUE, visitor);
    }

    private static boolean isMarker(WireWalk walk, WireWalk.Frame frame) {
        return frame.kind() == MessageKind.TENSOR
                && walk.number() == PayloadTable.MARKER
                && walk.wireType() == Wire.VARINT;
    }

    private Payload payload(WireWalk walk) throws IOException, WireFault {
        walk.reader().seek(walk.contentStart());
        long index = walk.reader().varint();
        if (index < 0 || index >= payloads.size()) {
            throw new IllegalArgumentException(
                    "a tensor refers to payload " + index + " of a table of " + payloads.size());
        }
        return payloads.get((int) index);
    }

    /** Adds up the sizes of messages from the inside out. */
    private final class SizeSum implements WireWalk.Visitor {
        private long[] sizes = new long[16];
        private int begun;

        /** The indices in {@link #sizes} of the open messages. */
        private int[] open = new int[16];

        @Override
        public void open(WireWalk walk, WireWalk.Frame frame) {
            if (begun == sizes.length) {
                sizes = Arrays.copyOf(sizes, 2 * begun);
            }
            if (frame.depth() == open.length) {
                open = Arrays.copyOf(open, 2 * open.length);
            }
            open[frame.depth()] = begun++;
        }

        private void grow(int depth, long bytes) {
            int at = open[depth];
            sizes[at] = Math.addExact(sizes[at], bytes);
        }

        @Override
        public void field(WireWalk walk, WireWalk.Frame frame) throws IOException, WireFault {
            boolean marker = isMarker(walk, frame);
            grow(frame.depth(), marker ? payload(walk).wireBytes() : walk.contentEnd() - walk.fieldStart());
        }

        @Override
        public void close(WireWalk walk, WireWalk.Frame frame) {
            if (frame.depth() > 0) {
                long size = sizes[open[frame.depth()]];
                grow(frame.depth() - 1, Wire.tagSize(frame.number()) + Wire.varintSize(size));
                grow(frame.depth() - 1, size);
            }
        }
    }

    /** Writes the message with known sizes; the bytes between payloads are collected into larger chunks. */
    private final class Emit implements WireWalk.Visitor {
        private final PayloadSink sink;
        private final byte[] buffer = new byte[1 << 14];
        private int buffered;
        private int begun;

        Emit(PayloadSink sink) {
            this.sink = sink;
        }

        @Override
        public void open(WireWalk walk, WireWalk.Frame frame) throws IOException {
            long size = sizes[begun++];
            if (frame.depth() > 0) {
                head(frame.number(), size);
            }
        }

        private void head(int number, long length) throws IOException {
            if (buffer.length - buffered < 2 * Wire.MAX_VARINT_BYTES) {
                flush();
            }
            buffered = Wire.putVarint(buffer, buffered, Wire.tag(number, Wire.DELIMITED));
            buffered = Wire.putVarint(buffer, buffered, length);
        }

        @Override
        public void field(WireWalk walk, WireWalk.Frame frame) throws IOException, WireFault {
            if (isMarker(walk, frame)) {
                put(payload(walk));
            } else {
                copy((int) walk.fieldStart(), (int) walk.contentEnd());
            }
        }

        private void put(Payload payload) throws IOException {
            if (payload.form() == Payload.Form.RAW) {
                head(PayloadField.RAW_DATA.number(), payload.length());
            }
            flush();
            sink.transfer(payload.source(), payload.position(), payload.length());
        }

        private void copy(int from, int to) throws IOException {
            int length = to - from;
            if (length > buffer.length - buffered) {
                flush();
            }
            if (length > buffer.length) {
                sink.write(skeleton, from, length);
            } else {
                System.arraycopy(skeleton, from, buffer, buffered, length);
                buffered += length;
            }
        }

        void flush() throws IOException {
            if (buffered > 0) {
                sink.write(buffer, 0, buffered);
                buffered = 0;
            }
        }

        @Override
        public void close(WireWalk walk, WireWalk.Frame frame) {}
    }
}
