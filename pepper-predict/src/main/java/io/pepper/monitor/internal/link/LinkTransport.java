package io.pepper.monitor.internal.link;

import java.io.Closeable;
import java.io.IOException;

/**
 * Exchanges with another agent or node, over one connection. Not thread-safe, except that any thread may close it, which
 * ends a running exchange.
 */
interface LinkTransport extends Closeable {
    /**
     * Makes a small exchange, and returns the time from its first byte sent to its last byte received.
     *
     * @return nanoseconds
     */
    long roundTrip() throws IOException;

    /** Sends bytes to the other agent, which measures their arrival. */
    Arrival send(long bytes) throws IOException;

    /** Receives bytes from the other agent, and measures their arrival. */
    Arrival receive(long bytes) throws IOException;

    /**
     * The arrival of a transfer, as its receiver measured it.
     *
     * @param bytes the bytes after the first ones, more than 0
     * @param nanos the time in which they arrived, more than 0
     * @param tailBytes the bytes of the second half, more than 0
     * @param tailNanos the time in which they arrived, more than 0
     */
    record Arrival(long bytes, long nanos, long tailBytes, long tailNanos) {
        private static final double SECOND = 1e9;

        public Arrival {
            if (bytes <= 0 || nanos <= 0 || tailBytes <= 0 || tailNanos <= 0) {
                throw new IllegalArgumentException(bytes + " bytes in " + nanos + " nanoseconds, and " + tailBytes
                        + " in " + tailNanos + ", are no transfer");
            }
        }

        double bytesPerSecond() {
            return bytes * SECOND / nanos;
        }

        double tailBytesPerSecond() {
            return tailBytes * SECOND / tailNanos;
        }
    }
}
