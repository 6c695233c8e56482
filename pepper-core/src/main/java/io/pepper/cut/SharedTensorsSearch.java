package io.pepper.cut;

import io.pepper.cut.internal.TensorNetwork;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A search for the operators that depend on shared tensors alone, and for the tensors to carry and the operators to
 * recompute.
 */
final class SharedTensorsSearch {
    private final Usage usage;
    private final CutOptions options;
    private final DataflowGraph graph;
    private final boolean[] apartOperators;
    private final boolean[] apartTensors;

    /** The shared operators that may run in several parts. */
    private final boolean[] repeatable;

    private final int[][] origins;

    SharedTensorsSearch(Usage usage, CutOptions options) {
        this.usage = usage;
        this.options = options;
        this.graph = usage.graph();
        apartOperators = new boolean[graph.operatorCount()];
        apartTensors = new boolean[graph.tensorCount()];
        repeatable = new boolean[graph.operatorCount()];
        origins = new int[graph.tensorCount()][0];
    }

    SharedTensors find() {
        Indices named = named();
        named.stream().forEach(tensor -> apartTensors[tensor] = true);
        for (int operator = 0; operator < apartOperators.length; operator++) {
            if (dependsOnSharedAlone(operator)) {
                repeatable[operator] = options.isRecomputable(operator);
                boolean allAreNamed = graph.writes(operator).stream()
                        .filter(usage::isTensorUsed)
                        .allMatch(tensor -> apartTensors[tensor]);
                apartOperators[operator] = repeatable[operator] || allAreNamed;
            }
            if (apartOperators[operator]) {
                int[] from = origins(operator);
                for (int tensor : graph.writes(operator)) {
                    apartTensors[tensor] = true;
                    origins[tensor] = from;
                }
            } else {
                graph.writes(operator).stream()
                        .filter(tensor -> apartTensors[tensor])
                        .forEach(tensor -> origins[tensor] = new int[] {tensor});
            }
        }
        int[] carried = carried();
        return new SharedTensors(
                named, Indices.of(carried), recomputed(carried), apartOperators, apartTensors, origins);
    }

    /** Returns the shared results on paths from which the results of a shared operator follow. */
    private int[] origins(int operator) {
        return graph.reads(operator).stream()
                .flatMap(tensor -> Arrays.stream(origins[tensor]))
                .distinct()
                .toArray();
    }

    /** Returns whether a shared tensor is an input of the graph, or a result that is computed once. */
    private boolean isSource(int tensor) {
        return graph.producer(tensor).stream().noneMatch(producer -> repeatable[producer]);
    }

    private Indices named() {
        return Indices.of(options.shared().stream()
                .flatMapToInt(this::named)
                .sorted()
                .distinct()
                .toArray());
    }

    /**
     * Returns the tensor with a name; if there is none and the name ends in a star, the inputs with this prefix, or else
     * the results with it.
     */
    private IntStream named(String name) {
        OptionalInt tensor = graph.tensor(name);
        if (tensor.isPresent()) {
            return IntStream.of(movable(tensor.getAsInt()));
        }
        if (name.endsWith("*")) {
            String begin = name.substring(0, name.length() - 1);
            int[] found = IntStream.range(0, graph.tensorCount())
                    .filter(any -> graph.tensorName(any).startsWith(begin))
                    .toArray();
            int[] inputs = Arrays.stream(found)
                    .filter(any -> graph.producer(any).isEmpty())
                    .toArray();
            if (found.length > 0) {
                return Arrays.stream(inputs.length > 0 ? inputs : found).map(this::movable);
            }
        }
        List<String> names = graph.inputs().stream().mapToObj(graph::tensorName).toList();
        throw new IllegalArgumentException("'" + name
                + "' is neither an input of the graph nor computed from one by an operator; its inputs are " + names);
    }

    private int movable(int tensor) {
        if (graph.producer(tensor).isPresent() && options.isImmovable(tensor)) {
            throw new IllegalArgumentException(
                    "'" + graph.tensorName(tensor) + "' cannot be shared: no part can pass its value to another");
        }
        return tensor;
    }

    private boolean dependsOnSharedAlone(int operator) {
        Indices reads = graph.reads(operator);
        return usage.isOperatorUsed(operator)
                && !reads.isEmpty()
                && reads.stream().allMatch(tensor -> apartTensors[tensor]);
    }

    /**
     * Returns the tensors of a minimum cut between the sources and those readers that are not recomputed.
     */
    private int[] carried() {
        List<Integer> tensors = new ArrayList<>();
        IntStream.range(0, apartTensors.length)
                .filter(tensor -> apartTensors[tensor])
                .forEach(tensors::add);
        int[] number = new int[apartTensors.length];
        for (int i = 0; i < tensors.size(); i++) {
            number[tensors.get(i)] = i;
        }
        TensorNetwork network =
                new TensorNetwork(graph.operatorCount(), SharedTensors.weights(graph, options, tensors));
        for (int tensor : tensors) {
            if (isSource(tensor)) {
                network.begin(number[tensor]);
            } else {
                network.write(graph.producer(tensor).getAsInt(), number[tensor]);
                if (options.isImmovable(tensor)) {
                    network.keep(number[tensor]);
                }
            }
            Indices readers = graph.readers(tensor);
            for (int i = 0; i < readers.size(); i++) {
                if (repeatable[readers.get(i)]) {
                    network.read(number[tensor], readers.get(i));
                } else if (usage.isOperatorUsed(readers.get(i))) {
                    network.end(number[tensor]);
                }
            }
        }
        TensorNetwork.Sides sides = network.cut();
        return tensors.stream()
                .filter(tensor -> sides.isCut(number[tensor]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Returns the operators between the carried tensors and the readers that are not shared, by a backward search. */
    private Indices recomputed(int... carried) {
        boolean[] isCarried = new boolean[apartTensors.length];
        for (int tensor : carried) {
            isCarried[tensor] = true;
        }
        boolean[] recomputed = new boolean[apartOperators.length];
        for (int operator = apartOperators.length - 1; operator >= 0; operator--) {
            if (repeatable[operator]) {
                recomputed[operator] = graph.writes(operator).stream()
                        .filter(tensor -> !isCarried[tensor])
                        .flatMap(tensor -> graph.readers(tensor).stream())
                        .anyMatch(
                                reader -> usage.isOperatorUsed(reader) && (!repeatable[reader] || recomputed[reader]));
            }
        }
        return Indices.of(IntStream.range(0, recomputed.length)
                .filter(operator -> recomputed[operator])
                .toArray());
    }
}
