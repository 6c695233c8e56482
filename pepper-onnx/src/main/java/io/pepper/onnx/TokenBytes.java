package io.pepper.onnx;

import io.pepper.graph.DataflowGraph;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.cost.CostWalk;
import io.pepper.onnx.internal.model.ModelGraph;
import io.pepper.onnx.internal.model.Weights;
import io.pepper.partition.OperatorCosts;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The bytes that a single token reads, which bound the time of its step: the weights of operators, and the caches. A
 * lookup reads one row of its table, so that tables do not count.
 */
final class TokenBytes {
    /** The assumed number of tokens in a cache if its axis is open. */
    private static final long OPEN_TOKENS = 1024;

    private static final long MAX_BYTES = 1L << 40;

    private final ModelGraph model;
    private final DataflowGraph graph;
    private final TensorShapes shapes;
    private final CostWalk walk;

    TokenBytes(ModelGraph model, TensorShapes shapes, CostWalk walk) {
        this.model = model;
        this.graph = model.dataflow();
        this.shapes = shapes;
        this.walk = walk;
    }

    OperatorCosts costs(List<RecognizedInputs.Cache> caches) {
        int[][] cachesOf = new int[graph.operatorCount()][0];
        long[] bytes = new long[caches.size()];
        for (int i = 0; i < bytes.length; i++) {
            int cache = i;
            bytes[i] = bytes(shapes.of(caches.get(i).past()));
            graph.tensor(caches.get(i).past()).stream()
                    .flatMap(tensor -> graph.readers(tensor).stream())
                    .filter(reader -> !graph.operatorType(reader).equals("Shape"))
                    .forEach(reader -> cachesOf[reader] = with(cachesOf[reader], cache));
        }
        return OperatorCosts.sum(
                Weights.costs(model, node -> !walk.isPick(node)), OperatorCosts.shared(cachesOf, bytes));
    }

    private static int[] with(int[] items, int added) {
        int[] more = Arrays.copyOf(items, items.length + 1);
        more[items.length] = added;
        return more;
    }

    /** Returns the bytes of a cache. Of its open axes, one is that of the tokens, and the batch is one sequence. */
    private static long bytes(TensorInfo cache) {
        if (cache.bytes().isPresent()) {
            return Math.min(MAX_BYTES, cache.bytes().getAsLong());
        }
        List<Dimension> axes = cache.shape().orElse(List.of());
        List<Dimension> fixed = axes.stream()
                .map(size -> size.size().isPresent() ? size : Dimension.of(1))
                .toList();
        long one = new TensorInfo(cache.name(), cache.type(), Optional.of(fixed))
                .bytes()
                .orElse(0);
        return Math.min(MAX_BYTES, Math.min(MAX_BYTES, one) * (isBatchAloneOpen(axes) ? 1 : OPEN_TOKENS));
    }

    /** Returns whether the only open axis is the batch, by its name, or as the first one without a name. */
    private static boolean isBatchAloneOpen(List<Dimension> axes) {
        List<Dimension> open =
                axes.stream().filter(axis -> axis.size().isEmpty()).toList();
        return open.size() == 1
                && open.get(0)
                        .symbol()
                        .map(symbol -> InputRecognition.words(symbol).contains("batch"))
                        .orElse(axes.get(0).equals(open.get(0)));
    }
}
