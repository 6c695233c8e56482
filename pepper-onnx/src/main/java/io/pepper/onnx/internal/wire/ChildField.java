package io.pepper.onnx.internal.wire;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The fields that lead to tensors. Scanner and writer both use this table to descend. */
enum ChildField {
    MODEL_GRAPH(MessageKind.MODEL, 7, "graph", MessageKind.GRAPH),
    MODEL_TRAINING_INFO(MessageKind.MODEL, 20, "training_info[]", MessageKind.TRAINING_INFO),
    MODEL_FUNCTIONS(MessageKind.MODEL, 25, "functions[]", MessageKind.FUNCTION),

    TRAINING_INITIALIZATION(MessageKind.TRAINING_INFO, 1, "initialization", MessageKind.GRAPH),
    TRAINING_ALGORITHM(MessageKind.TRAINING_INFO, 2, "algorithm", MessageKind.GRAPH),

    FUNCTION_NODE(MessageKind.FUNCTION, 7, "node[]", MessageKind.NODE),
    FUNCTION_ATTRIBUTE(MessageKind.FUNCTION, 11, "attribute_proto[]", MessageKind.ATTRIBUTE),

    GRAPH_NODE(MessageKind.GRAPH, 1, "node[]", MessageKind.NODE),
    GRAPH_INITIALIZER(MessageKind.GRAPH, 5, "initializer[]", MessageKind.TENSOR),
    GRAPH_SPARSE_INITIALIZER(MessageKind.GRAPH, 15, "sparse_initializer[]", MessageKind.SPARSE_TENSOR),

    NODE_ATTRIBUTE(MessageKind.NODE, 5, "attribute[]", MessageKind.ATTRIBUTE),

    ATTRIBUTE_TENSOR(MessageKind.ATTRIBUTE, 5, "t", MessageKind.TENSOR),
    ATTRIBUTE_GRAPH(MessageKind.ATTRIBUTE, 6, "g", MessageKind.GRAPH),
    ATTRIBUTE_TENSORS(MessageKind.ATTRIBUTE, 10, "tensors[]", MessageKind.TENSOR),
    ATTRIBUTE_GRAPHS(MessageKind.ATTRIBUTE, 11, "graphs[]", MessageKind.GRAPH),
    ATTRIBUTE_SPARSE_TENSOR(MessageKind.ATTRIBUTE, 22, "sparse_tensor", MessageKind.SPARSE_TENSOR),
    ATTRIBUTE_SPARSE_TENSORS(MessageKind.ATTRIBUTE, 23, "sparse_tensors[]", MessageKind.SPARSE_TENSOR),

    SPARSE_VALUES(MessageKind.SPARSE_TENSOR, 1, "values", MessageKind.TENSOR),
    SPARSE_INDICES(MessageKind.SPARSE_TENSOR, 2, "indices", MessageKind.TENSOR);

    /** Upper bound on the field numbers in the table. */
    static final int NUMBERS = 26;

    private static final Map<MessageKind, @Nullable ChildField[]> TABLE = table();

    private final MessageKind parent;
    private final int number;
    private final String label;
    private final boolean repeated;
    private final MessageKind kind;

    /** A label that ends in brackets marks a repeated field. */
    ChildField(MessageKind parent, int number, String label, MessageKind kind) {
        this.parent = parent;
        this.number = number;
        this.repeated = label.endsWith("[]");
        this.label = repeated ? label.substring(0, label.length() - 2) : label;
        this.kind = kind;
    }

    private static Map<MessageKind, @Nullable ChildField[]> table() {
        Map<MessageKind, @Nullable ChildField[]> table = new EnumMap<>(MessageKind.class);
        for (MessageKind kind : MessageKind.values()) {
            table.put(kind, new @Nullable ChildField[NUMBERS]);
        }
        for (ChildField field : values()) {
            Objects.requireNonNull(table.get(field.parent))[field.number] = field;
        }
        return table;
    }

    /** Returns the field with a number; null if it leads to no tensor. */
    static @Nullable ChildField of(MessageKind parent, int number) {
        return number < NUMBERS ? Objects.requireNonNull(TABLE.get(parent))[number] : null;
    }

    int number() {
        return number;
    }

    String label() {
        return label;
    }

    boolean isRepeated() {
        return repeated;
    }

    /** Returns the kind of message in the field. */
    MessageKind kind() {
        return kind;
    }
}
