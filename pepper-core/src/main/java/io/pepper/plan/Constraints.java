package io.pepper.plan;

import io.pepper.cluster.Cluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The constraints of a placement, besides the memory of the devices. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * Constraints limits = Constraints.NONE
 *         .withLimit(Metric.LATENCY, 0.08)
 *         .withMaxDevices(2)
 *         .withPin(0, "camera");
 * }</pre>
 */
public final class Constraints {
    /** No constraints: devices may be reused, and send while they compute. */
    public static final Constraints NONE = new Constraints(new Draft());

    private final Draft draft;

    /** A device that must not send to another, or a segment that must not run on a device. */
    record Forbidden(String from, String to) {}

    /** The fields; never changed once a {@link Constraints} holds it. */
    private static final class Draft {
        private double latency = Double.POSITIVE_INFINITY;
        private double period = Double.POSITIVE_INFINITY;
        private double energy = Double.POSITIVE_INFINITY;
        private int minDevices = 1;
        private int maxDevices = Integer.MAX_VALUE;
        private int maxParts = Integer.MAX_VALUE;
        private boolean reuse = true;
        private boolean overlap = true;
        private boolean concurrency = true;
        private Map<Integer, String> pins = Map.of();
        private Set<Forbidden> hops = Set.of();
        private Map<Integer, Set<String>> barred = Map.of();

        private Draft copy() {
            Draft copy = new Draft();
            copy.latency = latency;
            copy.period = period;
            copy.energy = energy;
            copy.minDevices = minDevices;
            copy.maxDevices = maxDevices;
            copy.maxParts = maxParts;
            copy.reuse = reuse;
            copy.overlap = overlap;
            copy.concurrency = concurrency;
            copy.pins = pins;
            copy.hops = hops;
            copy.barred = barred;
            return copy;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Draft that && values().equals(that.values());
        }

        @Override
        public int hashCode() {
            return values().hashCode();
        }

        private List<Object> values() {
            return List.of(
                    latency,
                    period,
                    energy,
                    minDevices,
                    maxDevices,
                    maxParts,
                    reuse,
                    overlap,
                    concurrency,
                    pins,
                    hops,
                    barred);
        }
    }

    private Constraints(Draft draft) {
        this.draft = draft;
    }

    /**
     * Limits a metric.
     *
     * @param metric the metric
     * @param most its maximum, 0 or more, in seconds or joules
     * @return the new constraints
     * @throws IllegalArgumentException if {@code most} is negative or not a number
     */
    public Constraints withLimit(Metric metric, double most) {
        if (!(most >= 0)) {
            throw new IllegalArgumentException("a limit is 0 or more, found " + most);
        }
        Draft copy = draft.copy();
        switch (metric) {
            case LATENCY -> copy.latency = most;
            case PERIOD -> copy.period = most;
            case ENERGY -> copy.energy = most;
        }
        return new Constraints(copy);
    }

    /**
     * Removes the limit on a metric.
     *
     * @param metric the metric
     * @return the new constraints
     */
    public Constraints withoutLimit(Metric metric) {
        return withLimit(metric, Double.POSITIVE_INFINITY);
    }

    /**
     * Sets the minimum number of used devices.
     *
     * @param count the number, 1 or more
     * @return the new constraints
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Constraints withMinDevices(int count) {
        Draft copy = draft.copy();
        copy.minDevices = positive("devices", count);
        return new Constraints(copy);
    }

    /**
     * Sets the maximum number of used devices.
     *
     * @param count the number, 1 or more
     * @return the new constraints
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Constraints withMaxDevices(int count) {
        Draft copy = draft.copy();
        copy.maxDevices = positive("devices", count);
        return new Constraints(copy);
    }

    /**
     * Sets the maximum number of parts.
     *
     * @param count the number, 1 or more
     * @return the new constraints
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Constraints withMaxParts(int count) {
        Draft copy = draft.copy();
        copy.maxParts = positive("parts", count);
        return new Constraints(copy);
    }

    private static int positive(String what, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("1 of the " + what + " or more is needed, found " + count);
        }
        return count;
    }

    /**
     * Allows or forbids that data returns to a device that it has left. If it is forbidden, each device runs at most
     * one part of a chain. Of a graph with branches, a device may run several parts that do not depend on each other
     * through other devices.
     *
     * @param again {@code false} for a pipeline that never returns to a device
     * @return the new constraints
     */
    public Constraints withReuse(boolean again) {
        Draft copy = draft.copy();
        copy.reuse = again;
        return new Constraints(copy);
    }

    /**
     * Sets whether a device can send and receive while it computes. For a chain, this affects only the period.
     *
     * @param together {@code false} if a transfer occupies both devices
     * @return the new constraints
     */
    public Constraints withOverlap(boolean together) {
        Draft copy = draft.copy();
        copy.overlap = together;
        return new Constraints(copy);
    }

    /**
     * Sets whether branches of one inference may run at the same time. It has no effect on a chain.
     *
     * @param together {@code false} if devices take turns: one segment computes, or one message travels, at a time
     * @return the new constraints
     */
    public Constraints withConcurrency(boolean together) {
        Draft copy = draft.copy();
        copy.concurrency = together;
        return new Constraints(copy);
    }

    /**
     * Pins a segment to a device.
     *
     * @param segment the index of the segment, from 0
     * @param device the device's name
     * @return the new constraints
     */
    public Constraints withPin(int segment, String device) {
        Draft copy = draft.copy();
        copy.pins = new HashMap<>(draft.pins);
        copy.pins.put(segment, device);
        return new Constraints(copy);
    }

