package io.pepper.onnx;

import io.pepper.graph.DataflowGraph;
import io.pepper.internal.text.Quantities;
import io.pepper.model.Dimension;
import io.pepper.onnx.internal.cost.CostWalk;
import io.pepper.onnx.internal.cost.OperatorFormulas;
import io.pepper.onnx.internal.model.Constants;
import io.pepper.onnx.internal.model.ModelGraph;
import io.pepper.onnx.internal.model.Weights;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The choice of operators that may be computed in several parts: their results are the same each time, and computing
 * them costs less than sending them, or little compared with the model. Open sizes are assumed to be {@value
 * #OPEN_SIZE}. Immutable and therefore thread-safe.
 */
final class Recomputation {
    private static final long OPEN_SIZE = 128;
    private static final long ELEMENT_BYTES = 4;
    private static final long MAX_BYTES = 1L << 30;

    /** The arithmetic that is worth a byte: a link of 1 Gbit/s carries it in 8 ns, in which a small processor does this. */
    private static final long FLOPS_PER_BYTE = 16;

    private static final long SMALL_SHARE_OF_FLOPS = 1000;
    private static final long SMALL_SHARE_OF_WEIGHTS = 100;
    private static final long SMALL_BYTES = 1L << 20;
    private static final Set<String> PRODUCTS = Set.of("MatMul", "Gemm", "MatMulInteger");

    private final ModelGraph model;
    private final DataflowGraph graph;
    private final ModelCosts costs;
    private final long knownFlops;
    private final long weightBytes;

    Recomputation(ModelGraph model, ModelCosts costs) {
        this.model = model;
        this.graph = model.dataflow();
        this.costs = costs;
        knownFlops = costs.knownFlops();
        weightBytes = weights(IntStream.of(graph.usedOperators().toArray())
                .map(model::node)
                .boxed()
                .toList());
    }

    /** Returns the reason against computing an operator in several parts; empty if there is none. */
    Optional<String> obstacle(int operator) {
        if (!model.isRepeatable(model.node(operator))) {
            return Optional.of("its values may differ from run to run");
        }
        long sent = graph.writes(operator).stream().mapToLong(this::bytes).sum();
        long weights = weights(List.of(model.node(operator)));
        if (weights > Math.max(sent, Math.max(SMALL_BYTES, weightBytes / SMALL_SHARE_OF_WEIGHTS))) {
            return Optional.of("it needs " + Quantities.bytes(weights) + " of weights");
        }
        OptionalLong flops = flops(operator);
        if (flops.isEmpty()) {
            return Optional.of("its arithmetic is not known");
        }
        return flops.getAsLong() > Math.max(knownFlops / SMALL_SHARE_OF_FLOPS, FLOPS_PER_BYTE * sent)
                ? Optional.of("it takes " + Quantities.decimal(flops, "FLOPs") + " for " + Quantities.bytes(sent))
                : Optional.empty();
    }

    private long weights(List<Integer> nodes) {
        Constants.Needed constants = model.constantsOf(nodes, List.of());
        return Weights.bytes(
                model,
                IntStream.concat(nodes.stream().mapToInt(Integer::intValue), constants.nodes().stream())
                        .boxed()
                        .toList(),
                constants.initializers(),
                Set.of());
    }

    /** Returns the arithmetic of an operator, estimated if sizes are open; empty if that is not possible. */
    private OptionalLong flops(int operator) {
        OptionalLong known = costs.flops(operator);
        NodeProto node = model.model().getGraph().getNode(model.node(operator));
        String type = node.getOpType();
        if (known.isPresent() || OperatorFormulas.isCheap(CostWalk.domain(node.getDomain()), type)) {
            return OptionalLong.of(known.orElse(0));
        }
        long read = graph.reads(operator).stream().mapToLong(this::bytes).sum();
        if (type.startsWith("Reduce") || type.equals("CumSum")) {
            return read <= SMALL_BYTES ? OptionalLong.of(0) : OptionalLong.of(read / ELEMENT_BYTES);
        }
        if (!PRODUCTS.contains(type)) {
            return known;
        }
        long made = bytes(graph.writes(operator).get(0)) / ELEMENT_BYTES;
        List<Dimension> shape = costs.shapes().of(node.getInput(0)).shape().orElse(List.of());
        long inner =
                shape.isEmpty() ? OPEN_SIZE : shape.get(shape.size() - 1).size().orElse(OPEN_SIZE);
        return OptionalLong.of(2 * made * Math.min(MAX_BYTES, inner));
    }

    /** Returns the bytes of a tensor, estimated if its size is open. */
    long bytes(int tensor) {
        OptionalLong known = costs.shapes().bytes(tensor);
        if (known.isPresent()) {
            return Math.min(MAX_BYTES, known.getAsLong());
        }
        List<Dimension> shape =
                costs.shapes().of(graph.tensorName(tensor)).shape().orElse(null);
        if (shape == null) {
            return OPEN_SIZE * OPEN_SIZE * ELEMENT_BYTES;
        }
        long bytes = ELEMENT_BYTES;
        for (Dimension dimension : shape) {
            bytes = Math.min(
                    MAX_BYTES, bytes * Math.min(MAX_BYTES, dimension.size().orElse(OPEN_SIZE)));
        }
        return bytes;
    }
}
