package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.PartMeasure;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * The counts of a served part: since it was opened, and of the last complete seconds, at most ten. Its size does not
 * depend on the number of runs. Thread-safe.
 */
final class PartMeter {
    static final int SECONDS = 10;
    private static final long SECOND = 1_000_000_000;

    private final int part;
    private final LongSupplier clock;
    private final long startedNanos;
    private final Counts total = new Counts(0);
    private final Counts[] recent = new Counts[SECONDS + 1];

    /** Counts of runs. */
    private static final class Counts {
        private final long second;
        private long runs;
        private long runNanos;
        private long queueNanos;
        private long wires;
        private long wireNanos;

        private Counts(long second) {
            this.second = second;
        }

        private void add(Counts other) {
            runs += other.runs;
            runNanos += other.runNanos;
            queueNanos += other.queueNanos;
            wires += other.wires;
            wireNanos += other.wireNanos;
        }
    }

    private long failures;
    private long bytesIn;
    private long bytesOut;

    /**
     * Creates a meter.
     *
     * @param part the number of the part
     * @param clock returns the time in nanoseconds
     */
    PartMeter(int part, LongSupplier clock) {
        this.part = part;
        this.clock = clock;
        this.startedNanos = clock.getAsLong();
        for (int slot = 0; slot < recent.length; slot++) {
            recent[slot] = new Counts(-1);
        }
    }

    /**
     * Counts a run.
     *
     * @param queueNanos the time from the arrival of the last input to the start
     * @param runNanos the run time
     * @param wireNanos the time from the end of the last stage before to the arrival; empty if it is unknown
     * @param in the bytes of the inputs
     * @param out the bytes of the outputs
     */
    synchronized void ran(long queueNanos, long runNanos, OptionalLong wireNanos, long in, long out) {
        Counts run = new Counts(0);
        run.runs = 1;
        run.runNanos = Math.max(0, runNanos);
        run.queueNanos = Math.max(0, queueNanos);
        run.wires = wireNanos.isPresent() ? 1 : 0;
        run.wireNanos = Math.max(0, wireNanos.orElse(0));
        total.add(run);
        bytesIn += in;
        bytesOut += out;
        long second = (clock.getAsLong() - startedNanos) / SECOND;
        int slot = (int) (second % recent.length);
        if (recent[slot].second != second) {
            recent[slot] = new Counts(second);
        }
        recent[slot].add(run);
    }

    /** Counts a failed run. */
    synchronized void failed() {
        failures++;
    }

    /** Returns the counts. */
    synchronized PartMeasure measure() {
        long second = (clock.getAsLong() - startedNanos) / SECOND;
        Counts late = new Counts(0);
        for (Counts counts : recent) {
            if (counts.second >= 0 && counts.second < second && counts.second >= second - SECONDS) {
                late.add(counts);
            }
        }
        return PartMeasure.newBuilder()
                .setPart(part)
                .setRuns(total.runs)
                .setFailures(failures)
                .setRunNanos(total.runNanos)
                .setQueueNanos(total.queueNanos)
                .setWires(total.wires)
                .setWireNanos(total.wireNanos)
                .setBytesIn(bytesIn)
                .setBytesOut(bytesOut)
                .setRecentSeconds((int) Math.min(SECONDS, second))
                .setRecentRuns(late.runs)
                .setRecentRunNanos(late.runNanos)
                .setRecentQueueNanos(late.queueNanos)
                .setRecentWires(late.wires)
                .setRecentWireNanos(late.wireNanos)
                .build();
    }
}
