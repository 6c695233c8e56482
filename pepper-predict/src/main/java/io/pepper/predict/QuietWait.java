package io.pepper.predict;

import io.pepper.predict.CampaignMoment.Span;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * A wait for other processes to leave the machine alone. Each busy spell has a time budget. Once it is spent, no more
 * waiting happens until the machine has been quiet again. Not thread-safe.
 */
final class QuietWait {
    private static final Duration SETTLE = Duration.ofMillis(400);

    /** The system counts processor time in hundredths of a second, so shorter spans are too coarse. */
    private static final double MIN_SECONDS = 0.5;

    private final Moments moments;
    private final Sleeper sleeper;
    private final Duration most;
    private final Deque<CampaignMoment> since = new ArrayDeque<>();
    private Duration left;
    private Duration waited = Duration.ZERO;

    /** A source of moments. */
    @FunctionalInterface
    interface Moments {
        CampaignMoment now() throws IOException;
    }

    /** A way to let time pass. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }

    QuietWait(Moments moments, Sleeper sleeper, Duration most) {
        this.moments = moments;
        this.sleeper = sleeper;
        this.most = most;
        this.left = most;
    }

    /** Lets a new load settle, then waits for quiet. The callback receives each busy span. */
    Span settle(Consumer<Span> busy) throws IOException {
        while (true) {
            since.clear();
            CampaignMoment begin = moments.now();
            since.add(begin);
            sleep();
            Span span = moments.now().since(begin);
            if (!span.isBusy()) {
                left = most;
                return span;
            }
            if (!mayWait()) {
                return span;
            }
            left = left.minus(SETTLE);
            waited = waited.plus(SETTLE);
            busy.accept(span);
        }
    }

    private void sleep() throws IOException {
        try {
            sleeper.sleep(SETTLE);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("the campaign was interrupted").initCause(stopped);
        }
    }

    /** Returns whether the current spell has waiting time left. */
    boolean mayWait() {
        return left.compareTo(Duration.ZERO) > 0;
    }

    /** Returns a moment from which to measure. */
    CampaignMoment begin() throws IOException {
        CampaignMoment now = moments.now();
        since.add(now);
        return now;
    }

    /** Returns the span since a moment. A span that is too short starts at an earlier moment under the same load. */
    Span since(CampaignMoment begin) throws IOException {
        CampaignMoment now = moments.now();
        CampaignMoment from = since.isEmpty() ? begin : since.remove();
        while (!since.isEmpty()
                && since.element().secondsSince(begin) <= 0
                && now.secondsSince(since.element()) >= MIN_SECONDS) {
            from = since.remove();
        }
        since.addFirst(from);
        return now.since(from);
    }

    /** Returns the total time spent waiting. */
    Duration waited() {
        return waited;
    }
}
