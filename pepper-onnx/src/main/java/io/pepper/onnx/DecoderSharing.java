package io.pepper.onnx;

import io.pepper.cut.CutOptions;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.model.Dimension;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** How the recognised inputs of a model are shared, and what its layers are known by. */
final class DecoderSharing {
    /** As many tensors may pass from one layer to the next: a residual and what is still to be added to it, and room for others. */
    private static final int MOST_BETWEEN_LAYERS = 4;

    /** What an open size counts as where only about how large a tensor is has to be known. */
    private static final long OPEN_SIZE = 128;

    private static final long ELEMENT_BYTES = 4;
    private static final long MOST_BYTES = 1L << 30;
    private static final long SMALL_BYTES = 1L << 20;
    private static final long SMALL_SHARE = 1000;

    private final DataflowGraph graph;
    private final TensorShapes shapes;
    private final RecognizedInputs recognized;
    private final ModelCosts costs;

    DecoderSharing(DataflowGraph graph, TensorShapes shapes, RecognizedInputs recognized, ModelCosts costs) {
        this.graph = graph;
        this.shapes = shapes;
        this.recognized = recognized;
        this.costs = costs;
    }

    CutOptions applyTo(CutOptions options) {
        List<String> names = recognized.names().stream()
                .filter(name -> graph.tensor(name).isPresent())
                .toList();
        CutOptions shared = options.withEstimatedBytes(this::estimatedBytes).withShared(names);
        Indices marks = layerMarks();
        return marks.size() < 2
                ? shared
                : shared.withMaxWidth(MOST_BETWEEN_LAYERS).withLayerMarks(marks);
    }

    /** The operators that read caches together with something else. */
    private Indices layerMarks() {
        return Indices.of(recognized.caches().stream()
                .map(cache -> graph.tensor(cache.past()))
                .flatMapToInt(OptionalInt::stream)
                .flatMap(tensor -> graph.readers(tensor).stream())
                .filter(reader -> graph.reads(reader).size() > 1)
                .sorted()
                .distinct()
                .toArray());
    }

    private long estimatedBytes(int tensor) {
        List<Dimension> shape = shapes.of(graph.tensorName(tensor)).shape().orElse(null);
        if (shape == null) {
            return OPEN_SIZE * OPEN_SIZE * ELEMENT_BYTES;
        }
        long bytes = ELEMENT_BYTES;
        for (Dimension dimension : shape) {
            bytes = Math.min(
                    MOST_BYTES, bytes * Math.min(MOST_BYTES, dimension.size().orElse(OPEN_SIZE)));
        }
        return bytes;
    }

    /** Whether the arithmetic of an operator is little beside that of the model or, where it is not known, a reduction of little. */
    boolean isSmall(int operator) {
        OptionalLong flops = costs.flops(operator);
        if (flops.isPresent()) {
            return flops.getAsLong() <= costs.knownFlops() / SMALL_SHARE;
        }
        String type = graph.operatorType(operator);
        return (type.startsWith("Reduce") || type.equals("CumSum"))
                && graph.reads(operator).stream()
                                .mapToLong(this::estimatedBytes)
                                .sum()
                        <= SMALL_BYTES;
    }
}
