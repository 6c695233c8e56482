package io.pepper.predict;

/**
 * The clean-up that the original PEPPER applies to its data before training.
 *
 * @param dropMiddleLoads whether to leave out rows with a load from 35 to 65 %
 * @param normalizeToFourCores whether to convert a load on fewer cores to a share of four cores
 */
public record PaperCleanup(boolean dropMiddleLoads, boolean normalizeToFourCores) {
    /** Both rules. */
    public static final PaperCleanup AS_IN_THE_PAPER = new PaperCleanup(true, true);
    /** Neither rule. */
    public static final PaperCleanup NONE = new PaperCleanup(false, false);
}
