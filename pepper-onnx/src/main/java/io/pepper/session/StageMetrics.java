package io.pepper.session;

/**
 * Metrics of a stage since its session was opened. Times of single calls are accurate to 1 %.
 *
 * @param stage the name of the stage
 * @param calls the number of ended calls, including failed ones
 * @param failures the number of failed calls
 * @param busySeconds the total run time, in seconds
 * @param waitingSeconds the total waiting time of requests for the stage, in seconds
 * @param queued the number of requests in the queue now
 * @param maxQueued the largest number of requests in the queue
 * @param p50Seconds the median time of a call, in seconds; 0 before the first
 * @param p90Seconds the 90th percentile of the time of a call, in seconds
 * @param p99Seconds the 99th percentile of the time of a call, in seconds
 */
public record StageMetrics(
        String stage,
        long calls,
        long failures,
        double busySeconds,
        double waitingSeconds,
        int queued,
        int maxQueued,
        double p50Seconds,
        double p90Seconds,
        double p99Seconds) {}
