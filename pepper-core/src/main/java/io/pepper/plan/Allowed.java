package io.pepper.plan;

import java.util.BitSet;

/** Which runs may run where: nothing forbids a segment of theirs, and each fits the device's memory by itself. */
final class Allowed {
    private final int segments;
    private final int devices;

    /** By device and first segment, the furthest end, if ends are allowed up to it and none beyond. */
    private final int[] furthest;

    /** By run and device, if that is not so. */
    private final BitSet byRun;

    private final boolean additive;
    private final boolean memoryLimits;

    private Allowed(CostTable table, int[] furthest, BitSet byRun, boolean memoryLimits) {
        this.segments = table.segments();
        this.devices = table.devices();
        this.additive = table.isAdditive();
        this.furthest = furthest;
        this.byRun = byRun;
        this.memoryLimits = memoryLimits;
    }

    /** By segment and device, what is blocked; by device, how much fits. */
    static Allowed of(CostTable table, double[] capacity, boolean... blocked) {
        int segments = table.segments();
        int devices = table.devices();
        int[] furthest = new int[devices * segments];
        BitSet byRun = new BitSet();
        boolean limits = false;
        for (int device = 0; device < devices; device++) {
            boolean fits = table.memoryBytes(0, segments, device) <= capacity[device];
            limits |= !fits;
            int end = segments;
            for (int from = segments - 1; from >= 0; from--) {
                if (blocked[from * devices + device]) {
                    end = from;
                }
                if (table.isAdditive()) {
                    furthest[device * segments + from] =
                            fits ? end : fitting(table, from, end, device, capacity[device]);
                } else {
                    for (int to = from + 1; to <= end; to++) {
                        byRun.set(
                                run(segments, from, to) * devices + device,
                                table.seconds(from, to, device) < Double.POSITIVE_INFINITY
                                        && table.memoryBytes(from, to, device) <= capacity[device]);
                    }
                }
            }
        }
        return new Allowed(table, furthest, byRun, limits);
    }

    /** The furthest end at which a run still fits: a longer one never takes less. */
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

    private static int run(int segments, int from, int to) {
        return from * segments - from * (from - 1) / 2 + to - from - 1;
    }

    /** Whether some device cannot hold the whole model. */
    boolean memoryLimits() {
        return memoryLimits;
    }

    boolean is(int from, int to, int device) {
        return additive
                ? to <= furthest[device * segments + from]
                : byRun.get(run(segments, from, to) * devices + device);
    }

    /** No run that begins here may end beyond it. */
    int furthest(int from, int device) {
        return additive ? furthest[device * segments + from] : segments;
    }
}
