package io.pepper.predict;

import io.pepper.predict.CampaignMoment.Span;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Waits until other processes leave the machine alone, up to a time for each busy spell: once that is spent, no more until the machine was
 * quiet again. Not thread-safe.
 */
final class QuietWait {
    private static final Duration SETTLE = Duration.ofMillis(400);

    /** The system counts processor time in hundredths of a second: less tells nothing. */
    private static final double LEAST_SECONDS = 0.5;

    private final Moments moments;
    private final Sleeper sleeper;
    private final Duration most;
    private final Deque<CampaignMoment> since = new ArrayDeque<>();
    private Duration left;
    private Duration waited = Duration.ZERO;

    /** Tells the moment that it is. */
    @FunctionalInterface
    interface Moments {
        CampaignMoment now() throws IOException;
    }

    /** Lets time go by. */
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

    /** Lets a new load settle, and waits for quiet; hears of each time that the machine was busy and is waited for. */
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

    /** Whether waiting for quiet is still worth it. */
    boolean mayWait() {
        return left.compareTo(Duration.ZERO) > 0;
    }

    /** A moment from which to measure. */
    CampaignMoment begin() throws IOException {
        CampaignMoment now = moments.now();
        since.add(now);
        return now;
    }

    /** What went on since a moment, or since one before it under the same load, so that it was long enough to tell. */
    Span since(CampaignMoment begin) throws IOException {
        CampaignMoment now = moments.now();
        CampaignMoment from = since.isEmpty() ? begin : since.remove();
        while (!since.isEmpty()
                && since.element().secondsSince(begin) <= 0
                && now.secondsSince(since.element()) >= LEAST_SECONDS) {
            from = since.remove();
        }
        since.addFirst(from);
        return now.since(from);
    }

    /** How long the machine was waited for. */
    Duration waited() {
        return waited;
    }
}
