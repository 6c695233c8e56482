package io.pepper.onnx.internal.session;

import io.pepper.model.InputValues;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Guesses for the sizes that a model leaves open. Equal symbols get equal sizes, and the user's sizes are never
 * changed.
 */
final class Sizes {
    private static final long CHANNELS = 3;
    private static final long PAST = 4;
    private static final int IMAGE_RANK = 4;
    private static final int STATE_RANK = 3;
    private static final List<Guess> GUESSES = List.of(
            new Guess(2, 16, 64),
            new Guess(1, 16, 64),
            new Guess(2, 16, 32),
            new Guess(1, 16, 32),
            new Guess(1, 48, 48),
            new Guess(1, 64, 128),
            new Guess(2, 576, 128),
            new Guess(1, 224, 224),
            new Guess(1, 576, 256),
            new Guess(2, 512, 320),
            new Guess(1, 576, 640),
            new Guess(1, 512, 512),
            new Guess(1, 8, 8),
            new Guess(1, 128, 299),
            new Guess(1, 16_000, 416),
            new Guess(8, 8, 8),
            new Guess(2, 2, 2),
            new Guess(1, 1, 1));

    private record Guess(long batch, long other, long spatial) {}

    private Sizes() {}

    /** Returns the combinations to try, best first, each once; a combination has the sizes of each input. */
    static List<List<PlannedInput>> of(List<InputSpec> inputs, InputChoice options) {
        Set<List<PlannedInput>> distinct = new LinkedHashSet<>();
        GUESSES.stream()
                .sorted(Comparator.comparing(guess -> guess.batch != options.batch()))
                .forEach(guess -> distinct.add(plan(inputs, guess, options)));
        return List.copyOf(distinct);
    }

    private static List<PlannedInput> plan(List<InputSpec> inputs, Guess guess, InputChoice options) {
        Map<String, Long> symbols = new HashMap<>();
        inputs.forEach(input -> learn(input, options, symbols));
        symbols.putAll(options.dimensions());
        var plan = new ArrayList<PlannedInput>();
        for (InputSpec input : inputs) {
            var sizes = new ArrayList<Long>();
            List<Long> given = given(input, options);
            for (int axis = 0; axis < given.size(); axis++) {
                if (given.get(axis) >= 0) {
                    sizes.add(given.get(axis));
                    continue;
                }
                long size = size(input, axis, guess);
                String symbol = input.symbol(axis);
                sizes.add(symbol.isEmpty() ? size : symbols.computeIfAbsent(symbol, name -> size));
            }
            plan.add(input.planned(List.copyOf(sizes)));
        }
        return List.copyOf(plan);
    }

    private static void learn(InputSpec input, InputChoice options, Map<String, Long> symbols) {
        List<Long> given = given(input, options);
        if (input.shape().isEmpty()) {
            return; // A scalar or a tensor of unknown rank: ONNX Runtime does not distinguish them.
        }
        if (given.size() != input.shape().size()) {
            throw new IllegalArgumentException(
                    "input " + input.name() + " has shape " + input.shape() + ", given was " + given);
        }
        for (int axis = 0; axis < given.size(); axis++) {
            if (!input.isFree(axis) && !given.get(axis).equals(input.shape().get(axis))) {
                throw new IllegalArgumentException(
                        "input " + input.name() + " has shape " + input.shape() + ", given was " + given);
            }
            if (given.get(axis) >= 0 && !input.symbol(axis).isEmpty()) {
                symbols.putIfAbsent(input.symbol(axis), given.get(axis));
            }
        }
    }

    private static List<Long> given(InputSpec input, InputChoice options) {
        InputValues values = options.inputs().get(input.name());
        return values != null ? values.shape() : options.shapes().getOrDefault(input.name(), input.shape());
    }

    private static long size(InputSpec input, int axis, Guess guess) {
        String symbol = input.symbol(axis).toLowerCase(Locale.ROOT);
        int rank = input.shape().size();
        if (symbol.contains("past")) {
            return PAST;
        }
        if (symbol.contains("total")) {
            return guess.other + PAST;
        }
        boolean state = rank == STATE_RANK && axis == 1 && input.freeAxes() == 1 && symbol.isEmpty();
        if (symbol.contains("batch") || (axis == 0 && rank > 1) || state) {
            return guess.batch;
        }
        if (rank == IMAGE_RANK) {
            boolean channelsLast = !input.isFree(rank - 1);
            return axis == 1 && !channelsLast ? CHANNELS : guess.spatial;
        }
        return guess.other;
    }
}
