package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The shapes that a model states for tensors of its main graph. It may state several for one tensor, and outdated ones.
 * Immutable.
 */
final class Statements {
    /** No statements. */
    static final Statements NONE = new Statements(Map.of());

    private final Map<String, List<TypeProto>> stated;

    private Statements(Map<String, List<TypeProto>> stated) {
        this.stated = stated;
    }

    static Statements of(GraphProto graph) {
        Map<String, List<TypeProto>> stated = new LinkedHashMap<>();
        List<ValueInfoProto> values = new ArrayList<>(graph.getValueInfoList());
        values.addAll(graph.getOutputList());
        for (ValueInfoProto value : values) {
            if (value.getType().hasTensorType()
                    && value.getType().getTensorType().hasShape()) {
                stated.computeIfAbsent(value.getName(), name -> new ArrayList<>())
                        .add(value.getType());
            }
        }
        graph.getInputList().forEach(input -> stated.remove(input.getName()));
        return new Statements(stated);
    }

    /** Returns the tensors with statements, in the order of the model. */
    Set<String> names() {
        return stated.keySet();
    }

    /** Returns all statements on a tensor. */
    List<TypeProto> of(String name) {
        return stated.getOrDefault(name, List.of());
    }

    /** Returns a type with the statements that do not contradict each other, for a model without inferred types. */
    TypeProto agreed(String name, TypeProto type) {
        TypeProto agreed = type;
        for (TypeProto statement : of(name)) {
            agreed = GraphTypes.isRanked(agreed) ? weakened(agreed, of(name)) : Iteration.withShape(agreed, statement);
        }
        return weakened(agreed, of(name));
    }

    /**
     * Returns an inferred type without the sizes that a statement contradicts, and without a shape if one has another
     * rank.
     */
    TypeProto weakened(String name, TypeProto inferred) {
        return weakened(inferred, of(name));
    }

    private static TypeProto weakened(TypeProto inferred, Collection<TypeProto> statements) {
        TypeProto weakened = inferred;
        for (TypeProto statement : statements) {
            if (!weakened.hasTensorType() || !weakened.getTensorType().hasShape()) {
                return weakened;
            }
            TensorShapeProto other = statement.getTensorType().getShape();
            TensorShapeProto shape = weakened.getTensorType().getShape();
            if (other.getDimCount() != shape.getDimCount()) {
                return Iteration.withoutShape(weakened);
            }
            for (int axis = 0; axis < shape.getDimCount(); axis++) {
                if (isFixed(shape.getDim(axis))
                        && isFixed(other.getDim(axis))
                        && shape.getDim(axis).getDimValue()
                                != other.getDim(axis).getDimValue()) {
                    weakened = withDim(weakened, axis, TensorShapeProto.Dimension.getDefaultInstance());
                }
            }
        }
        return weakened;
    }

    /** Returns an inferred type with stated sizes where none were inferred. */
    TypeProto filled(String name, TypeProto inferred) {
        if (of(name).isEmpty() || !inferred.hasTensorType()) {
            return inferred;
        }
        TypeProto agreed = agreed(name, Iteration.withoutShape(inferred));
        if (!inferred.getTensorType().hasShape()) {
            return agreed;
        }
        TypeProto filled = inferred;
        TensorShapeProto shape = inferred.getTensorType().getShape();
        TensorShapeProto other = agreed.getTensorType().getShape();
        for (int axis = 0; other.getDimCount() == shape.getDimCount() && axis < shape.getDimCount(); axis++) {
            filled = isFixed(shape.getDim(axis)) ? filled : withDim(filled, axis, other.getDim(axis));
        }
        return filled;
    }

    /**
     * Returns whether all statements follow from a type: the same rank, and each stated size. Names of sizes may
     * differ.
     */
    boolean followFrom(String name, TypeProto certain) {
        return of(name).stream().allMatch(statement -> follows(statement, certain));
    }

    private static boolean follows(TypeProto statement, TypeProto certain) {
        TensorShapeProto shape = certain.getTensorType().getShape();
        TensorShapeProto other = statement.getTensorType().getShape();
        boolean follows = certain.getTensorType().hasShape() && shape.getDimCount() == other.getDimCount();
        for (int axis = 0; follows && axis < shape.getDimCount(); axis++) {
            follows = isFixed(other.getDim(axis))
                    ? isFixed(shape.getDim(axis))
                            && shape.getDim(axis).getDimValue()
                                    == other.getDim(axis).getDimValue()
                    : !isFixed(shape.getDim(axis));
        }
        return follows;
    }

    static boolean isFixed(TensorShapeProto.Dimension dim) {
        return dim.hasDimValue() && dim.getDimValue() >= 0;
    }

    private static TypeProto withDim(TypeProto type, int axis, TensorShapeProto.Dimension dim) {
        TypeProto.Builder changed = type.toBuilder();
        changed.getTensorTypeBuilder().getShapeBuilder().setDim(axis, dim);
        return changed.build();
    }
}
