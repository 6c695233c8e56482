package io.pepper.session;

/**
 * What a stage did since its session was opened. Times of single calls are known within 1 %.
 *
 * @param stage its name
 * @param calls how many calls have ended, well or not
 * @param failures how many of them failed
 * @param busySeconds how long it ran, in all
 * @param waitingSeconds how long requests waited for it, in all
 * @param queued how many requests wait for it now
 * @param mostQueued how many waited for it at most
 * @param p50Seconds the median of its calls; 0 before the first
 * @param p90Seconds the 90th percentile of its calls
 * @param p99Seconds the 99th percentile of its calls
 */
public record StageMetrics(
        String stage,
        long calls,
        long failures,
        double busySeconds,
        double waitingSeconds,
        int queued,
        int mostQueued,
        double p50Seconds,
        double p90Seconds,
        double p99Seconds) {}
