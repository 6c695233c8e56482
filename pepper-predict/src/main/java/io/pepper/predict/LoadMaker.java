package io.pepper.predict;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Busy threads, in a process of their own or in this one. Not thread-safe. */
interface LoadMaker extends AutoCloseable {
    /**
     * Replaces the threads by others.
     *
     * @param share how much of the time each is busy, 0 to 1
     * @param threads how many
     * @return what their names begin with, before their number from 0
     * @throws IOException if the process is gone
     */
    String run(double share, int threads) throws IOException;

    /** The process that the threads are of. */
    long pid();

    /** The processor time that they took; empty if the system does not tell. */
    Optional<Duration> used() throws IOException;

    @Override
    void close() throws IOException;
}
