package io.pepper.onnx.internal.wire;

import org.jspecify.annotations.Nullable;

/** The messages of an ONNX model that hold tensors, directly or in others, and the fields that lead there. */
enum MessageKind {
    MODEL,
    TRAINING_INFO,
    FUNCTION,
    GRAPH,
    NODE,
    ATTRIBUTE,
    SPARSE_TENSOR,
    TENSOR;

    static final int RAW_DATA = 9;
    static final int EXTERNAL_DATA = 13;
    static final int DATA_LOCATION = 14;

    /** Stands in a tensor for a payload that was taken out: a number that ONNX leaves free, the last there is. */
    static final int MARKER = 536_870_911;

    private static final int MAX_FIELD = 32;

    @SuppressWarnings("ImmutableEnumChecker") // filled once, below
    private final @Nullable Child[] children = new Child[MAX_FIELD];

    /** A field that leads to a message of a kind. */
    record Child(String name, MessageKind kind) {}

    static {
        MODEL.leads(7, "graph", GRAPH);
        MODEL.leads(20, "training_info", TRAINING_INFO);
        MODEL.leads(25, "functions", FUNCTION);
        TRAINING_INFO.leads(1, "initialization", GRAPH);
        TRAINING_INFO.leads(2, "algorithm", GRAPH);
        FUNCTION.leads(7, "node", NODE);
        FUNCTION.leads(11, "attribute_proto", ATTRIBUTE);
        GRAPH.leads(1, "node", NODE);
        GRAPH.leads(5, "initializer", TENSOR);
        GRAPH.leads(15, "sparse_initializer", SPARSE_TENSOR);
        NODE.leads(5, "attribute", ATTRIBUTE);
        ATTRIBUTE.leads(5, "t", TENSOR);
        ATTRIBUTE.leads(6, "g", GRAPH);
        ATTRIBUTE.leads(10, "tensors", TENSOR);
        ATTRIBUTE.leads(11, "graphs", GRAPH);
        ATTRIBUTE.leads(22, "sparse_tensor", SPARSE_TENSOR);
        ATTRIBUTE.leads(23, "sparse_tensors", SPARSE_TENSOR);
        SPARSE_TENSOR.leads(1, "values", TENSOR);
        SPARSE_TENSOR.leads(2, "indices", TENSOR);
    }

    private void leads(int field, String name, MessageKind kind) {
        children[field] = new Child(name, kind);
    }

    /** The message that a field holds, null if it holds none that matters here. */
    @Nullable
    Child child(int field) {
        return field < MAX_FIELD ? children[field] : null;
    }

    /** Whether a field of a tensor holds its elements. */
    static boolean isPayload(int field) {
        return switch (field) {
            case 4, 5, 6, 7, RAW_DATA, 10, 11 -> true;
            default -> false;
        };
    }
}
