package io.pepper.onnx.internal.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadLimits;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A check of a model's structure before it is parsed. It visits every message and adds up the memory that parsing will
 * take: two bytes of a file can become an object of a hundred. It also counts operators, dimensions and the bytes of
 * names. O(bytes) time, O(depth) memory, no recursion.
 */
final class StructureCheck {
    /*
     * The sizes are those of a 64-bit machine with compressed references. A list counts with its spare half; a text
     * counts as bytes and as a String.
     */
    private static final int OBJECT_BYTES = 40;
    private static final int FIELD_BYTES = 6;
    private static final int REFERENCE_BYTES = 8;
    private static final int TEXT_BYTES = 64;
    private static final int UNKNOWN_BYTES = 160;

    /**
     * Memory of a tensor that an operator reads or produces, in the graph and in the tables of types built from the
     * messages.
     */
    private static final int GRAPH_BYTES = 240;

    /** Memory of other messages in these: a tensor becomes an input of the model whose shapes are inferred. */
    private static final Map<Descriptor, Integer> IN_GRAPH = Map.of(
            NodeProto.getDescriptor(), GRAPH_BYTES,
            ValueInfoProto.getDescriptor(), GRAPH_BYTES,
            TensorProto.getDescriptor(), 3 * GRAPH_BYTES);

    /**
     * Number of copies of a name, and of a dimension's name, in memory once shapes are known and results are written.
     */
    private static final int NAME_COPIES = 6;

    private static final int SYMBOL_COPIES = 16;

    private final ReadLimits limits;
    private final FieldReader field;
    private final List<Frame> frames = new ArrayList<>();
    private final Map<Descriptor, Message> messages = new HashMap<>();
    private final long end;
    private int depth = -1;
    private long memory;
    private int operators;

    /** The facts on a kind of message. */
    private static final class Message {
        private final @Nullable FieldDescriptor[] fields;
        private final long bytes;
        private final boolean operator;
        private final boolean entry;

        Message(Descriptor descriptor) {
            int highest = descriptor.getFields().stream()
                    .mapToInt(FieldDescriptor::getNumber)
                    .max()
                    .orElse(0);
            fields = new @Nullable FieldDescriptor[highest + 1];
            descriptor.getFields().forEach(field -> fields[field.getNumber()] = field);
            bytes = OBJECT_BYTES
                    + (long) FIELD_BYTES * descriptor.getFields().size()
                    + IN_GRAPH.getOrDefault(descriptor, 0);
            operator = descriptor.equals(NodeProto.getDescriptor());
            entry = descriptor.equals(StringStringEntryProto.getDescriptor());
        }

        @Nullable
        FieldDescriptor field(int number) {
            return number < fields.length ? fields[number] : null;
        }

        /** Returns whether a text is a name; other texts may have any length. */
        boolean isName(FieldDescriptor field) {
            return !field.getName().equals("doc_string")
                    && !(entry && field.getName().equals("value"));
        }
    }

    /** An open message. */
    private static final class Frame {
        private Message message = new Message(ModelProto.getDescriptor());
        private @Nullable FieldDescriptor holder;
        private int index;
        private long end;
        private int rank;
        private @Nullable FieldDescriptor last;
        private int count;
    }

    private StructureCheck(ByteSource skeleton, ReadLimits limits) {
        this.limits = limits;
        this.field = new FieldReader(skeleton);
        this.end = skeleton.size();
    }

    /**
     * Checks a skeleton.
     *
     * @param source the model's name in messages
     * @param skeleton the bytes to be parsed
     * @param limits the limits
     * @throws MalformedModelException if the bytes are malformed, or exceed a limit
     */
    static void check(String source, ByteSource skeleton, ReadLimits limits) throws IOException {
        checked(source, skeleton, limits);
    }

    private static StructureCheck checked(String source, ByteSource skeleton, ReadLimits limits) throws IOException {
        StructureCheck check = new StructureCheck(skeleton, limits);
        try {
            check.run();
            return check;
        } catch (WireFault fault) {
            throw new MalformedModelException(source, check.where(), fault.what());
        }
    }

    /** Returns the estimated memory of a skeleton when it is parsed, in bytes. */
    static long memoryBytes(ByteSource skeleton, ReadLimits limits) throws IOException {
        return checked(skeleton.name(), skeleton, limits).memory;
    }

    private void run() throws IOException, WireFault {
        open(ModelProto.getDescriptor(), null, 0, end);
        while (true) {
            Frame top = frames.get(depth);
            if (field.reader().position() == top.end) {
                field.leave();
                depth--;
                if (depth < 0) {
                    return;
                }
                field.reader().limit(frames.get(depth).end);
                continue;
            }
            field.read(top.end);
            next(top);
        }
    }

