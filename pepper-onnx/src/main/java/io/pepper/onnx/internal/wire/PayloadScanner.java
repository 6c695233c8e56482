package io.pepper.onnx.internal.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadLimits;
import io.pepper.onnx.internal.proto.ModelProto;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A scanner that takes the large payloads of tensors out of a model. Wherever a tensor may occur, a run of fields with
 * more than {@value #INLINE_BYTES} bytes of elements is recorded and skipped. The remaining kilobytes are parsed.
 * O(fields) time, O(structure) memory; payloads are not read.
 *
 * <p>Some models that protobuf accepts are refused, because their meaning is ambiguous or they could not be rewritten
 * identically: those with a duplicate message that ONNX allows once, with groups, or with a tensor that contains the
 * field number {@value PayloadTable#MARKER}.
 */
public final class PayloadScanner implements WireWalk.Visitor {
    /*
     * A tensor's inline fields are written before its payloads. To keep the order of the elements of a repeated field,
     * all runs after the first one that is taken out are taken out, too, however short they are.
     */

    /** Elements up to this size stay inline: they may be shapes and axes, whose values matter. */
    public static final int INLINE_BYTES = 1024;

    /**
     * Maximum size of a run with its tags that stays inline: many entries, such as empty strings, may have no content
     * at all.
     */
    static final int INLINE_WIRE_BYTES = 4 * INLINE_BYTES;

    private static final int EXTERNAL_DATA = 13;
    private static final int DATA_LOCATION = 14;

    private final ByteSource source;
    private final ReadLimits limits;
    private final PayloadTable.Builder payloads = new PayloadTable.Builder();
    private final SkeletonBuffer skeleton;
    private long elements;
    private boolean external;

    /** For the current tensor, the fields with runs that were taken out, as bits, and whether raw_data occurred. */
    private int takenOut;

    private boolean raw;

    /** The current run of elements: consecutive entries of one field. */
    private @Nullable PayloadField runField;

    private long runStart;
    private long runEnd;
    private long runContentStart;
    private long runContentBytes;
    private long runEntries;

    private PayloadScanner(ByteSource source, ReadLimits limits) {
        this.source = source;
        this.limits = limits;
        this.skeleton = new SkeletonBuffer(limits.structureBytes());
    }

    /**
     * Scans a model.
     *
     * @param source its bytes
     * @param limits the limits of its structure
     * @return the model without its large payloads
     * @throws MalformedModelException if the bytes are not a model, or exceed a limit
     * @throws IOException if the source cannot be read
     */
    public static Skeleton scan(ByteSource source, ReadLimits limits) throws IOException {
        PayloadScanner scanner = new PayloadScanner(source, limits);
        WireWalk.walk(source, MessageKind.MODEL, limits.depth(), scanner);
        return new Skeleton(scanner.parse(), scanner.payloads.build(), scanner.external);
    }

    private ModelProto parse() throws IOException {
        StructureCheck.check(source.name(), skeleton.source(source.name()), limits);
        CodedInputStream input = skeleton.input();
        input.setRecursionLimit(limits.depth());
        try {
            return ModelProto.parseFrom(input);
        } catch (InvalidProtocolBufferException invalid) {
            throw new MalformedModelException(
                    source.name(), "model", "is not an ONNX model: " + invalid.getMessage(), invalid);
        }
    }

    @Override
    public void open(WireWalk walk, WireWalk.Frame frame) throws WireFault {
        if (frame.depth() > 0) {
            count(1);
            frame.mark = skeleton.beginMessage(frame.number());
        }
        takenOut = 0;
        raw = false;
    }

    @Override
    public void field(WireWalk walk, WireWalk.Frame frame) throws IOException, WireFault {
        if (frame.kind() == MessageKind.TENSOR) {
            tensorField(walk);
        } else {
            keep(walk);
        }
    }

    private void keep(WireWalk walk) throws IOException, WireFault {
        count(1);
        skeleton.copy(walk.reader(), walk.fieldStart(), walk.contentEnd());
    }

    private void tensorField(WireWalk walk) throws IOException, WireFault {
        int number = walk.number();
        PayloadField field = PayloadField.of(number);
        if (field != null && field.reads(walk.wireType())) {
            element(walk, field);
            return;
        }
        if (number == PayloadTable.MARKER) {
            throw new WireFault("is reserved");
        }
        endRun(walk);
        external |= number == EXTERNAL_DATA || number == DATA_LOCATION;
        keep(walk);
    }

    private void element(WireWalk walk, PayloadField field) throws IOException, WireFault {
        long length = walk.contentEnd() - walk.contentStart();
        if (field == PayloadField.RAW_DATA) {
            if (raw) {
                throw new WireFault("occurs twice");
            }
            raw = true;
        }
        if (length % field.unit() != 0) {
            throw new WireFault("has " + length + " bytes, no multiple of " + field.unit());
        }
        if (field != runField) {
            endRun(walk);
            runField = field;
            runStart = walk.fieldStart();
            runContentStart = walk.contentStart();
            runContentBytes = 0;
            runEntries = 0;
        }
        runEnd = walk.contentEnd();
        runContentBytes += length;
        runEntries++;
    }

    /** Takes the run out if it is long, and keeps it otherwise. */
    private void endRun(WireWalk walk) throws IOException, WireFault {
        PayloadField field = runField;
        if (field == null) {
            return;
        }
        runField = null;
        int bit = 1 << field.number();
        boolean isLong = runContentBytes > INLINE_BYTES || runEnd - runStart > INLINE_WIRE_BYTES;
        if (isLong || (takenOut & bit) != 0) {
            takenOut |= bit;
            count(1);
            skeleton.marker(payloads.add(payload(field)));
        } else {
            count(runEntries);
            skeleton.copy(walk.reader(), runStart, runEnd);
        }
    }

    private Payload payload(PayloadField field) {
        return field == PayloadField.RAW_DATA
                ? new Payload(source, runContentStart, runContentBytes, Payload.Form.RAW)
                : new Payload(source, runStart, runEnd - runStart, Payload.Form.VERBATIM);
    }

    @Override
    public void close(WireWalk walk, WireWalk.Frame frame) throws IOException, WireFault {
        endRun(walk);
        if (frame.depth() > 0) {
            skeleton.endMessage(frame.mark);
        }
    }

    private void count(long more) throws WireFault {
        elements += more;
        if (elements > limits.fields()) {
            throw new WireFault("is beyond the limit of " + limits.fields() + " fields");
        }
    }
}
