package io.pepper.plan;

import java.util.Arrays;

/** The parts of a plan: the device and the end of each, in turn. Immutable. */
final class Route implements Comparable<Route> {
    /** No plan. */
    static final Route NONE = new Route(new int[0], new int[0]);

    private final int[] devices;
    private final int[] ends;

    private Route(int[] devices, int[] ends) {
        this.devices = devices;
        this.ends = ends;
    }

    /** Returns a route in which each segment is a separate part. */
    static Route bySegment(int... devices) {
        int[] ends = new int[devices.length];
        Arrays.setAll(ends, segment -> segment + 1);
        return new Route(devices.clone(), ends);
    }

    int parts() {
        return ends.length;
    }

    int device(int part) {
        return devices[part];
    }

    int begin(int part) {
        return part == 0 ? 0 : ends[part - 1];
    }

    int end(int part) {
        return ends[part];
    }

    /** Returns the part that contains a segment. */
    int partOf(int segment) {
        int part = 0;
        while (ends[part] <= segment) {
            part++;
        }
        return part;
    }

    int distinctDevices() {
        return (int) Arrays.stream(devices).distinct().count();
    }

    /** Compares the device, then the end, of each part in turn. */
    @Override
    public int compareTo(Route other) {
        for (int part = 0; part < Math.min(parts(), other.parts()); part++) {
            int order = Integer.compare(devices[part], other.devices[part]);
            if (order == 0) {
                order = Integer.compare(ends[part], other.ends[part]);
            }
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(parts(), other.parts());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Route that && Arrays.equals(devices, that.devices) && Arrays.equals(ends, that.ends);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(devices) + Arrays.hashCode(ends);
    }

    @Override
    public String toString() {
        return "Route" + Arrays.toString(devices) + Arrays.toString(ends);
    }

    /** A builder of routes, part by part. */
    static final class Builder {
        private int[] devices = new int[8];
        private int[] ends = new int[8];
        private int count;

        Builder add(int device, int end) {
            if (count == ends.length) {
                devices = Arrays.copyOf(devices, 2 * count);
                ends = Arrays.copyOf(ends, 2 * count);
            }
            devices[count] = device;
            ends[count] = end;
            count++;
            return this;
        }

        Route build() {
            return new Route(Arrays.copyOf(devices, count), Arrays.copyOf(ends, count));
        }
    }
}
