package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowHeader;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** The differences of the clocks of nodes to this one, accurate to half of a ping's round trip. Thread-safe. */
final class PeerClocks {
    /** A better measurement of a clock is not waited for longer than this, since clocks drift. */
    private static final long LONGEST_NANOS = Duration.ofSeconds(30).toNanos();

    private static final int FIRST_PINGS = 16;

    private final Map<String, Clock> clocks = new HashMap<>();

    /** The difference of a node's clock to this one, from a ping that took the given time. */
    private record Clock(long offset, long roundTrip, long atNanos, int answers) {}

    /**
     * Takes the answer to a ping whose nonce was this clock. The fastest of some pings counts, since the first one waits
     * for the connection, and of later ones.
     *
     * @return whether another ping should follow at once
     */
    synchronized boolean answered(String device, FlowHeader pong) {
        long now = System.nanoTime();
        long roundTrip = now - pong.getNonce();
        Clock known = clocks.get(device);
        int answers = known == null ? 1 : known.answers + 1;
        if (known == null || roundTrip <= known.roundTrip || now - known.atNanos > LONGEST_NANOS) {
            known = new Clock(pong.getClockNanos() - (pong.getNonce() + roundTrip / 2), roundTrip, now, answers);
        } else {
            known = new Clock(known.offset, known.roundTrip, known.atNanos, answers);
        }
        clocks.put(device, known);
        return answers < FIRST_PINGS;
    }

    /** Returns a time of a node's clock in this clock; empty before its first answer. */
    synchronized OptionalLong here(String device, long nanos) {
        Clock clock = clocks.get(device);
        return clock == null ? OptionalLong.empty() : OptionalLong.of(nanos - clock.offset);
    }

    /** Returns a time of this clock in a node's clock; empty before its first answer. */
    synchronized OptionalLong there(String device, long nanos) {
        Clock clock = clocks.get(device);
        return clock == null ? OptionalLong.empty() : OptionalLong.of(nanos + clock.offset);
    }

    /** Forgets a node. */
    synchronized void forget(String device) {
        clocks.remove(device);
    }

    /** Forgets all other nodes. */
    synchronized void keep(Collection<String> devices) {
        clocks.keySet().retainAll(devices);
    }
}
