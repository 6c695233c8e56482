package io.pepper.distributed;

import java.util.OptionalDouble;

/**
 * The work of a part that a node serves, since the node opened it and in the last complete seconds, at most ten. Immutable
 * and therefore thread-safe.
 *
 * @param part the number of the part, from 0
 * @param runs the number of runs that succeeded
 * @param failures the number of runs that failed
 * @param runSeconds the total time of these runs, in seconds
 * @param queueSeconds the total time from the arrival of the last input to the start of the run, in seconds
 * @param arrivals the number of runs with inputs from another node, or from the caller, whose times are known
 * @param wireSeconds the total time of these from the end of the last part before, or from the request, to the arrival of
 *     the last input, in seconds; accurate to half of a ping's round trip
 * @param bytesIn the total bytes of the inputs
 * @param bytesOut the total bytes of the outputs
 * @param recent the last complete seconds
 */
public record PartMetrics(
        int part,
        long runs,
        long failures,
        double runSeconds,
        double queueSeconds,
        long arrivals,
        double wireSeconds,
        long bytesIn,
        long bytesOut,
        Recent recent) {
    /**
     * The work of the last complete seconds.
     *
     * @param seconds the length of the time in seconds, 0 to 10
     * @param runs the number of runs that succeeded
     * @param runSeconds the total time of these runs, in seconds
     * @param queueSeconds the total time in the queue, in seconds
     * @param arrivals the number of runs with inputs from elsewhere
     * @param wireSeconds the total time of these on the wire, in seconds
     */
    public record Recent(
            int seconds, long runs, double runSeconds, double queueSeconds, long arrivals, double wireSeconds) {
        /**
         * Returns the throughput.
         *
         * @return runs per second; 0 before the first complete second
         */
        public double perSecond() {
            return seconds == 0 ? 0 : (double) runs / seconds;
        }
    }

    private static OptionalDouble mean(double recently, long recentCount, double total, long count) {
        if (recentCount > 0) {
            return OptionalDouble.of(recently / recentCount);
        }
        return count > 0 ? OptionalDouble.of(total / count) : OptionalDouble.empty();
    }

    /**
     * Returns the mean time of a run.
     *
     * @return seconds: of the recent runs, or of all if there was none lately; empty before the first
     */
    public OptionalDouble meanRunSeconds() {
        return mean(recent.runSeconds, recent.runs, runSeconds, runs);
    }

    /**
     * Returns the mean time in the queue.
     *
     * @return seconds, of the same runs as {@link #meanRunSeconds}; empty before the first
     */
    public OptionalDouble meanQueueSeconds() {
        return mean(recent.queueSeconds, recent.runs, queueSeconds, runs);
    }

    /**
     * Returns the mean time on the wire.
     *
     * @return seconds: of the recent arrivals, or of all if there was none lately; empty before the first
     */
    public OptionalDouble meanWireSeconds() {
        return mean(recent.wireSeconds, recent.arrivals, wireSeconds, arrivals);
    }
}
