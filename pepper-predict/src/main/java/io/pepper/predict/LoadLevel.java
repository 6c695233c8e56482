package io.pepper.predict;

/**
 * A load on the processor.
 *
 * @param percent how much of all cores together it takes, 0 to 100
 * @param threads how many threads make it, each as much as the others; more than there are cores for threads that queue
 */
public record LoadLevel(double percent, int threads) {
    private static final double ALL = 100;

    /** No load. */
    public static final LoadLevel NONE = new LoadLevel(0, 0);

    /**
     * Checks the numbers.
     *
     * @param percent see the record
     * @param threads see the record
     * @throws IllegalArgumentException if one is out of its range
     */
    public LoadLevel {
        if (!(percent >= 0 && percent <= ALL) || threads < 0 || (percent > 0 && threads == 0)) {
            throw new IllegalArgumentException("no load: " + percent + " % by " + threads + " threads");
        }
    }

    /**
     * As much on each core of this machine.
     *
     * @param percent 0 to 100
     * @return that load, by as many threads as there are cores
     */
    public static LoadLevel onAllCores(double percent) {
        return new LoadLevel(percent, percent == 0 ? 0 : Runtime.getRuntime().availableProcessors());
    }

    /** For instance {@code 50.0 % by 2 threads}. */
    @Override
    public String toString() {
        return percent + " % by " + threads + " threads";
    }
}
