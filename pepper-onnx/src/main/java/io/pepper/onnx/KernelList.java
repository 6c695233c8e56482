package io.pepper.onnx;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.onnx.internal.cost.BlockedLayout;
import io.pepper.onnx.internal.cost.KernelShape;
import io.pepper.onnx.internal.cost.OperatorDemands;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** The kernels as which a piece of a model runs. */
final class KernelList {
    private static final Set<KernelFamily> CONVOLUTIONS = EnumSet.of(
            KernelFamily.CONVOLUTION,
            KernelFamily.POINTWISE_CONVOLUTION,
            KernelFamily.NARROW_CONVOLUTION,
            KernelFamily.DEPTHWISE_CONVOLUTION);

    private static final Set<KernelFamily> WEIGHTED = EnumSet.of(
            KernelFamily.CONVOLUTION,
            KernelFamily.TRANSPOSED_CONVOLUTION,
            KernelFamily.POINTWISE_CONVOLUTION,
            KernelFamily.NARROW_CONVOLUTION,
            KernelFamily.UNFOLDED_CONVOLUTION,
            KernelFamily.DEPTHWISE_CONVOLUTION,
            KernelFamily.PRODUCT,
            KernelFamily.QUANTIZED,
            KernelFamily.ATTENTION,
            KernelFamily.RECURRENT);

    private final DataflowGraph graph;
    private final TensorShapes shapes;
    private final ModelCosts costs;
    private final OperatorDemands demands;
    private final BitSet inside = new BitSet();
    private final BitSet outputs = new BitSet();
    private final List<Kernel> kernels = new ArrayList<>();
    private final BlockedLayout layout;

    private KernelList(DataflowGraph graph, TensorShapes shapes, ModelCosts costs, Indices operators, Indices outputs) {
        this.graph = graph;
        this.shapes = shapes;
        this.costs = costs;
        this.demands = costs.demands();
        operators.stream().forEach(inside::set);
        outputs.stream().forEach(this.outputs::set);
        layout = BlockedLayout.of(graph, demands, operators, this.outputs, this::fused);
    }

    /** Returns the kernels, in O(operators + edges). The operators must be in topological order. */
    static List<Kernel> of(
            DataflowGraph graph, TensorShapes shapes, ModelCosts costs, Indices operators, Indices outputs) {
        KernelList list = new KernelList(graph, shapes, costs, operators, outputs);
        Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
        operators.stream().forEach(operator -> groups.computeIfAbsent(list.root(operator), root -> new ArrayList<>())
                .add(operator));
        groups.forEach(list::add);
        list.layout.intoBlocks().forEach(tensor -> list.addLayout(KernelFamily.BLOCKING, tensor));
        list.layout.outOfBlocks().forEach(tensor -> list.addLayout(KernelFamily.UNBLOCKING, tensor));
        return list.kernels;
    }

    /**
     * The tensors that a cut would affect.
     *
     * @param inside the tensors that are produced and read inside one kernel
     * @param shortCuts the tensors in blocks of channels that a convolution adds to its result. If they come from
     *     another part, they are not in blocks, and the addition is a separate kernel
     */
    record Bonds(BitSet inside, BitSet shortCuts) {}

    /** Returns the tensors that cuts would affect, in O(operators + edges). */
    static Bonds bonds(DataflowGraph graph, OperatorDemands demands, Indices operators) {
        BitSet used = new BitSet();
        operators.stream().forEach(used::set);
        BitSet outputs = new BitSet();
        graph.outputs().stream().forEach(outputs::set);
        BlockedLayout layout = BlockedLayout.of(
                graph,
                demands,
                operators,
                outputs,
                operator -> used.get(demands.root(operator)) ? demands.root(operator) : operator);
        BitSet inside = new BitSet();
        BitSet shortCuts = new BitSet();
        for (int operator : operators) {
            if (demands.isSumOfTwo(operator) && layout.worksOnBlocks(layout.root(operator))) {
                graph.reads(operator).stream()
                        .filter(tensor -> graph.producer(tensor).stream()
                                .noneMatch(maker -> layout.root(maker) == layout.root(operator)))
                        .forEach(shortCuts::set);
            }
            for (int tensor : graph.writes(operator)) {
                Indices readers = graph.readers(tensor);
                inside.set(
                        tensor,
                        !readers.isEmpty()
                                && !outputs.get(tensor)
                                && readers.stream()
                                        .filter(used::get)
                                        .allMatch(reader -> layout.root(reader) == layout.root(operator)));
            }
        }
        return new Bonds(inside, shortCuts);
    }

