package io.pepper.onnx.internal.cost;

import io.pepper.cost.OperatorFamily;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/**
 * Which operators of a piece work on channels in blocks, as convolutions do that fill vectors, and pooling and elementwise
 * operators among them. Where such an operator and another meet, elements change their order. ONNX Runtime's transformation to
 * its layout NCHWc is what this follows.
 */
public final class BlockedLayout {
    private static final Set<OperatorFamily> CONVOLUTIONS = EnumSet.of(
            OperatorFamily.CONVOLUTION,
            OperatorFamily.POINTWISE_CONVOLUTION,
            OperatorFamily.NARROW_CONVOLUTION,
            OperatorFamily.DEPTHWISE_CONVOLUTION);

    private static final Set<String> KEEP =
            Set.of("Add", "Sum", "Mul", "Relu", "LeakyRelu", "Sigmoid", "Tanh", "BatchNormalization", "Concat");

    private final DataflowGraph graph;
    private final IntFunction<OperatorFamily> family;
    private final IntFunction<KernelShape> shape;
    private final IntFunction<String> type;
    private final IntUnaryOperator root;
    private final BitSet blocked = new BitSet();

    private BlockedLayout(
            DataflowGraph graph,
            IntFunction<OperatorFamily> family,
            IntFunction<KernelShape> shape,
            IntFunction<String> type,
            IntUnaryOperator root) {
        this.graph = graph;
        this.family = family;
        this.shape = shape;
        this.type = type;
        this.root = root;
    }

    /**
     * Goes through a piece, in O(operators + edges).
     *
     * @param graph the model's dataflow
     * @param operators those of the piece, in topological order
     * @param family of an operator
     * @param shape of an operator
     * @param type of an operator
     * @param root the operator of the piece that an operator is computed together with
     * @return the operators that work on blocks
     */
    public static BitSet of(
            DataflowGraph graph,
            Indices operators,
            IntFunction<OperatorFamily> family,
            IntFunction<KernelShape> shape,
            IntFunction<String> type,
            IntUnaryOperator root) {
        BlockedLayout layout = new BlockedLayout(graph, family, shape, type, root);
        operators.stream().filter(layout::isBlocked).forEach(layout.blocked::set);
        return layout.blocked;
    }

    private boolean isBlocked(int operator) {
        int with = root.applyAsInt(operator);
        if (with != operator && blocked.get(with)) {
            return true;
        }
        OperatorFamily own = family.apply(operator);
        if (CONVOLUTIONS.contains(own)) {
            return true;
        } else if (own == OperatorFamily.POOLING) {
            return shape.apply(operator).channels() % KernelShape.VECTOR == 0;
        }
        return KEEP.contains(type.apply(operator)) && allBlocked(graph.reads(operator));
    }

    private boolean allBlocked(Indices tensors) {
        for (int i = 0; i < tensors.size(); i++) {
            var maker = graph.producer(tensors.get(i));
            if (maker.isEmpty() || !blocked.get(maker.getAsInt())) {
                return false;
            }
        }
        return tensors.size() > 0;
    }
}