    private void next(Frame top) throws WireFault {
        FieldDescriptor kind = top.message.field(field.number());
        if (kind == null) {
            take(UNKNOWN_BYTES + field.contentLength());
            field.skip();
            return;
        }
        top.count = kind == top.last ? top.count + 1 : 0;
        top.last = kind;
        if (kind.getJavaType() == FieldDescriptor.JavaType.MESSAGE && field.wireType() == Wire.DELIMITED) {
            take(REFERENCE_BYTES);
            open(kind.getMessageType(), kind, top.count, field.contentEnd());
            return;
        }
        value(top, kind);
        field.skip();
    }

    private void open(Descriptor descriptor, @Nullable FieldDescriptor holder, int index, long messageEnd)
            throws WireFault {
        if (depth >= limits.depth()) {
            throw new WireFault("is nested deeper than " + limits.depth() + " messages");
        }
        depth++;
        if (depth == frames.size()) {
            frames.add(new Frame());
        }
        Frame frame = frames.get(depth);
        frame.message = messages.computeIfAbsent(descriptor, Message::new);
        frame.holder = holder;
        frame.index = index;
        frame.end = messageEnd;
        frame.rank = 0;
        frame.last = null;
        field.leave();
        field.reader().limit(messageEnd);
        take(frame.message.bytes);
        if (frame.message.operator && ++operators > limits.operators()) {
            throw new WireFault("is beyond the limit of " + limits.operators() + " operators");
        }
        if (holder != null && holder.getName().equals("dim") && index >= limits.rank()) {
            throw new WireFault("is beyond the limit of " + limits.rank() + " dimensions");
        }
    }

    private void value(Frame top, FieldDescriptor kind) throws WireFault {
        boolean fits = field.wireType() == kind.getLiteType().getWireType()
                || (field.wireType() == Wire.DELIMITED && kind.isPackable());
        if (!fits) {
            take(UNKNOWN_BYTES + field.contentLength());
            return;
        }
        switch (kind.getType()) {
            case STRING -> {
                if (field.contentLength() > limits.nameBytes() && top.message.isName(kind)) {
                    throw new WireFault("is a name of " + field.contentLength() + " bytes, where the limit is "
                            + limits.nameBytes());
                }
                take(TEXT_BYTES + copies(top, kind) * field.contentLength() + ofGraph(top, kind));
            }
            case BYTES -> take(TEXT_BYTES + field.contentLength());
            default -> numbers(top, kind);
        }
    }

    private static int copies(Frame top, FieldDescriptor kind) {
        return kind.getName().equals("dim_param") ? SYMBOL_COPIES : top.message.isName(kind) ? NAME_COPIES : 2;
    }

    private static int ofGraph(Frame top, FieldDescriptor kind) {
        return top.message.operator && kind.isRepeated() ? GRAPH_BYTES : 0;
    }

    /** Counts a number, or several packed ones. */
    private void numbers(Frame top, FieldDescriptor kind) throws WireFault {
        if (!kind.isRepeated()) {
            return;
        }
        long count = field.wireType() == Wire.DELIMITED ? packed(kind) : 1;
        take(count * (kind.getJavaType() == FieldDescriptor.JavaType.FLOAT ? 6 : 12));
        if (kind.getName().equals("dims")) {
            top.rank += (int) Math.min(count, limits.rank() + 1L);
            if (top.rank > limits.rank()) {
                throw new WireFault("is beyond the limit of " + limits.rank() + " dimensions");
            }
        }
    }

    /** Returns the maximum number of packed numbers. */
    private long packed(FieldDescriptor kind) {
        return switch (kind.getLiteType().getWireType()) {
            case Wire.FIXED32 -> field.contentLength() / Float.BYTES;
            case Wire.FIXED64 -> field.contentLength() / Double.BYTES;
            default -> field.contentLength();
        };
    }

    private void take(long bytes) throws WireFault {
        memory += bytes;
        if (memory > limits.memoryBytes()) {
            throw new WireFault("makes the structure take more than " + limits.memoryBytes() + " bytes of memory");
        }
    }

    private String where() {
        StringBuilder path = new StringBuilder();
        for (int level = 1; level <= depth; level++) {
            Frame frame = frames.get(level);
            append(path, frame.holder, frame.index);
        }
        if (field.number() > 0 && depth >= 0) {
            Frame top = frames.get(depth);
            FieldDescriptor kind = top.message.field(field.number());
            append(path, kind, top.count);
            if (kind == null) {
                path.append(".field ").append(field.number());
            }
        }
        return path.isEmpty() ? "model" : path.substring(1);
    }

    private static void append(StringBuilder path, @Nullable FieldDescriptor kind, int index) {
        if (kind != null) {
            path.append('.').append(kind.getName());
            if (kind.isRepeated()) {
                path.append('[').append(index).append(']');
            }
        }
    }
}
