package io.pepper.distributed.internal.flow;

import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowTensor;
import io.pepper.model.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Puts frames together from pieces of any length. A frame's limits are checked, and its receiver is asked, before
 * memory for its tensors is allocated; the bytes of each tensor are then collected in the buffer that ONNX Runtime
 * reads. For one thread at a time.
 */
final class FrameDecoder {
    private final FrameLimits limits;
    private final Receiver receiver;
    private final IntFunction<ByteBuffer> memory;
    private ByteBuffer head = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private boolean inHeader;
    private @Nullable FlowHeader header;
    private final List<ByteBuffer> tensors = new ArrayList<>();
    private @Nullable ByteBuffer filling;
    private long skip;

    /** The receiver of frames. */
    interface Receiver {
        /**
         * Returns whether the tensors of a frame are wanted; the others are skipped without memory for them.
         *
         * @param header a header with tensors within the limits, whose sizes agree with their shapes
         * @return whether {@link #frame} is called
         */
        boolean wants(FlowHeader header);

        /**
         * Receives a frame.
         *
         * @param header the header
         * @param tensors a direct buffer for each tensor, ready to be read
         * @throws FrameException if the frame breaks the protocol
         */
        void frame(FlowHeader header, List<ByteBuffer> tensors) throws FrameException;
    }

    FrameDecoder(FrameLimits limits, Receiver receiver) {
        this(limits, ByteBuffer::allocateDirect, receiver);
    }

    /**
     * Creates a decoder.
     *
     * @param limits the limits of frames
     * @param memory gives an empty direct buffer of exactly a size
     * @param receiver the receiver of frames
     */
    FrameDecoder(FrameLimits limits, IntFunction<ByteBuffer> memory, Receiver receiver) {
        this.limits = limits;
        this.memory = memory;
        this.receiver = receiver;
    }

    /**
     * Takes the next bytes.
     *
     * @param bytes the bytes, all of which are read
     * @throws FrameException if they are no frame, or one beyond the limits; nothing may be fed afterwards
     */
    void feed(ByteBuffer bytes) throws FrameException {
        while (bytes.hasRemaining()) {
            if (skip > 0) {
                int now = (int) Math.min(skip, bytes.remaining());
                bytes.position(bytes.position() + now);
                skip -= now;
            } else if (header != null) {
                fillTensor(bytes);
            } else {
                fillHead(bytes);
            }
        }
    }

    /**
     * Returns the buffer of the tensor that is arriving, so that its bytes can be read straight into it. After that,
     * {@link #filled} is called.
     *
     * @return a buffer with room; null if the next bytes go to {@link #feed}
     */
    @Nullable
    ByteBuffer filling() {
        return header != null && skip == 0 ? filling : null;
    }

    /**
     * Continues after bytes were read into {@link #filling}.
     *
     * @throws FrameException if the receiver refuses the frame
     */
    void filled() throws FrameException {
        ByteBuffer target = filling;
        if (target != null && !target.hasRemaining()) {
            tensors.add(target.flip());
            filling = null;
            nextTensor();
        }
    }

    private static boolean fill(ByteBuffer target, ByteBuffer bytes) {
        int now = Math.min(target.remaining(), bytes.remaining());
        target.put(bytes.slice(bytes.position(), now));
        bytes.position(bytes.position() + now);
        return !target.hasRemaining();
    }

    private void fillHead(ByteBuffer bytes) throws FrameException {
        if (!fill(head, bytes)) {
            return;
        }
        if (inHeader) {
            FlowHeader read = parse(head.flip());
            restart();
            begin(read);
            return;
        }
        int length = head.getInt(0);
        if (length < 1 || length > limits.headerBytes()) {
            throw new FrameException(
                    "a header of " + Integer.toUnsignedLong(length) + " bytes: the limit is " + limits.headerBytes());
        }
        head = ByteBuffer.allocate(length);
        inHeader = true;
    }

    private void restart() {
        head = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        inHeader = false;
    }

    private static FlowHeader parse(ByteBuffer bytes) throws FrameException {
        try {
            return FlowHeader.parseFrom(bytes);
        } catch (InvalidProtocolBufferException wrong) {
            throw new FrameException("the header is malformed: " + wrong.getMessage(), wrong);
        }
    }

    private void begin(FlowHeader read) throws FrameException {
        long bytes = check(read);
        if (read.getTensorsCount() > 0 && !receiver.wants(read)) {
            skip = bytes;
            return;
        }
        header = read;
        nextTensor();
    }

    /** Returns the number of bytes of all tensors. */
    private long check(FlowHeader read) throws FrameException {
        if (read.getTensorsCount() > limits.tensors()) {
            throw new FrameException(read.getTensorsCount() + " tensors: the limit is " + limits.tensors());
        }
        long sum = 0;
        for (FlowTensor tensor : read.getTensorsList()) {
            long bytes = checkTensor(tensor);
            sum += bytes;
            if (sum > limits.frameBytes()) {
                throw new FrameException("tensors of more than " + limits.frameBytes() + " bytes in one frame");
            }
        }
        return sum;
    }

    private long checkTensor(FlowTensor tensor) throws FrameException {
        String name = "tensor '" + tensor.getName() + "'";
        if (tensor.getDimsCount() > limits.dims() || hasNegativeSize(tensor)) {
            throw new FrameException(name + " has impossible dimensions");
        }
        ElementType type = ElementType.ofCode(tensor.getType())
                .orElseThrow(() -> new FrameException(name + " has no known type: " + tensor.getType()));
        long bytes = tensor.getBytes();
        if (bytes < 0 || bytes > Math.min(limits.frameBytes(), Integer.MAX_VALUE)) {
            throw new FrameException(name + " has " + Long.toUnsignedString(bytes) + " bytes: the limit is "
                    + Math.min(limits.frameBytes(), Integer.MAX_VALUE));
        }
        if (type != ElementType.STRING) {
            OptionalLong expected = type.bytes(WireTensor.dims(tensor));
            if (expected.isEmpty() || expected.getAsLong() != bytes) {
                throw new FrameException(
                        name + " has " + bytes + " bytes, not those of " + type.onnxName() + tensor.getDimsList());
            }
        }
        return bytes;
    }

    private static boolean hasNegativeSize(FlowTensor tensor) {
        for (int axis = 0; axis < tensor.getDimsCount(); axis++) {
            if (tensor.getDims(axis) < 0) {
                return true;
            }
        }
        return false;
    }

    private void fillTensor(ByteBuffer bytes) throws FrameException {
        ByteBuffer target = filling;
        if (target != null && fill(target, bytes)) {
            filled();
        }
    }

    /** Allocates the next tensor with bytes, or hands the frame over if there is none. */
    private void nextTensor() throws FrameException {
        FlowHeader now = header;
        if (now == null) {
            return;
        }
        while (tensors.size() < now.getTensorsCount()) {
            int bytes = (int) now.getTensors(tensors.size()).getBytes();
            ByteBuffer buffer = memory.apply(bytes).order(ByteOrder.nativeOrder());
            if (bytes > 0) {
                filling = buffer;
                return;
            }
            tensors.add(buffer);
        }
        List<ByteBuffer> all = List.copyOf(tensors);
        tensors.clear();
        header = null;
        receiver.frame(now, all);
    }
}
