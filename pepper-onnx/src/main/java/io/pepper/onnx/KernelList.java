package io.pepper.onnx;

import io.pepper.cost.Kernel;
import io.pepper.cost.OperatorFamily;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.onnx.internal.cost.BlockedLayout;
import io.pepper.onnx.internal.cost.KernelShape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The kernels that a piece of a model runs as. */
final class KernelList {
    private final DataflowGraph graph;
    private final TensorShapes shapes;
    private final ModelCosts costs;
    private final OperatorDemands demands;
    private final BitSet inside = new BitSet();
    private final BitSet outputs = new BitSet();
    private final List<Kernel> kernels = new ArrayList<>();

    private KernelList(DataflowGraph graph, TensorShapes shapes, ModelCosts costs) {
        this.graph = graph;
        this.shapes = shapes;
        this.costs = costs;
        this.demands = costs.demands();
    }

    /** In O(operators + edges); operators in topological order. */
    static List<Kernel> of(
            DataflowGraph graph, TensorShapes shapes, ModelCosts costs, Indices operators, Indices outputs) {
        KernelList list = new KernelList(graph, shapes, costs);
        operators.stream().forEach(list.inside::set);
        outputs.stream().forEach(list.outputs::set);
        Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
        operators.stream().forEach(operator -> groups.computeIfAbsent(list.root(operator), root -> new ArrayList<>())
                .add(operator));
        groups.forEach(list::add);
        list.addLayouts(operators);
        return list.kernels;
    }

    /** What it is computed together with, if that is in the piece, too. */
    private int root(int operator) {
        int root = demands.root(operator);
        return inside.get(root) ? root : operator;
    }

    private void add(int root, List<Integer> group) {
        KernelShape shape = demands.shape(root);
        double flops = 0;
        double input = 0;
        double output = 0;
        double weights = 0;
        BitSet seen = new BitSet();
        for (int operator : group) {
            boolean known = costs.tally(operator).sizesMissing().isEmpty();
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
        OperatorFamily family = demands.family(root);
        if (family == OperatorFamily.VIEW) {
            input = 0;
            output = 0;
        } else if (demands.isPick(root)) {
            input = output;
        }
        kernels.add(new Kernel(
                family,
                1,
                flops,
                input,
                output,
                weights,
                shape.depth(),
                shape.channels(),
                shape.window(),
                shape.groups()));
    }

    private boolean isOf(int root, int operator) {
        return operator >= 0 && inside.get(operator) && root(operator) == root;
    }

    /** Whether a tensor is read by others than those of its kernel. */
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

    private void addLayouts(Indices operators) {
        BitSet blocked = BlockedLayout.of(graph, operators, demands::family, demands::shape, demands::type, this::root);
        BitSet seen = new BitSet();
        for (int operator : operators) {
            for (int tensor : graph.reads(operator)) {
                int maker = graph.producer(tensor).orElse(-1);
                boolean made = maker >= 0 && inside.get(maker) && blocked.get(maker);
                if (made != takesBlocks(operator, blocked) && !seen.get(tensor)) {
                    addLayout(tensor);
                    seen.set(tensor);
                }
            }
            for (int tensor : graph.writes(operator)) {
                if (blocked.get(operator) && outputs.get(tensor) && !seen.get(tensor)) {
                    addLayout(tensor);
                    seen.set(tensor);
                }
            }
        }
    }

    /** The first convolution of a network reads its few channels as they are. */
    private boolean takesBlocks(int operator, BitSet blocked) {
        return blocked.get(operator) && !demands.isFirst(operator);
    }

    private void addLayout(int tensor) {
        kernels.add(Kernel.of(OperatorFamily.LAYOUT, 0, bytes(tensor), bytes(tensor)));
    }
}
