package io.pepper.onnx.internal.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Which values to draw. The first attempt takes what names and uses of inputs suggest; later ones take for each input of integers one of
 * some patterns, since an axis, a size, a count or a shape runs only with few values, and which is not known.
 *
 * @param trial tells sets of values of one seed apart
 * @param attempt 0 for the first try, then 1, 2, …
 * @param control the trial of which the integers are, and the real numbers that may be scales or ratios
 */
public record Draw(int trial, int attempt, int control) {
    /** How many attempts there are: each of three inputs meets each pattern of a third of the kinds almost surely. */
    static final int ATTEMPTS = 64;

    /** The first attempt of the first trial. */
    public static final Draw FIRST = of(0, 0);

    private static final List<Integer> CONSTANTS = List.of(1, 0, 1, 2, 0, 1, 3, 4, 5, 6, 8, 12, 16);
    private static final int SEED_STEP = 1_000_003;

    /**
     * An attempt of which all values are of one trial.
     *
     * @param trial see the record
     * @param attempt see the record
     * @return what to draw
     */
    public static Draw of(int trial, int attempt) {
        return new Draw(trial, attempt, trial);
    }

    /**
     * The attempts of another trial: what made the model run comes first, then all others, and last the very integers with which it ran.
     *
     * @param next the trial
     * @return what to draw, best first
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

    /** What an input of integers is made of in an attempt after the first. */
    @FunctionalInterface
    interface Pattern {
        long value(int position, int count);
    }

    /** A pattern for one input. */
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
