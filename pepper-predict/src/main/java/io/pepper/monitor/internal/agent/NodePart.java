package io.pepper.monitor.internal.agent;

/** A part of what an agent reads from its machine at each scrape. */
@FunctionalInterface
interface NodePart {
    /**
     * Reads the machine and adds what can be read. What cannot be read is left out.
     *
     * @param families receives the samples
     */
    void read(Families families);
}
