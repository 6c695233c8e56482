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
 * The limits of a placement, beside the memory of the devices. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * Constraints limits = Constraints.NONE
 *         .withLimit(Metric.LATENCY, 0.08)
 *         .withMostDevices(2)
 *         .withPin(0, "camera");
 * }</pre>
 */
public final class Constraints {
    /** None: devices may be used again, and send while they compute. */
    public static final Constraints NONE = new Constraints(new Draft());

    private final Draft draft;

    /** A device that must not send to another, or a segment that must not run on a device. */
    record Forbidden(String from, String to) {}

    /** The fields; never changed once a {@link Constraints} holds it. */
    private static final class Draft {
        private double latency = Double.POSITIVE_INFINITY;
        private double period = Double.POSITIVE_INFINITY;
        private double energy = Double.POSITIVE_INFINITY;
        private int leastDevices = 1;
        private int mostDevices = Integer.MAX_VALUE;
        private int mostParts = Integer.MAX_VALUE;
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
            copy.leastDevices = leastDevices;
            copy.mostDevices = mostDevices;
            copy.mostParts = mostParts;
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
                    leastDevices,
                    mostDevices,
                    mostParts,
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
     * @param metric which
     * @param most the most that it may be, 0 or more: seconds or joules
     * @return these constraints with it
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
     * Lifts the limit on a metric.
     *
     * @param metric which
     * @return these constraints without it
     */
    public Constraints withoutLimit(Metric metric) {
        return withLimit(metric, Double.POSITIVE_INFINITY);
    }

    /**
     * Asks for several devices.
     *
     * @param count how many must run something, 1 or more
     * @return these constraints with it
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Constraints withLeastDevices(int count) {
        Draft copy = draft.copy();
        copy.leastDevices = positive("devices", count);
        return new Constraints(copy);
    }

    /**
     * Allows a few devices only.
     *
     * @param count how many may run something, 1 or more
     * @return these constraints with it
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Constraints withMostDevices(int count) {
        Draft copy = draft.copy();
        copy.mostDevices = positive("devices", count);
        return new Constraints(copy);
    }

    /**
     * Allows a few parts only.
     *
     * @param count how many there may be, 1 or more
     * @return these constraints with it
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Constraints withMostParts(int count) {
        Draft copy = draft.copy();
        copy.mostParts = positive("parts", count);
        return new Constraints(copy);
    }

    private static int positive(String what, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("1 of the " + what + " or more is needed, found " + count);
        }
        return count;
    }

    /**
     * Allows or forbids that data comes back to a device that it has left. In a chain each device then runs one part at most; of
     * branches a device may run several that do not depend on each other by way of other devices.
     *
     * @param again {@code false} for a pipeline that never comes back
     * @return these constraints with it
     */
    public Constraints withReuse(boolean again) {
        Draft copy = draft.copy();
        copy.reuse = again;
        return new Constraints(copy);
    }

    /**
     * Says whether a device can send and receive while it computes. Of a chain this matters for the period alone.
     *
     * @param together {@code false} if a transfer keeps both its ends busy
     * @return these constraints with it
     */
    public Constraints withOverlap(boolean together) {
        Draft copy = draft.copy();
        copy.overlap = together;
        return new Constraints(copy);
    }

    /**
     * Says whether branches of one inference may run at the same time. A chain is the same either way.
     *
     * @param together {@code false} if devices take turns: one segment computes, or one message travels, at a time
     * @return these constraints with it
     */
    public Constraints withConcurrency(boolean together) {
        Draft copy = draft.copy();
        copy.concurrency = together;
        return new Constraints(copy);
    }

    /**
     * Pins a segment to a device.
     *
     * @param segment the segment's place, from 0
     * @param device the device's name
     * @return these constraints with it
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
     * @param segment the segment's place, from 0
     * @param device the device's name
     * @return these constraints with it
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
     * @return these constraints with it
     */
    public Constraints withForbiddenHop(String from, String to) {
        Draft copy = draft.copy();
        copy.hops = new HashSet<>(draft.hops);
        copy.hops.add(new Forbidden(from, to));
        return new Constraints(copy);
    }

    /**
     * These constraints as a person reads them.
     *
     * @return each in words, segments counted from 1 as people do; empty if there are none
     */
    public List<String> inWords() {
        List<String> words = new ArrayList<>(each().keySet());
        if (!draft.overlap) {
            words.add("devices do not compute while they send or receive");
        }
        if (!draft.concurrency) {
            words.add("devices take turns");
        }
        return words;
    }

    /** In words, these constraints without each single one of them. */
    Map<String, Constraints> each() {
        Map<String, Constraints> without = new LinkedHashMap<>();
        for (Metric metric : Metric.values()) {
            if (limit(metric).isPresent()) {
                without.put("the limit of the " + metric.name().toLowerCase(Locale.ROOT), withoutLimit(metric));
            }
        }
        lift(
                without,
                "at least " + draft.leastDevices + " devices",
                draft.leastDevices > 1,
                copy -> copy.leastDevices = 1);
        lift(
                without,
                "at most " + draft.mostDevices + " devices",
                draft.mostDevices < Integer.MAX_VALUE,
                copy -> copy.mostDevices = Integer.MAX_VALUE);
        lift(
                without,
                "at most " + draft.mostParts + " parts",
                draft.mostParts < Integer.MAX_VALUE,
                copy -> copy.mostParts = Integer.MAX_VALUE);
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
     * The limit on a metric.
     *
     * @param metric which
     * @return the most that it may be; empty for no limit
     */
    public OptionalDouble limit(Metric metric) {
        double most = most(metric);
        return most < Double.POSITIVE_INFINITY ? OptionalDouble.of(most) : OptionalDouble.empty();
    }

    /** Infinite for no limit. */
    double most(Metric metric) {
        return switch (metric) {
            case LATENCY -> draft.latency;
            case PERIOD -> draft.period;
            case ENERGY -> draft.energy;
        };
    }

    int leastDevices() {
        return draft.leastDevices;
    }

    int mostDevices() {
        return draft.mostDevices;
    }

    int mostParts() {
        return draft.mostParts;
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

    /** Marks the segments that must not run on a device; in O(pins and what is barred), for plans are made by the thousand. */
    void keepOff(String device, boolean... blocked) {
        draft.pins.forEach((segment, only) -> blocked[segment] |= !only.equals(device));
        draft.barred.forEach((segment, names) -> blocked[segment] |= names.contains(device));
    }

    boolean forbidsHop(String from, String to) {
        return draft.hops.contains(new Forbidden(from, to));
    }

    /** Refuses names and numbers that are not there. */
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
