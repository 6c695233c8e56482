package io.pepper.examples.cli;

import io.pepper.model.ProgressListener;

/** A progress listener that adds an estimate of the remaining time. */
final class RemainingTime implements ProgressListener {
    private static final double NANOS = 1e9;
    private static final double SECONDS_OF_A_MINUTE = 60;

    private final ProgressListener next;
    private long begin = System.nanoTime();
    private long first;
    private long total = -1;

    RemainingTime(ProgressListener next) {
        this.next = next;
    }

    @Override
    public synchronized void progress(String task, long done, long all) {
        if (all != total) { // Other work begins.
            begin = System.nanoTime();
            first = done;
            total = all;
        }
        long finished = done - first;
        double elapsed = (System.nanoTime() - begin) / NANOS;
        String left = finished <= 0 ? "" : ", about " + time(elapsed / finished * (all - done)) + " left";
        next.progress(task + left, done, all);
    }

    /** Returns whether work has begun. */
    synchronized boolean hasBegun() {
        return total >= 0;
    }

    private static String time(double seconds) {
        return seconds < 100
                ? Math.round(seconds) + " seconds"
                : Math.round(seconds / SECONDS_OF_A_MINUTE) + " minutes";
    }
}
