package io.pepper.examples.cli;

import io.pepper.model.ProgressListener;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * A progress listener that writes to standard error, at most once a second, and nothing for work of less than a second.
 */
final class ConsoleProgress implements ProgressListener {
    private final PrintWriter err;
    private final String prefix;
    private final long interval;
    private long last = System.nanoTime();

    ConsoleProgress(PrintWriter err) {
        this(err, "", Duration.ofSeconds(1));
    }

    /** A listener whose lines have a prefix, and that writes them at most once in an interval. */
    ConsoleProgress(PrintWriter err, String prefix, Duration interval) {
        this.err = err;
        this.prefix = prefix;
        this.interval = interval.toNanos();
    }

    @Override
    public synchronized void progress(String task, long done, long total) {
        long now = System.nanoTime();
        if (now - last >= interval) {
            last = now;
            err.println("pepper: " + prefix + task + " (" + done + " of " + total + ")");
        }
    }
}
