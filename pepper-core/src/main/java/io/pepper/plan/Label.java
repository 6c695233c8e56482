package io.pepper.plan;

import org.jspecify.annotations.Nullable;

/** A partial plan: its parts up to a cut, and their costs. */
final class Label {
    private static final double[] NO_LOADS = {};

    final @Nullable Label parent;
    final int device;
    final int first;
    final int end;
    final int parts;
    final long used;
    final double additive;
    final double latency;
    final double energy;
    final double period;

    /** Sums by device or link, for limits that need them. */
    final double[] loads;

    /** Lower bound on the cost of a plan that starts with these parts, and on its number of parts. */
    double bound;

    int boundParts;

    /** Dominated since it was queued. */
    boolean dropped;

    Label(
            @Nullable Label parent,
            int device,
            int end,
            double additive,
            double latency,
            double energy,
            double period,
            double... loads) {
        this.parent = parent;
        this.device = device;
        this.first = parent == null || parent.parent == null ? device : parent.first;
        this.end = end;
        this.parts = parent == null ? 0 : parent.parts + 1;
        this.used = parent == null ? 0 : parent.used | 1L << device;
        this.additive = additive;
        this.latency = latency;
        this.energy = energy;
        this.period = period;
        this.loads = loads;
    }

    static Label root(int loads) {
        return new Label(null, Problem.NOWHERE, 0, 0, 0, 0, 0, loads == 0 ? NO_LOADS : new double[loads]);
    }

    Route route() {
        int[] devices = new int[parts];
        int[] ends = new int[parts];
        for (Label label = this; label.parent != null; label = label.parent) {
            devices[label.parts - 1] = label.device;
            ends[label.parts - 1] = label.end;
        }
        Route.Builder route = new Route.Builder();
        for (int part = 0; part < parts; part++) {
            route.add(devices[part], ends[part]);
        }
        return route.build();
    }

    /**
     * Compares labels in the order of their expansion: by the lower bound, the number of parts, and the parts in turn.
     */
    static int order(Label one, Label other) {
        int order = Double.compare(one.bound, other.bound);
        if (order == 0) {
            order = Integer.compare(one.boundParts, other.boundParts);
        }
        return order == 0 ? one.route().compareTo(other.route()) : order;
    }
}
