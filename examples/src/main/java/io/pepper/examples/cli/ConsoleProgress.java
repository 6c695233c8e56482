package io.pepper.examples.cli;

import io.pepper.model.ProgressListener;
import java.io.PrintWriter;

/** Writes progress to standard error, once a second at most, and nothing for what is done within a second. */
final class ConsoleProgress implements ProgressListener {
    private static final long INTERVAL_NANOS = 1_000_000_000L;

    private final PrintWriter err;
    private long last = System.nanoTime();

    ConsoleProgress(PrintWriter err) {
        this.err = err;
    }

    @Override
    public synchronized void progress(String task, long done, long total) {
        long now = System.nanoTime();
        if (now - last >= INTERVAL_NANOS) {
            last = now;
            err.println("pepper: " + task + " (" + done + " of " + total + ")");
        }
    }
}
