package io.pepper.onnx;

import io.pepper.graph.DataflowGraph;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The recognition of caches, masks, positions and lengths among the inputs of a model, by name and type. Caches with
 * other names are recognised by dataflow, if there are at least two pairs: an output of the same type that a few
 * operators compute from an input. At least one input remains unrecognised. O(operators).
 */
final class InputRecognition {
    private static final Set<String> BEFORE =
            Set.of("past", "prev", "previous", "old", "in", "input", "cache", "state");
    private static final Set<String> AFTER =
            Set.of("present", "next", "new", "updated", "current", "out", "output", "cache", "state");
    private static final Set<String> STATES = Set.of("conv", "convolution", "ssm", "recurrent", "state", "states");
    static final Set<String> WHOLE_NUMBERS = Set.of("int64", "int32");
    private static final Set<String> MASK_TYPES =
            Set.of("int64", "int32", "int8", "uint8", "bool", "float", "float16", "bfloat16");
    static final int MIN_CACHE_RANK = 3;
    static final int MAX_STEPS_TO_OUTPUT = 4;

    private final List<TensorInfo> inputs;
    private final DataflowGraph graph;
    private final Map<String, TensorInfo> outputs = new LinkedHashMap<>();

    private InputRecognition(List<TensorInfo> inputs, List<TensorInfo> outputs, DataflowGraph graph) {
        this.inputs = inputs;
        this.graph = graph;
        outputs.forEach(output -> this.outputs.put(output.name(), output));
    }

    static RecognizedInputs of(List<TensorInfo> inputs, List<TensorInfo> outputs, DataflowGraph graph) {
        InputRecognition search = new InputRecognition(inputs, outputs, graph);
        List<RecognizedInputs.Cache> caches = search.caches();
        Set<String> taken = new HashSet<>();
        caches.forEach(cache -> taken.add(cache.past()));
        List<String> readOnly = search.readOnlyCaches(taken);
        caches = caches.stream()
                .filter(cache -> !readOnly.contains(cache.past()))
                .toList();
        taken.addAll(readOnly);
        List<String> contexts =
                caches.isEmpty() ? List.of() : new ContextRecognition(inputs, outputs, graph).names(taken, readOnly);
        taken.addAll(contexts);
        List<String> masks = new ArrayList<>();
        List<String> positions = new ArrayList<>();
        List<String> lengths = new ArrayList<>();
        for (TensorInfo input : inputs) {
            if (!taken.contains(input.name())) {
                search.kind(input, !caches.isEmpty(), masks, positions, lengths);
            }
        }
        RecognizedInputs found =
                new RecognizedInputs(caches, readOnly, contexts, masks, List.of(), List.of(), positions, lengths);
        return found.names().size() < inputs.size() ? found : RecognizedInputs.NONE;
    }

    /**
     * Returns the caches that no run extends, such as the keys and values of an encoder: those whose output is the input
     * itself, unless they are named as states of a layer, and inputs that are named like caches and have the type and
     * rank of one.
     */
    private List<String> readOnlyCaches(Set<String> caches) {
        List<TensorInfo> known =
                inputs.stream().filter(input -> caches.contains(input.name())).toList();
        return inputs.stream()
                .filter(input -> rank(input) >= MIN_CACHE_RANK)
                .filter(input -> caches.contains(input.name())
                        ? isPassedOn(input.name()) && !isNamedState(input.name())
                        : words(input.name()).stream().anyMatch(word -> word.equals("past") || word.equals("cache"))
                                && known.stream()
                                        .anyMatch(cache ->
                                                cache.type().equals(input.type()) && rank(cache) == rank(input)))
                .map(TensorInfo::name)
                .toList();
    }

    /** Returns whether a name is that of the state of a convolution or a recurrent layer. */
    private static boolean isNamedState(String name) {
        List<String> words = words(name);
        return words.stream().anyMatch(STATES::contains) && !words.contains("encoder") && !words.contains("cross");
    }

