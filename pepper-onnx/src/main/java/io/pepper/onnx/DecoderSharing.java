package io.pepper.onnx;

import io.pepper.cut.CutOptions;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The sharing of a model's recognised inputs and of what follows from them, and the operators that mark its layers. */
final class DecoderSharing {
    /**
     * Maximum number of tensors that pass from one layer to the next: the residual, a value that is still to be added
     * to it, and some spare.
     */
    private static final int MAX_BETWEEN_LAYERS = 4;

    private final DataflowGraph graph;
    private final RecognizedInputs recognized;
    private final ModelCosts costs;

    DecoderSharing(DataflowGraph graph, RecognizedInputs recognized, ModelCosts costs) {
        this.graph = graph;
        this.recognized = recognized;
        this.costs = costs;
    }

    CutOptions applyTo(CutOptions options) {
        List<String> names = new ArrayList<>(recognized.names().stream()
                .filter(name -> graph.tensor(name).isPresent())
                .toList());
        CutOptions shared = options.withEstimatedBytes(costs::estimatedBytes).withShared(names);
        Indices marks = layerMarks();
        if (marks.size() < 2) {
            return shared;
        }
        List<String> tokens = measuredTokens();
        Set<Integer> lookups =
                tokens.stream().flatMap(input -> lookups(input).stream()).collect(Collectors.toSet());
        names.addAll(tokens);
        names.addAll(computedOnce(names, lookups, marks));
        shared = shared.withShared(names)
                .withRecomputable(operator -> costs.isCheap(operator) && !lookups.contains(operator));
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

    /**
     * Returns the results that depend on shared tensors alone, that operators of several layers need, and that are too
     * costly to be computed in each part. The last of a chain is named, so that a costly chain stays together. O(edges).
     */
    private List<String> computedOnce(List<String> shared, Set<Integer> lookups, Indices marks) {
        BitSet apart = new BitSet();
        shared.stream().flatMapToInt(name -> graph.tensor(name).stream()).forEach(apart::set);
        BitSet depending = new BitSet();
        for (int operator : graph.usedOperators()) {
            Indices reads = graph.reads(operator);
            if (!reads.isEmpty()
                    && !lookups.contains(operator)
                    && reads.stream().allMatch(apart::get)) {
                depending.set(operator);
                graph.writes(operator).forEach(apart::set);
            }
        }
        int[] first = new int[graph.tensorCount()];
        int[] last = new int[graph.tensorCount()];
        Arrays.fill(first, Integer.MAX_VALUE);
        Arrays.fill(last, -1);
        List<String> names = new ArrayList<>();
        int[] ascending = marks.toArray();
        for (int operator = graph.operatorCount() - 1; operator >= 0; operator--) {
            boolean cheap = depending.get(operator) && costs.isCheap(operator);
            int layer = layer(operator, ascending);
            int from = cheap ? least(graph.writes(operator), first) : layer;
            int to = cheap ? greatest(graph.writes(operator), last) : layer;
            for (int tensor : graph.reads(operator)) {
                first[tensor] = Math.min(first[tensor], from);
                last[tensor] = Math.max(last[tensor], to);
            }
            if (depending.get(operator) && !cheap) {
                graph.writes(operator).stream()
                        .filter(tensor -> first[tensor] < last[tensor])
                        .mapToObj(graph::tensorName)
                        .forEach(names::add);
            }
        }
        return names;
    }

    private static int least(Indices tensors, int... numbers) {
        return tensors.stream().map(tensor -> numbers[tensor]).min().orElse(Integer.MAX_VALUE);
    }

    private static int greatest(Indices tensors, int... numbers) {
        return tensors.stream().map(tensor -> numbers[tensor]).max().orElse(-1);
    }

    /** Returns the number of marks before an operator. */
    private static int layer(int operator, int... marks) {
        int found = Arrays.binarySearch(marks, operator);
        return found >= 0 ? found : -found - 1;
    }
}
