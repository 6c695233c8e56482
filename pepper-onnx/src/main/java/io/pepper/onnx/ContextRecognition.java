package io.pepper.onnx;

import io.pepper.graph.DataflowGraph;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The recognition of inputs that are the same in all steps of a text generator, such as the states of an encoder and
 * their mask: beside the tokens, those that have no axis of the length of the tokens. O(inputs), and O(operators) for
 * tokens of one axis.
 */
final class ContextRecognition {
    /** Operators that keep the elements of whole numbers. */
    private static final Set<String> LAYOUT =
            Set.of("Cast", "Reshape", "Unsqueeze", "Squeeze", "Identity", "Transpose");

    private final List<TensorInfo> inputs;
    private final List<TensorInfo> outputs;
    private final DataflowGraph graph;

    ContextRecognition(List<TensorInfo> inputs, List<TensorInfo> outputs, DataflowGraph graph) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.graph = graph;
    }

    /**
     * Returns the inputs that are the same in all steps.
     *
     * @param caches all caches
     * @param readOnly those among them that no run extends
     */
    List<String> names(Set<String> caches, List<String> readOnly) {
        Optional<TensorInfo> tokens = tokens(caches);
        if (tokens.isEmpty()) {
            return List.of();
        }
        Optional<String> batch = batch(tokens.get());
        Set<String> ofSteps = symbols(tokens.get(), batch);
        outputs.stream()
                .filter(output -> InputRecognition.words(output.name()).contains("logits"))
                .forEach(logits -> ofSteps.addAll(symbols(logits, batch)));
        Set<String> ofContexts = new HashSet<>();
        for (TensorInfo input : inputs) {
            if (readOnly.contains(input.name())) {
                ofContexts.addAll(symbols(input, batch));
            } else if (caches.contains(input.name())) {
                ofSteps.addAll(symbols(input, batch));
            }
        }
        List<TensorInfo> others = inputs.stream()
                .filter(input -> !caches.contains(input.name()) && !input.equals(tokens.get()))
                .toList();
        List<TensorInfo> states = others.stream()
                .filter(input -> isOfEncoder(input) || isState(input, ofSteps, batch))
                .toList();
        states.forEach(input -> ofContexts.addAll(symbols(input, batch)));
        ofContexts.removeAll(ofSteps);
        return others.stream()
                .filter(input ->
                        states.contains(input) || symbols(input, batch).stream().anyMatch(ofContexts::contains))
                .map(TensorInfo::name)
                .toList();
    }

    /** Returns whether an input has floating point numbers, and no axis of the length of the tokens. */
    private static boolean isState(TensorInfo input, Set<String> ofSteps, Optional<String> batch) {
        return InputRecognition.rank(input) >= 2
                && input.type().orElse("").contains("float")
                && !InputRecognition.isNamedMask(input)
                && input.shape().orElse(List.of()).stream().allMatch(ContextRecognition::isNamed)
                && symbols(input, batch).stream().noneMatch(ofSteps::contains);
    }

    private static boolean isNamed(Dimension dimension) {
        return dimension.size().isPresent() || dimension.symbol().isPresent();
    }

    /** Returns the input of tokens: the first one of whole numbers whose name makes it nothing else. */
    private Optional<TensorInfo> tokens(Set<String> caches) {
        return inputs.stream()
                .filter(input -> !caches.contains(input.name()) && !isOfEncoder(input))
                .filter(input ->
                        InputRecognition.WHOLE_NUMBERS.contains(input.type().orElse(""))
                                && !InputRecognition.isNamedMask(input))
                .filter(input -> !InputRecognition.isPosition(input) && !InputRecognition.isType(input))
                .filter(input -> InputRecognition.rank(input) == 2 || isLookedUp(input, graph))
                .findFirst();
    }

    private static boolean isOfEncoder(TensorInfo input) {
        List<String> words = InputRecognition.words(input.name());
        return words.contains("encoder") || words.contains("cross");
    }

    /** Returns the name of the axis of the batch. */
    private static Optional<String> batch(TensorInfo tokens) {
        return tokens.shape().filter(shape -> shape.size() > 1).flatMap(shape -> shape.get(0)
                .symbol());
    }

    /** Returns the names of the open axes that are not the batch. */
    private static Set<String> symbols(TensorInfo info, Optional<String> batch) {
        Set<String> found = new HashSet<>();
        for (Dimension dimension : info.shape().orElse(List.of())) {
            dimension
                    .symbol()
                    .filter(symbol -> !batch.equals(Optional.of(symbol)))
                    .filter(symbol -> !InputRecognition.words(symbol).contains("batch"))
                    .ifPresent(found::add);
        }
        return found;
    }

    /** Returns whether the elements of an input select rows of a constant table, as tokens do. */
    static boolean isLookedUp(TensorInfo input, DataflowGraph graph) {
        return readers(input.name(), graph).stream().anyMatch(reader -> isLookup(reader, graph));
    }

    static boolean isLookup(int operator, DataflowGraph graph) {
        return graph.operatorType(operator).equals("Gather")
                && graph.reads(operator).size() == 1;
    }

    /** Returns the operators that read an input, behind those that keep its elements. */
    static List<Integer> readers(String input, DataflowGraph graph) {
        List<Integer> found = new ArrayList<>();
        Deque<Integer> open = new ArrayDeque<>();
        Set<Integer> met = new HashSet<>();
        graph.tensor(input).ifPresent(open::add);
        while (!open.isEmpty()) {
            for (int reader : graph.readers(open.remove())) {
                boolean isNew = met.add(reader);
                if (isNew && LAYOUT.contains(graph.operatorType(reader))) {
                    graph.writes(reader).stream().forEach(open::add);
                } else if (isNew) {
                    found.add(reader);
                }
            }
        }
        return found;
    }
}
