package io.pepper.monitor.internal.link;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The turns of transfers of one agent, so that two of them do not share its link: an agent takes part in one transfer
 * at a time, as sender or receiver. A turn that is not used within two seconds, or lasts a minute, is lost. A quota of
 * bytes per minute bounds the transfers that others start. Thread-safe.
 */
final class LinkTurns {
    private static final int MIN_WAIT_MILLIS = 20;
    private static final int MAX_WAIT_MILLIS = 200;
    private static final int MAX_ATTEMPTS = 50;
    static final long UNUSED_NANOS = 2_000_000_000L;
    static final long MINUTE_NANOS = 60_000_000_000L;

    /** The bytes that other agents may transfer in a minute. */
    static final long MAX_BYTES_IN_A_MINUTE = 1L << 30;

    private final LongSupplier clock;
    private Optional<String> holder = Optional.empty();
    private boolean used;
    private long takenNanos;
    private long minuteNanos;
    private long bytesInMinute;
    private boolean counted;

    LinkTurns(LongSupplier clock) {
        this.clock = clock;
    }

    /** Takes the turn if it is free, and returns whether it was. */
    synchronized boolean take(String token) {
        boolean expired = clock.getAsLong() - takenNanos > (used ? MINUTE_NANOS : UNUSED_NANOS);
        if (holder.isPresent() && !expired) {
            return false;
        }
        holder = Optional.of(token);
        used = false;
        takenNanos = clock.getAsLong();
        return true;
    }

    /** Begins the transfer of a turn, and returns whether the token has the turn, and has not begun yet. */
    synchronized boolean begin(String token) {
        boolean mine = holder.isPresent() && holder.get().equals(token) && !used;
        used = used || mine;
        return mine;
    }

    /** Ends a turn; one that was lost has ended already. */
    synchronized void end(String token) {
        if (holder.isPresent() && holder.get().equals(token)) {
            holder = Optional.empty();
            used = false;
        }
    }

    /** Counts bytes that another agent wants to transfer, and returns whether they are within the quota. */
    synchronized boolean admits(long bytes) {
        long now = clock.getAsLong();
        if (!counted || now - minuteNanos >= MINUTE_NANOS) {
            counted = true;
            minuteNanos = now;
            bytesInMinute = 0;
        }
        if (bytesInMinute + bytes > MAX_BYTES_IN_A_MINUTE) {
            return false;
        }
        bytesInMinute += bytes;
        return true;
    }

    /** A transfer, while this agent takes part in no other one. */
    @FunctionalInterface
    interface Attempt<T> {
        /** Returns the result; empty if the other agent is busy. */
        Optional<T> run() throws IOException;
    }

    /**
     * Makes a transfer during which neither agent takes part in another one, and waits for that between attempts.
     *
     * @param peer the other agent, as messages name it
     * @param closed tells whether to give up
     * @param attempt the transfer
     * @throws IOException if it fails, the other agent stays busy, or the measurement is stopped
     */
    <T> T inTurn(String peer, BooleanSupplier closed, Attempt<T> attempt) throws IOException {
        for (int count = 0; count < MAX_ATTEMPTS && !closed.getAsBoolean(); count++) {
            String own = UUID.randomUUID().toString();
            if (take(own) && begin(own)) {
                try {
                    Optional<T> result = attempt.run();
                    if (result.isPresent()) {
                        return result.get();
                    }
                } finally {
                    end(own);
                }
            }
            sleep(ThreadLocalRandom.current().nextInt(MIN_WAIT_MILLIS, MAX_WAIT_MILLIS));
        }
        throw new IOException(closed.getAsBoolean() ? "stopped" : peer + " is busy with other links");
    }

    private static void sleep(long millis) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException)
                    new InterruptedIOException("the measurement was interrupted").initCause(stopped);
        }
    }
}
