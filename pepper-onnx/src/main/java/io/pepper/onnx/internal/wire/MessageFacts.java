package io.pepper.onnx.internal.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The facts on a kind of message of a model that {@link StructureCheck} needs for each message and field, computed once
 * from the descriptors. Immutable and therefore thread-safe.
 */
final class MessageFacts {
    /*
     * The sizes are those of a 64-bit machine with compressed references. A list counts with its spare half.
     */
    private static final int OBJECT_BYTES = 40;
    private static final int FIELD_BYTES = 6;

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
    private static final int TEXT_COPIES = 2;
    private static final int FLOAT_BYTES = 6;
    private static final int NUMBER_BYTES = 12;

    /** The facts on the messages of a model. */
    static final MessageFacts MODEL = model();

    private final @Nullable Field[] fields;
    private final long bytes;
    private final boolean operator;

    /** The content of a field. */
    enum Content {
        MESSAGE,
        TEXT,
        BYTES,
        NUMBER
    }

    /**
     * The facts on a field.
     *
     * @param name its name
     * @param content its content
     * @param repeated whether it may have several values
     * @param packable whether its values may be packed
     * @param wireType the wire type of a value
     * @param isName whether it is a name, which has a limited length
     * @param copies number of copies of a text in memory
     * @param valueBytes memory of a number in a list, or of a text in the graph, besides its characters
     * @param message the facts on its messages; null unless it contains messages
     */
    record Field(
            String name,
            Content content,
            boolean repeated,
            boolean packable,
            int wireType,
            boolean isName,
            int copies,
            int valueBytes,
            @Nullable MessageFacts message) {}

    private MessageFacts(Descriptor descriptor) {
        int highest = 0;
        for (FieldDescriptor field : descriptor.getFields()) {
            highest = Math.max(highest, field.getNumber());
        }
        fields = new @Nullable Field[highest + 1];
        bytes = OBJECT_BYTES
                + (long) FIELD_BYTES * descriptor.getFields().size()
                + IN_GRAPH.getOrDefault(descriptor, 0);
        operator = descriptor.equals(NodeProto.getDescriptor());
    }

    private static MessageFacts model() {
        Map<Descriptor, MessageFacts> known = new HashMap<>();
        Deque<Descriptor> open = new ArrayDeque<>();
        known.put(ModelProto.getDescriptor(), new MessageFacts(ModelProto.getDescriptor()));
        open.push(ModelProto.getDescriptor());
        while (!open.isEmpty()) {
            Descriptor descriptor = open.pop();
            MessageFacts facts = Objects.requireNonNull(known.get(descriptor));
            for (FieldDescriptor field : descriptor.getFields()) {
                MessageFacts inner = null;
                if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                    inner = known.computeIfAbsent(field.getMessageType(), found -> {
                        open.push(found);
                        return new MessageFacts(found);
                    });
                }
                facts.fields[field.getNumber()] = field(descriptor, field, inner);
            }
        }
        return Objects.requireNonNull(known.get(ModelProto.getDescriptor()));
    }

    private static Field field(Descriptor owner, FieldDescriptor field, @Nullable MessageFacts message) {
        Content content =
                switch (field.getJavaType()) {
                    case MESSAGE -> Content.MESSAGE;
                    case STRING -> Content.TEXT;
                    case BYTE_STRING -> Content.BYTES;
                    default -> Content.NUMBER;
                };
        boolean value = owner.equals(StringStringEntryProto.getDescriptor())
                && field.getName().equals("value");
        boolean isName = !field.getName().equals("doc_string") && !value;
        boolean inGraph = owner.equals(NodeProto.getDescriptor()) && field.isRepeated();
        int numberBytes = field.getJavaType() == FieldDescriptor.JavaType.FLOAT ? FLOAT_BYTES : NUMBER_BYTES;
        return new Field(
                field.getName(),
                content,
                field.isRepeated(),
                field.isPackable(),
                field.getLiteType().getWireType(),
                isName,
                field.getName().equals("dim_param") ? SYMBOL_COPIES : isName ? NAME_COPIES : TEXT_COPIES,
                content == Content.NUMBER ? numberBytes : inGraph ? GRAPH_BYTES : 0,
                message);
    }

    /** Returns the facts on a field; null if ONNX does not define it. */
    @Nullable
    Field field(int number) {
        return number < fields.length ? fields[number] : null;
    }

    /** Returns the memory of a message without its fields. */
    long bytes() {
        return bytes;
    }

    boolean isOperator() {
        return operator;
    }
}
