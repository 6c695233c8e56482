package io.pepper.predict;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Busy threads in a separate process or in this one. Not thread-safe. */
interface LoadMaker extends AutoCloseable {
    /**
     * Replaces the threads.
     *
     * @param share share of the time that each thread is busy, 0 to 1
     * @param threads number of threads
     * @return the prefix of the threads' names; a number from 0 follows it
     * @throws IOException if the process has ended
     */
    String run(double share, int threads) throws IOException;

    /** Returns the id of the threads' process. */
    long pid();

    /** Returns the processor time of the threads; empty if the system does not account for it. */
    Optional<Duration> used() throws IOException;

    @Override
    void close() throws IOException;
}
