package io.pepper.onnx.internal.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The choice of input values to draw. The first attempt uses the values that names and uses of inputs suggest. Later
 * attempts draw one of several patterns for each input of integers: an axis, a size, a count or a shape only works with
 * few values, and it is unknown which input is one.
 *
 * @param trial distinguishes sets of values with the same seed
 * @param attempt 0 for the first attempt, then 1, 2, …
 * @param control the trial that determines the integers, and the real numbers that may be scales or ratios
 */
public record Draw(int trial, int attempt, int control) {
    /** Number of attempts, with which each of three inputs almost surely meets each pattern of a third of the kinds. */
    static final int ATTEMPTS = 64;

    /** The first attempt of the first trial. */
    public static final Draw FIRST = of(0, 0);

    private static final List<Integer> CONSTANTS = List.of(1, 0, 1, 2, 0, 1, 3, 4, 5, 6, 8, 12, 16);
    private static final int SEED_STEP = 1_000_003;

    /**
     * Returns an attempt whose values all belong to one trial.
     *
     * @param trial distinguishes sets of values with the same seed
     * @param attempt 0 for the first attempt, then 1, 2, …
     * @return the choice of values
     */
    public static Draw of(int trial, int attempt) {
        return new Draw(trial, attempt, trial);
    }

    /**
     * Returns the attempts of another trial: first the attempt with which the model ran, then all others, and last the
     * same integers with which it ran.
     *
     * @param next the trial
     * @return the choices of values, best first
     */
    List<Draw> attempts(int next) {
        List<Draw> draws = new ArrayList<>(List.of(of(next, attempt)));
        for (int other = 0; other < ATTEMPTS; other++) {
            if (other != attempt) {
                draws.add(of(next, other));
            }
        }
        draws.add(new Draw(next, attempt, control));
        return draws;
    }

    Random random(long seed, String input, boolean controls) {
        long from = controls ? control : trial;
        return new Random(seed * 31 + input.hashCode() + from * SEED_STEP + attempt * 7_919L * SEED_STEP);
    }

    /** The pattern of an input of integers in an attempt after the first. */
    @FunctionalInterface
    interface Pattern {
        long value(int position, int count);
    }

    /** Returns a pattern for one input. */
    static Pattern pattern(Random random) {
        int constant = CONSTANTS.get(random.nextInt(CONSTANTS.size()));
        return switch (random.nextInt(8)) {
            case 0, 1, 2, 3 -> (position, count) -> constant;
            case 4 -> (position, count) -> position;
            case 5 -> (position, count) -> position == count - 1 ? -1 : Math.min(1, constant);
            case 6 -> (position, count) -> 1 + random.nextInt(2);
            default -> (position, count) -> random.nextInt(3);
        };
    }
}
