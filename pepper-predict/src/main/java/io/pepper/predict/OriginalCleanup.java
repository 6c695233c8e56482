package io.pepper.predict;

/**
 * What the original PEPPER does with its data before it trains.
 *
 * @param dropMiddleLoads leaves out rows with a load from 35 to 65 %
 * @param normalizeToFourCores takes a load that was made on fewer cores as that share of four
 */
public record OriginalCleanup(boolean dropMiddleLoads, boolean normalizeToFourCores) {
    /** Both rules. */
    public static final OriginalCleanup AS_IN_THE_PAPER = new OriginalCleanup(true, true);
    /** Neither rule. */
    public static final OriginalCleanup NONE = new OriginalCleanup(false, false);
}
