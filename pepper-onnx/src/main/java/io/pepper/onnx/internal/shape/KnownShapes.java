package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Shapes of operators outside of ONNX's own domain that follow from their inputs and that ONNX Runtime does not infer.
 */
final class KnownShapes {
    private static final int MULTI_HEAD_PAST = 6;
    private static final int ATTENTION_PAST = 4;
    private static final int RANK = 3;

    private final NodeProto node;
    private final List<TypeProto> inputs;

    private KnownShapes(NodeProto node, List<TypeProto> inputs) {
        this.node = node;
        this.inputs = inputs;
    }

    /**
     * Returns the types of an operator's outputs.
     *
     * @param node the operator
     * @param inputs the types of its inputs
     * @param outputs the known types of its outputs, which are kept if they have shapes
     */
    static List<TypeProto> of(NodeProto node, List<TypeProto> inputs, List<TypeProto> outputs) {
        KnownShapes shapes = new KnownShapes(node, inputs);
        List<TypeProto> better = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            TypeProto output = outputs.get(i);
            boolean open = output.hasTensorType() && !GraphTypes.isRanked(output);
            better.add(open ? shapes.output(i, output) : output);
        }
        return better;
    }

    private TypeProto output(int place, TypeProto type) {
        return switch (node.getOpType()) {
            case "MultiHeadAttention" -> place > 0 && place <= 2 && !has(MULTI_HEAD_PAST) ? heads(place, type) : type;
            case "Attention" -> place == 1 && !has(ATTENTION_PAST) ? keysAndValues(type) : type;
            case "CDist" -> fixed(0, 2) && fixed(1, 2) ? shaped(type, size(0, 0), size(1, 0)) : type;
            default -> type;
        };
    }

    private boolean has(int input) {
        return input < node.getInputCount() && !node.getInput(input).isEmpty();
    }

    private boolean fixed(int input, int rank) {
        return input < inputs.size()
                && inputs.get(input).hasTensorType()
                && GraphTypes.isSettled(inputs.get(input))
                && inputs.get(input).getTensorType().getShape().getDimCount() == rank;
    }

    private long size(int input, int axis) {
        return inputs.get(input).getTensorType().getShape().getDim(axis).getDimValue();
    }

    private OptionalLong heads() {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("num_heads"))
                .mapToLong(AttributeProto::getI)
                .filter(heads -> heads > 0)
                .findFirst();
    }

    /** Returns the type of keys or values with separate heads, as given or after division. */
    private TypeProto heads(int input, TypeProto type) {
        if (fixed(input, RANK + 1)) {
            return Iteration.withShape(type, inputs.get(input));
        }
        OptionalLong heads = heads();
        if (heads.isEmpty() || !fixed(input, RANK)) {
            return type;
        }
        return shaped(type, size(input, 0), heads.getAsLong(), size(input, 1), size(input, 2) / heads.getAsLong());
    }

    /** Returns the type of concatenated keys and values of the same width. */
    private TypeProto keysAndValues(TypeProto type) {
        OptionalLong heads = heads();
        boolean even = node.getAttributeList().stream()
                .noneMatch(attribute -> attribute.getName().equals("qkv_hidden_sizes"));
        if (heads.isEmpty() || !even || !fixed(0, RANK) || !fixed(1, 2)) {
            return type;
        }
        long width = size(1, 1) / RANK / heads.getAsLong();
        return shaped(type, 2, size(0, 0), heads.getAsLong(), size(0, 1), width);
    }

    private static TypeProto shaped(TypeProto type, long... sizes) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long size : sizes) {
            shape.addDimBuilder().setDimValue(size);
        }
        TypeProto.Builder shaped = type.toBuilder();
        shaped.getTensorTypeBuilder().setShape(shape);
        return shaped.build();
    }
}
