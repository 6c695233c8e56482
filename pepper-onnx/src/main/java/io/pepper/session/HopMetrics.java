package io.pepper.session;

/**
 * Metrics of the way to a stage on another device, since the session was opened: of the answered requests, without those
 * that were sent again. Times between devices are accurate to half of a ping's round trip.
 *
 * @param stage the name of the stage; empty for the way of the answers to the caller
 * @param device the device that ran it last; empty for the caller
 * @param requests the number of requests
 * @param bytes the total bytes of the stage's inputs, or of the answers
 * @param wireSeconds the total time from the end of the last stage before to the arrival of all inputs, in seconds
 * @param queueSeconds the total time in the queue of the stage, in seconds
 * @param runSeconds the total run time of the stage, in seconds
 * @param p50WireSeconds the median time on the wire, in seconds; 0 before the first
 * @param p99WireSeconds the 99th percentile of the time on the wire, in seconds
 */
public record HopMetrics(
        String stage,
        String device,
        long requests,
        long bytes,
        double wireSeconds,
        double queueSeconds,
        double runSeconds,
        double p50WireSeconds,
        double p99WireSeconds) {}
