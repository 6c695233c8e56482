package io.pepper.onnx.internal.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.onnx.MalformedModelException;
import io.pepper.onnx.internal.proto.ModelProto;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Scans a model and takes the large payloads of its tensors out: wherever a tensor may stand, a run of bytes that holds
 * elements and is longer than {@value #INLINE_BYTES} bytes is noted and stepped over. What remains, a few kilobytes, is
 * parsed. O(fields) time, O(structure) memory; payloads are not even read.
 */
public final class PayloadScanner implements WireWalk.Visitor {
    /** Payloads up to this size stay: they may be shapes and axes, whose values matter. */
    public static final int INLINE_BYTES = 1024;

    private static final int NONE = 0;

    private final WireInput input;
    private final Limits limits;
    private final PayloadTable.Builder payloads = new PayloadTable.Builder();
    private final Deque<Integer> lengthsAt = new ArrayDeque<>();
    private byte[] skeleton = new byte[1 << 12];
    private int size;
    private boolean external;

    /** The run of elements in the tensor at hand. */
    private int runField = NONE;

    private long runStart;
    private long runEnd;
    private int rawFields;

    private PayloadScanner(ByteSource source, Limits limits) {
        this.input = new WireInput(source);
        this.limits = limits;
    }

    /**
     * Scans a model.
     *
     * @param source its bytes
     * @param limits how much its structure may take
     * @return the model without its large payloads
     * @throws MalformedModelException if the bytes are no model, or exceed a limit
     * @throws IOException if the source cannot be read
     */
    public static Skeleton scan(ByteSource source, Limits limits) throws IOException {
        PayloadScanner scanner = new PayloadScanner(source, limits);
        new WireWalk(scanner.input, limits, scanner).walk(MessageKind.MODEL);
        CodedInputStream bytes = CodedInputStream.newInstance(scanner.skeleton, 0, scanner.size);
        bytes.setRecursionLimit(limits.maxDepth());
        bytes.setSizeLimit(Integer.MAX_VALUE);
        try {
            ModelProto model = ModelProto.parseFrom(bytes);
            return new Skeleton(model, scanner.payloads.build(), scanner.external);
        } catch (InvalidProtocolBufferException invalid) {
            throw new MalformedModelException(
                    source.name(), "model", "is no ONNX model: " + invalid.getMessage(), invalid);
        }
    }

    @Override
    public void begin(WireWalk.Open message) throws IOException {
        if (message.around == null) {
            return;
        }
        reserve(Wire.MAX_VARINT_BYTES + Wire.PADDED_BYTES);
        size = Wire.putVarint(skeleton, size, Wire.tag(message.field, Wire.DELIMITED));
        lengthsAt.push(size);
        size += Wire.PADDED_BYTES;
        rawFields = 0;
    }

    @Override
    public void field(WireWalk.Open message, int field, int type, long start, long end) throws IOException {
        if (message.kind != MessageKind.TENSOR) {
            copy(start, end);
            return;
        }
        if (field == MessageKind.MARKER) {
            throw malformed(message, "holds field " + field + ", which is reserved");
        }
        external |= field == MessageKind.EXTERNAL_DATA || field == MessageKind.DATA_LOCATION;
        if (field == MessageKind.RAW_DATA && ++rawFields > 1) {
            throw malformed(message, "holds raw_data twice");
        }
        if (field != runField) {
            endRun();
        }
        if (!MessageKind.isPayload(field)) {
            copy(start, end);
        } else {
            runStart = runField == NONE ? start : runStart;
            runField = field;
            runEnd = end;
            if (field == MessageKind.RAW_DATA && type != Wire.DELIMITED) {
                throw malformed(message, "raw_data is of wire type " + type);
            }
        }
    }

    /** Notes the run if it is long, and keeps it otherwise. */
    private void endRun() throws IOException {
        if (runField == NONE) {
            return;
        }
        if (runEnd - runStart <= INLINE_BYTES) {
            copy(runStart, runEnd);
        } else {
            reserve(2 * Wire.MAX_VARINT_BYTES);
            size = Wire.putVarint(skeleton, size, Wire.tag(MessageKind.MARKER, Wire.VARINT));
            size = Wire.putVarint(skeleton, size, payloads.add(payload()));
        }
        runField = NONE;
    }

    private Payload payload() throws IOException {
        if (runField != MessageKind.RAW_DATA) {
            return new Payload(input.source(), runStart, runEnd - runStart, Payload.Form.VERBATIM);
        }
        long back = input.position();
        input.seek(runStart);
        input.readVarint();
        long length = input.readVarint();
        long position = input.position();
        input.seek(back);
        return new Payload(input.source(), position, length, Payload.Form.RAW);
    }

    @Override
    public void end(WireWalk.Open message) throws IOException {
        endRun();
        if (message.around != null) {
            int at = lengthsAt.pop();
            Wire.putPadded(skeleton, at, size - at - Wire.PADDED_BYTES);
        }
    }

    private void copy(long start, long end) throws IOException {
        reserve(end - start);
        input.copy(start, skeleton, size, (int) (end - start));
        size += (int) (end - start);
    }

    private void reserve(long more) throws IOException {
        long needed = size + more;
        if (needed > limits.maxSkeletonBytes()) {
            throw new MalformedModelException(
                    input.source().name(),
                    "byte " + input.position(),
                    "the structure, payloads aside, takes more than " + limits.maxSkeletonBytes() + " bytes");
        }
        if (needed > skeleton.length) {
            long larger = Math.max(needed, skeleton.length + (skeleton.length >> 1));
            skeleton = Arrays.copyOf(skeleton, (int) Math.min(larger, Integer.MAX_VALUE - 8));
        }
    }

    private MalformedModelException malformed(WireWalk.Open message, String what) {
        return new MalformedModelException(input.source().name(), message.path(), what);
    }
}