    /** Returns whether an output is the input itself. */
    private boolean isPassedOn(String input) {
        return graph.tensor(input).stream()
                .flatMap(tensor -> graph.readers(tensor).stream())
                .anyMatch(reader -> graph.operatorType(reader).equals("Identity")
                        && graph.writes(reader).stream().anyMatch(made -> outputs.containsKey(graph.tensorName(made))));
    }

    static boolean isNamedMask(TensorInfo input) {
        return words(input.name()).contains("mask");
    }

    static boolean isPosition(TensorInfo input) {
        return words(input.name()).stream().anyMatch(word -> word.startsWith("position") || word.equals("pos"));
    }

    static boolean isType(TensorInfo input) {
        List<String> words = words(input.name());
        return (words.contains("token") && words.contains("type")) || words.contains("segment");
    }

    private void kind(
            TensorInfo input, boolean hasCaches, List<String> masks, List<String> positions, List<String> lengths) {
        List<String> words = words(input.name());
        String type = input.type().orElse("");
        int rank = rank(input);
        boolean whole = WHOLE_NUMBERS.contains(type);
        if (isNamedMask(input) && MASK_TYPES.contains(type) && (words.size() > 1 || hasCaches) && !isImage(input)) {
            masks.add(input.name());
        } else if (whole && (isPosition(input) || isType(input))) {
            positions.add(input.name());
        } else if (hasCaches
                && rank >= 0
                && rank <= 1
                && (whole || type.equals("bool"))
                && !ContextRecognition.isLookedUp(input, graph)) {
            lengths.add(input.name());
        } else if (whole && words.stream().anyMatch(word -> word.startsWith("seqlen") || word.startsWith("length"))) {
            lengths.add(input.name());
        }
    }

    /** A mask of an image is part of the main flow, like the image. */
    private static boolean isImage(TensorInfo input) {
        List<Dimension> shape = input.shape().orElse(List.of());
        return shape.size() > 2
                && input.type().orElse("").startsWith("float")
                && !words(input.name()).contains("attention");
    }

    private List<RecognizedInputs.Cache> caches() {
        List<RecognizedInputs.Cache> byName = byName();
        Set<String> pasts = new HashSet<>();
        Set<String> presents = new HashSet<>();
        byName.forEach(cache -> pasts.add(cache.past()));
        byName.forEach(cache -> presents.add(cache.present()));
        List<RecognizedInputs.Cache> byFlow = byFlow(pasts, presents);
        List<RecognizedInputs.Cache> all = new ArrayList<>();
        Map<String, RecognizedInputs.Cache> byPast = new HashMap<>();
        byName.forEach(cache -> byPast.put(cache.past(), cache));
        byFlow.forEach(cache -> byPast.put(cache.past(), cache));
        inputs.forEach(input -> Optional.ofNullable(byPast.get(input.name())).ifPresent(all::add));
        return all;
    }

    private List<RecognizedInputs.Cache> byName() {
        Map<String, String> presents = new HashMap<>();
        Set<String> twice = new HashSet<>();
        for (TensorInfo output : outputs.values()) {
            if (words(output.name()).stream().anyMatch(AFTER::contains)) {
                String key = key(output.name());
                if (presents.put(key, output.name()) != null) {
                    twice.add(key);
                }
            }
        }
        List<RecognizedInputs.Cache> found = new ArrayList<>();
        for (TensorInfo input : inputs) {
            TensorInfo present = outputs.get(presents.getOrDefault(key(input.name()), ""));
            if (present != null
                    && !twice.contains(key(input.name()))
                    && words(input.name()).stream().anyMatch(BEFORE::contains)
                    && rank(input) >= 2
                    && isLike(input, present)) {
                found.add(new RecognizedInputs.Cache(input.name(), present.name()));
            }
        }
        return isPastAlone(found) ? List.of() : List.copyOf(found);
    }

