package io.pepper.examples.cli;

import io.pepper.model.ProgressListener;
import java.io.PrintWriter;

/**
 * A progress listener that writes to standard error, at most once a second, and nothing for work of less than a second.
 */
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