    /**
     * Keeps a segment off a device.
     *
     * @param segment the index of the segment, from 0
     * @param device the device's name
     * @return the new constraints
     */
    public Constraints withBarred(int segment, String device) {
        Draft copy = draft.copy();
        copy.barred = new HashMap<>(draft.barred);
        Set<String> devices = new HashSet<>(copy.barred.getOrDefault(segment, Set.of()));
        devices.add(device);
        copy.barred.put(segment, devices);
        return new Constraints(copy);
    }

    /**
     * Forbids that a device sends to another one.
     *
     * @param from the sender's name
     * @param to the receiver's name
     * @return the new constraints
     */
    public Constraints withForbiddenHop(String from, String to) {
        Draft copy = draft.copy();
        copy.hops = new HashSet<>(draft.hops);
        copy.hops.add(new Forbidden(from, to));
        return new Constraints(copy);
    }

    /**
     * Returns descriptions of these constraints for people.
     *
     * @return a description of each constraint, with segments counted from 1; empty if there are none
     */
    public List<String> descriptions() {
        List<String> words = new ArrayList<>(each().keySet());
        if (!draft.overlap) {
            words.add("devices do not compute while they send or receive");
        }
        if (!draft.concurrency) {
            words.add("devices take turns");
        }
        return words;
    }

    /** Returns, by the description of each constraint, all other constraints. */
    Map<String, Constraints> each() {
        Map<String, Constraints> without = new LinkedHashMap<>();
        for (Metric metric : Metric.values()) {
            if (limit(metric).isPresent()) {
                without.put("the limit of the " + metric.name().toLowerCase(Locale.ROOT), withoutLimit(metric));
            }
        }
        lift(without, "at least " + draft.minDevices + " devices", draft.minDevices > 1, copy -> copy.minDevices = 1);
        lift(
                without,
                "at most " + draft.maxDevices + " devices",
                draft.maxDevices < Integer.MAX_VALUE,
                copy -> copy.maxDevices = Integer.MAX_VALUE);
        lift(
                without,
                "at most " + draft.maxParts + " parts",
                draft.maxParts < Integer.MAX_VALUE,
                copy -> copy.maxParts = Integer.MAX_VALUE);
        lift(without, "using each device once", !draft.reuse, copy -> copy.reuse = true);
        for (Map.Entry<Integer, String> pin : new TreeMap<>(draft.pins).entrySet()) {
            lift(without, "segment " + (pin.getKey() + 1) + " on '" + pin.getValue() + "'", true, copy -> {
                copy.pins = new HashMap<>(draft.pins);
                copy.pins.remove(pin.getKey());
            });
        }
        lift(without, "keeping segments off devices", !draft.barred.isEmpty(), copy -> copy.barred = Map.of());
        lift(without, "forbidden hops", !draft.hops.isEmpty(), copy -> copy.hops = Set.of());
        return without;
    }

    private void lift(Map<String, Constraints> without, String what, boolean is, Consumer<Draft> change) {
        if (is) {
            Draft copy = draft.copy();
            change.accept(copy);
            without.put(what, new Constraints(copy));
        }
    }

    /**
     * Returns the limit on a metric.
     *
     * @param metric the metric
     * @return its maximum; empty for no limit
     */
    public OptionalDouble limit(Metric metric) {
        double most = most(metric);
        return most < Double.POSITIVE_INFINITY ? OptionalDouble.of(most) : OptionalDouble.empty();
    }

    /** Returns the maximum of a metric; infinite for no limit. */
    double most(Metric metric) {
        return switch (metric) {
            case LATENCY -> draft.latency;
            case PERIOD -> draft.period;
            case ENERGY -> draft.energy;
        };
    }

    int minDevices() {
        return draft.minDevices;
    }

    int maxDevices() {
        return draft.maxDevices;
    }

    int maxParts() {
        return draft.maxParts;
    }

    boolean reuse() {
        return draft.reuse;
    }

    boolean overlap() {
        return draft.overlap;
    }

    boolean concurrency() {
        return draft.concurrency;
    }

    /**
     * Marks the segments that must not run on a device. Takes time proportional to the number of pins and barred
     * segments, since it is called for thousands of plans.
     */
    void bar(String device, boolean... blocked) {
        draft.pins.forEach((segment, only) -> blocked[segment] |= !only.equals(device));
        draft.barred.forEach((segment, names) -> blocked[segment] |= names.contains(device));
    }

    boolean forbidsHop(String from, String to) {
        return draft.hops.contains(new Forbidden(from, to));
    }

    /** Refuses unknown device names and segment indices. */
    void check(Cluster cluster, int segments) {
        draft.pins.forEach((segment, device) -> {
            checkSegment(segment, segments);
            cluster.requireIndex(device);
        });
        draft.barred.forEach((segment, names) -> {
            checkSegment(segment, segments);
            names.forEach(name -> cluster.requireIndex(name));
        });
        draft.hops.forEach(hop -> {
            cluster.requireIndex(hop.from());
            cluster.requireIndex(hop.to());
        });
    }

    private static void checkSegment(int segment, int segments) {
        if (segment < 0 || segment >= segments) {
            throw new IllegalArgumentException("there is no segment " + segment + " of " + segments);
        }
    }

    Map<Integer, String> pins() {
        return draft.pins;
    }

    Map<Integer, Set<String>> barred() {
        return draft.barred;
    }

    Set<Forbidden> forbiddenHops() {
        return draft.hops;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Constraints that && draft.equals(that.draft);
    }

    @Override
    public int hashCode() {
        return Objects.hash(draft);
    }
}
