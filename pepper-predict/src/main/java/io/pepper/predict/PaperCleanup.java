package io.pepper.predict;

/**
 * What the original PEPPER does with its data before it trains.
 *
 * @param dropMiddleLoads leaves out rows with a load from 35 to 65 %
 * @param normalizeToFourCores takes a load that was made on fewer cores as that share of four
 */
public record PaperCleanup(boolean dropMiddleLoads, boolean normalizeToFourCores) {
    /** Both rules. */
    public static final PaperCleanup AS_IN_THE_PAPER = new PaperCleanup(true, true);
    /** Neither rule. */
    public static final PaperCleanup NONE = new PaperCleanup(false, false);
}
