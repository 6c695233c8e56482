package io.pepper.onnx;

import io.pepper.cut.CutOptions;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.model.Dimension;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The sharing of a model's recognised inputs, and the operators that mark its layers. */
final class DecoderSharing {
    /**
     * Maximum number of tensors that pass from one layer to the next: the residual, a value that is still to be added
     * to it, and some spare.
     */
    private static final int MAX_BETWEEN_LAYERS = 4;

    /** The assumed size of an open dimension, for rough estimates of tensors. */
    private static final long OPEN_SIZE = 128;

    private static final long ELEMENT_BYTES = 4;
    private static final long MAX_BYTES = 1L << 30;
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
        List<String> names = new ArrayList<>(recognized.names().stream()
                .filter(name -> graph.tensor(name).isPresent())
                .toList());
        CutOptions shared = options.withEstimatedBytes(this::estimatedBytes).withShared(names);
        Indices marks = layerMarks();
        if (marks.size() < 2) {
            return shared;
        }
        for (String tokens : measuredTokens()) {
            names.add(tokens);
            Set<Integer> lookups = lookups(tokens);
            shared = shared.withShared(names)
                    .withRecomputable(operator -> costs.isCheap(operator) && !lookups.contains(operator));
        }
        return shared.withMaxWidth(MAX_BETWEEN_LAYERS).withLayerMarks(marks).withUndivided(cacheOperators());
    }

    /**
     * Returns the input of tokens if their number is read from its shape, as many exporters do: the tokens have fewer
     * bytes than what is computed from their number. What is looked up by a token stays in one part.
     */
    private List<String> measuredTokens() {
        List<String> known = recognized.names();
        return graph.inputs().stream()
                .mapToObj(graph::tensorName)
                .filter(name -> !known.contains(name) && !lookups(name).isEmpty())
                .filter(name -> ContextRecognition.readers(name, graph).stream()
                        .anyMatch(reader -> graph.operatorType(reader).equals("Shape")))
                .limit(1)
                .toList();
    }

    /** Returns the operators that select rows of a constant table by the elements of an input. */
    private Set<Integer> lookups(String input) {
        return ContextRecognition.readers(input, graph).stream()
                .filter(reader -> ContextRecognition.isLookup(reader, graph))
                .collect(Collectors.toSet());
    }

    /**
     * Returns, for each cache, the operators that read it and the one that continues it, so that it stays in one part.
     * Operators that read its shape alone are not among them.
     */
    private List<Indices> cacheOperators() {
        return recognized.caches().stream()
                .map(cache -> Indices.of(IntStream.concat(
                                graph.tensor(cache.past()).stream()
                                        .flatMap(tensor -> graph.readers(tensor).stream())
                                        .filter(reader ->
                                                !graph.operatorType(reader).equals("Shape")),
                                graph.tensor(cache.present()).stream()
                                        .flatMap(tensor -> graph.producer(tensor).stream()))
                        .sorted()
                        .distinct()
                        .toArray()))
                .toList();
    }

    /** Returns the operators that read a cache together with another tensor: each layer has its own caches. */
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
                    MAX_BYTES, bytes * Math.min(MAX_BYTES, dimension.size().orElse(OPEN_SIZE)));
        }
        return bytes;
    }

    /**
     * Returns whether the arithmetic of an operator is small compared with the model's. If it is unknown, reductions of
     * little data are small.
     */
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
