package io.pepper.predict;

import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of loads from which each measurement of a campaign draws its own, as whole per cents of all cores, with one
 * thread on each core. Immutable and therefore thread-safe.
 *
 * @param least the least load, 0 to 100
 * @param most the largest load, {@code least} to 100
 */
public record RandomLoads(int least, int most) {
    private static final int ALL = 100;
    private static final Pattern WRITTEN = Pattern.compile("random:(\\d{1,3})-(\\d{1,3})");

    /**
     * Creates a range.
     *
     * @param least the least load, 0 to 100
     * @param most the largest load, {@code least} to 100
     * @throws IllegalArgumentException if a number is out of its range
     */
    public RandomLoads {
        if (least < 0 || most < least || most > ALL) {
            throw new IllegalArgumentException("random loads from " + least + " to " + most
                    + " are not a range between 0 and " + ALL + " per cent");
        }
    }

    /**
     * Parses a range in the syntax of the command line.
     *
     * @param text for instance {@code random:0-100}
     * @return the range
     * @throws IllegalArgumentException if the text does not follow the syntax or a number is out of its range
     */
    public static RandomLoads parse(String text) {
        Matcher parts = WRITTEN.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a range of loads: write random:LEAST-MOST");
        }
        return new RandomLoads(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
    }

    /** Draws the load of a measurement. The same seed and names give the same load. */
    LoadLevel draw(long seed, String... names) {
        Random random = new Random(seed * 31 + List.of(names).hashCode());
        random.nextInt(); // The first numbers of similar seeds are similar.
        return LoadLevel.onAllCores(least + random.nextInt(most - least + 1));
    }
}
