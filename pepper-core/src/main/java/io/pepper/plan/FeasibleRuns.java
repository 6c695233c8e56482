package io.pepper.plan;

import java.util.BitSet;

/**
 * The runs that each device may run: none of their segments is forbidden there, and each run alone fits the device's
 * memory. Immutable.
 */
final class FeasibleRuns {
    private final int segments;
    private final boolean additive;
    private final OnDevice[] devices;

    /** The feasible runs of one device. */
    static final class OnDevice {
        /** By first segment, the furthest end; used if exactly the ends up to it are feasible. */
        private final int[] furthest;

        /** The feasible runs, in all other cases. */
        private final BitSet runs;

        private final boolean memoryLimits;

        private OnDevice(int[] furthest, BitSet runs, boolean memoryLimits) {
            this.furthest = furthest;
            this.runs = runs;
            this.memoryLimits = memoryLimits;
        }

        /** Returns the feasible runs of a device, from its memory and its blocked segments. */
        static OnDevice of(CostTable table, int device, double capacity, boolean... blocked) {
            int segments = table.segments();
            int[] furthest = new int[segments];
            BitSet runs = new BitSet();
            boolean fits = table.memoryBytes(0, segments, device) <= capacity;
            int end = segments;
            for (int from = segments - 1; from >= 0; from--) {
                if (blocked[from]) {
                    end = from;
                }
                if (table.isAdditive()) {
                    furthest[from] = fits ? end : fitting(table, from, end, device, capacity);
                } else {
                    for (int to = from + 1; to <= end; to++) {
                        runs.set(
                                run(segments, from, to),
                                table.seconds(from, to, device) < Double.POSITIVE_INFINITY
                                        && table.memoryBytes(from, to, device) <= capacity);
                    }
                }
            }
            return new OnDevice(furthest, runs, !fits);
        }

        /** Returns the furthest end at which a run still fits. A longer run never takes less memory. */
        private static int fitting(CostTable table, int from, int end, int device, double capacity) {
            int low = from;
            int high = end;
            while (low < high) {
                int middle = (low + high + 1) >>> 1;
                if (table.memoryBytes(from, middle, device) <= capacity) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            return low;
        }
    }

    FeasibleRuns(CostTable table, OnDevice... devices) {
        this.segments = table.segments();
        this.additive = table.isAdditive();
        this.devices = devices;
    }

    private static int run(int segments, int from, int to) {
        return from * segments - from * (from - 1) / 2 + to - from - 1;
    }

    OnDevice on(int device) {
        return devices[device];
    }

    /** Returns whether some device cannot hold the whole model. */
    boolean memoryLimits() {
        for (OnDevice each : devices) {
            if (each.memoryLimits) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether every run allowed here was allowed before. Applies to tables by segment. */
    boolean isWithin(FeasibleRuns before) {
        for (int device = 0; device < devices.length; device++) {
            OnDevice now = devices[device];
            OnDevice then = before.devices[device];
            for (int from = 0; from < segments && now != then; from++) {
                if (now.furthest[from] > then.furthest[from]) {
                    return false;
                }
            }
        }
        return true;
    }

    boolean is(int from, int to, int device) {
        return additive ? to <= devices[device].furthest[from] : devices[device].runs.get(run(segments, from, to));
    }

    /** Returns an upper bound on the ends of feasible runs from a segment. */
    int furthest(int from, int device) {
        return additive ? devices[device].furthest[from] : segments;
    }
}
