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
 * A search for the operators that depend on shared inputs alone, and for the tensors to carry and the operators to
 * recompute.
 */
final class SharedInputsSearch {
    private final Usage usage;
    private final CutOptions options;
    private final DataflowGraph graph;
    private final boolean[] apartOperators;
    private final boolean[] apartTensors;

    SharedInputsSearch(Usage usage, CutOptions options) {
        this.usage = usage;
        this.options = options;
        this.graph = usage.graph();
        apartOperators = new boolean[graph.operatorCount()];
        apartTensors = new boolean[graph.tensorCount()];
    }

    SharedInputs find() {
        Indices inputs = inputs();
        inputs.stream().forEach(input -> apartTensors[input] = true);
        for (int operator = 0; operator < apartOperators.length; operator++) {
            if (isShared(operator)) {
                apartOperators[operator] = true;
                graph.writes(operator).stream().forEach(tensor -> apartTensors[tensor] = true);
            }
        }
        int[] carried = carried();
        return new SharedInputs(inputs, Indices.of(carried), recomputed(carried), apartOperators, apartTensors);
    }

    private Indices inputs() {
        return Indices.of(options.shared().stream()
                .flatMapToInt(this::inputs)
                .sorted()
                .distinct()
                .toArray());
    }

    /** Returns the input with a name; if there is none and the name ends in a star, the inputs with this prefix. */
    private IntStream inputs(String name) {
        OptionalInt tensor = graph.tensor(name);
        if (tensor.isPresent() && graph.producer(tensor.getAsInt()).isEmpty()) {
            return tensor.stream();
        }
        String begin = name.substring(0, Math.max(0, name.length() - 1));
        int[] found = name.endsWith("*")
                ? graph.inputs().stream()
                        .filter(input -> graph.tensorName(input).startsWith(begin))
                        .toArray()
                : new int[0];
        if (found.length == 0) {
            List<String> names =
                    graph.inputs().stream().mapToObj(graph::tensorName).toList();
            throw new IllegalArgumentException("'" + name + "' is not an input of the graph; its inputs are " + names);
        }
        return Arrays.stream(found);
    }

    private boolean isShared(int operator) {
        Indices reads = graph.reads(operator);
        return usage.isOperatorUsed(operator)
                && !reads.isEmpty()
                && reads.stream().allMatch(tensor -> apartTensors[tensor])
                && options.isRecomputable(operator);
    }

    /**
     * Returns the tensors of a minimum cut between the shared inputs and those readers that are not shared themselves.
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
        TensorNetwork network = new TensorNetwork(graph.operatorCount(), SharedInputs.weights(graph, options, tensors));
        for (int tensor : tensors) {
            if (graph.producer(tensor).isEmpty()) {
                network.begin(number[tensor]);
            } else {
                network.write(graph.producer(tensor).getAsInt(), number[tensor]);
                if (options.isImmovable(tensor)) {
                    network.keep(number[tensor]);
                }
            }
            Indices readers = graph.readers(tensor);
            for (int i = 0; i < readers.size(); i++) {
                if (apartOperators[readers.get(i)]) {
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
            if (apartOperators[operator]) {
                recomputed[operator] = graph.writes(operator).stream()
                        .filter(tensor -> !isCarried[tensor])
                        .flatMap(tensor -> graph.readers(tensor).stream())
                        .anyMatch(reader ->
                                usage.isOperatorUsed(reader) && (!apartOperators[reader] || recomputed[reader]));
            }
        }
        return Indices.of(IntStream.range(0, recomputed.length)
                .filter(operator -> recomputed[operator])
                .toArray());
    }
}