    /**
     * Returns whether no pair has the name of a cache: a single pair called {@code input} and {@code output} is the
     * main flow.
     */
    private static boolean isPastAlone(List<RecognizedInputs.Cache> found) {
        return found.stream().allMatch(cache -> words(cache.past()).stream()
                .noneMatch(word -> word.equals("past")
                        || word.equals("cache")
                        || word.equals("state")
                        || word.startsWith("prev")));
    }

    /** Returns pairs of an input and an output that a few operators compute from it. */
    private List<RecognizedInputs.Cache> byFlow(Set<String> pasts, Set<String> presents) {
        Set<String> free = new HashSet<>(outputs.keySet());
        free.removeAll(presents);
        List<RecognizedInputs.Cache> found = new ArrayList<>();
        for (TensorInfo input : inputs) {
            if (!pasts.contains(input.name()) && rank(input) >= MIN_CACHE_RANK) {
                Optional<String> near = near(input, free);
                near.ifPresent(present -> found.add(new RecognizedInputs.Cache(input.name(), present)));
                near.ifPresent(free::remove);
            }
        }
        boolean mainFlowIsLeft = pasts.size() + found.size() < inputs.size() && !free.isEmpty();
        return mainFlowIsLeft && (found.size() > 1 || (found.size() == 1 && !pasts.isEmpty()))
                ? List.copyOf(found)
                : List.of();
    }

    /** Returns the nearest output that resembles an input, within a few operators. */
    private Optional<String> near(TensorInfo input, Set<String> free) {
        OptionalInt start = graph.tensor(input.name());
        Deque<int[]> open = new ArrayDeque<>();
        start.ifPresent(tensor -> open.add(new int[] {tensor, 0}));
        Set<Integer> met = new HashSet<>();
        while (!open.isEmpty()) {
            int[] at = open.remove();
            String name = graph.tensorName(at[0]);
            TensorInfo output = outputs.get(name);
            if (at[1] > 0 && output != null && free.contains(name) && isLike(input, output)) {
                return Optional.of(name);
            }
            if (at[1] < MAX_STEPS_TO_OUTPUT) {
                for (int reader : graph.readers(at[0])) {
                    if (met.add(reader)) {
                        graph.writes(reader).stream().forEach(made -> open.add(new int[] {made, at[1] + 1}));
                    }
                }
            }
        }
        return Optional.empty();
    }

    static int rank(TensorInfo info) {
        return info.shape().map(List::size).orElse(-1);
    }

    /**
     * Returns whether both have the same type and rank, and the same fixed sizes except on one axis, along which a
     * cache grows.
     */
    private static boolean isLike(TensorInfo past, TensorInfo present) {
        if (!past.type().equals(present.type()) || past.type().isEmpty()) {
            return false;
        }
        if (past.shape().isEmpty() || present.shape().isEmpty()) {
            return present.shape().isEmpty();
        }
        List<Dimension> before = past.shape().get();
        List<Dimension> after = present.shape().get();
        if (before.size() != after.size()) {
            return false;
        }
        int differing = 0;
        for (int axis = 0; axis < before.size(); axis++) {
            boolean both = before.get(axis).size().isPresent()
                    && after.get(axis).size().isPresent();
            differing += both && !before.get(axis).size().equals(after.get(axis).size()) ? 1 : 0;
        }
        return differing <= 1;
    }

    /**
     * Returns the words of a name without those for before and after, and without {@code key_values}, which all caches
     * have.
     */
    private static String key(String name) {
        String shorter = name.toLowerCase(Locale.ROOT)
                .replace("past_key_values", "past")
                .replace("present_key_values", "present");
        List<String> left = new ArrayList<>(words(shorter));
        left.removeIf(word -> BEFORE.contains(word) || AFTER.contains(word));
        return String.join(" ", left);
    }

    static List<String> words(String name) {
        return Arrays.stream(name.replaceAll("([a-z])([A-Z])", "$1 $2")
                        .toLowerCase(Locale.ROOT)
                        .split("[^a-z0-9]+", 0))
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