    /** Returns the root of the kernel that an operator is fused into, if the root is in the piece, too. */
    private int fused(int operator) {
        int root = demands.root(operator);
        return inside.get(root) ? root : operator;
    }

    private int root(int operator) {
        return layout.root(operator);
    }

    private void add(int root, List<Integer> group) {
        KernelShape shape = demands.shape(root);
        double flops = 0;
        double input = 0;
        double output = 0;
        double weights = 0;
        BitSet seen = new BitSet();
        for (int operator : group) {
            boolean known = costs.tally(operator).isKnown();
            flops += known ? costs.tally(operator).work().flops() : Double.NaN;
            weights += demands.constantBytes(operator);
            for (int tensor : graph.reads(operator)) {
                if (!seen.get(tensor) && !isOf(root, graph.producer(tensor).orElse(-1))) {
                    input += bytes(tensor);
                    seen.set(tensor);
                }
            }
            for (int tensor : graph.writes(operator)) {
                output += leaves(root, tensor) ? bytes(tensor) : 0;
            }
        }
        KernelFamily family = family(root);
        if (family == KernelFamily.LAYER_NORMALIZATION && group.stream().anyMatch(demands::isSumOfTwo)) {
            family = KernelFamily.SUM_NORMALIZATION;
        }
        if (!WEIGHTED.contains(family)) {
            input += weights; // Constants are read like other inputs.
            weights = 0;
        }
        if (family == KernelFamily.VIEW) {
            input = 0;
            output = 0;
        } else if (demands.isPick(root)) {
            input = output;
        }
        int times = demands.type(root).equals("HardSwish") ? 2 : 1; // A sigmoid and a product.
        kernels.add(new Kernel(
                family,
                times,
                known(flops / times),
                known(input),
                known(output),
                known(weights),
                shape.depth(),
                shape.channels(),
                shape.window(),
                shape.groups()));
    }

    /** Unknown numbers are NaN in sums. */
    private static OptionalDouble known(double value) {
        return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private KernelFamily family(int root) {
        if (layout.isReordering(root)) {
            return layout.isBlock(graph.reads(root).get(0)) ? KernelFamily.UNBLOCKING : KernelFamily.BLOCKING;
        }
        KernelFamily family = demands.family(root);
        if (layout.worksOnBlocks(root) && family == KernelFamily.UNFOLDED_CONVOLUTION) {
            return KernelFamily.CONVOLUTION; // Groups that fill blocks.
        }
        if (family == KernelFamily.POOLING && !layout.worksOnBlocks(root)) {
            return KernelFamily.UNBLOCKED_POOLING;
        }
        boolean unfolded = CONVOLUTIONS.contains(family) && !layout.worksOnBlocks(root);
        return unfolded ? KernelFamily.UNFOLDED_CONVOLUTION : family;
    }

    private boolean isOf(int root, int operator) {
        return operator >= 0 && inside.get(operator) && root(operator) == root;
    }

    /** Returns whether a tensor is read outside of its kernel. */
    private boolean leaves(int root, int tensor) {
        Indices readers = graph.readers(tensor);
        for (int i = 0; i < readers.size(); i++) {
            if (!isOf(root, readers.get(i))) {
                return true;
            }
        }
        return outputs.get(tensor) || readers.isEmpty();
    }

    private double bytes(int tensor) {
        OptionalLong bytes = shapes.bytes(tensor);
        return bytes.isPresent() ? bytes.getAsLong() : Double.NaN;
    }

    private void addLayout(KernelFamily family, int tensor) {
        OptionalDouble bytes = known(bytes(tensor));
        kernels.add(new Kernel(
                family,
                1,
                OptionalDouble.of(0),
                bytes,
                bytes,
                OptionalDouble.of(0),
                0,
                Math.max(0, demands.channels(tensor)),
                0,
                0));
    }
}
