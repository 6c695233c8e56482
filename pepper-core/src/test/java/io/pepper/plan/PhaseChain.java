package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A small random chain with three phases, the last of which never runs. */
final class PhaseChain {
    final Cluster cluster;
    final Phases phases;
    final int segments;
    final int devices;
    final double[] memory;
    final double[] caches;
    private final double unit;

    PhaseChain(long seed) {
        this(seed, false);
    }

    /** With limited memory: a segment needs its weights and its caches, in the last phase as much again. */
    PhaseChain(long seed, boolean limited) {
        this(seed, limited, 1);
    }

    /** With times that are multiples of a unit. */
    PhaseChain(long seed, boolean limited, double unit) {
        this.unit = unit;
        Random random = new Random(seed);
        segments = 1 + random.nextInt(5);
        devices = 1 + random.nextInt(3);
        Cluster.Builder builder = Cluster.builder();
        for (int i = 0; i < devices; i++) {
            Device device = Device.of("d" + i).withPower(0, 1);
            builder.device(limited ? device.withMemoryBytes(20 + random.nextInt(60)) : device);
        }
        memory = random.doubles(segments, 1, 10).toArray();
        caches = random.doubles(segments, 0, 10).toArray();
        builder.defaultLink(Link.of(1 << random.nextInt(4), random.nextInt(3)));
        cluster = builder.source("d0").build();
        phases = Phases.of(
                cluster,
                List.of(
                        new Phases.Phase("prompt", table(random, 1), random.nextInt(3)),
                        new Phases.Phase("token", table(random, 1), 1 + random.nextInt(20)),
                        new Phases.Phase("context", table(random, 2), 0)));
    }

    private CostTable table(Random random, double scale) {
        CostTable.Builder builder = CostTable.byRun(segments, devices);
        for (int from = 0; from < segments; from++) {
            for (int to = from + 1; to <= segments; to++) {
                for (int device = 0; device < devices; device++) {
                    double seconds = unit * (1 + random.nextInt(12));
                    builder.seconds(from, to, device, seconds, seconds).joules(from, to, device, seconds / 2);
                }
                builder.memoryBytes(from, to, scale * sum(memory, from, to), 0);
            }
        }
        for (int cut = 0; cut <= segments; cut++) {
            builder.cutBytes(cut, 4 + 4 * random.nextInt(4));
        }
        return builder.build().withResidentBytes(caches);
    }

    static double sum(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).sum();
    }

    /** Whether each device has one part at most, and memory for it in the phase that needs most. */
    boolean fits(List<String> places) {
        Set<String> used = new HashSet<>();
        for (int from = 0, to; from < segments; from = to) {
            to = from + 1;
            while (to < segments && places.get(to).equals(places.get(from))) {
                to++;
            }
            Device device =
                    cluster.devices().get(cluster.indexOf(places.get(from)).orElseThrow());
            double needed = 2 * sum(memory, from, to) + sum(caches, from, to);
            if (!used.add(device.name()) || needed > device.memoryBytes().orElseThrow()) {
                return false;
            }
        }
        return true;
    }

    double joules(List<String> places) {
        return times(0) * costs(places, 0).energyJoules().orElseThrow()
                + times(1) * costs(places, 1).energyJoules().orElseThrow();
    }

    /** Returns the devices of each possible placement. */
    List<List<String>> assignments() {
        List<List<String>> all = new ArrayList<>();
        int count = (int) Math.pow(devices, segments);
        for (int number = 0; number < count; number++) {
            List<String> places = new ArrayList<>();
            for (int segment = 0, left = number; segment < segments; segment++, left /= devices) {
                places.add("d" + left % devices);
            }
            all.add(places);
        }
        return all;
    }

    double latency(List<String> places, double prompts, double tokens) {
        return prompts * costs(places, 0).latencySeconds()
                + tokens * costs(places, 1).latencySeconds();
    }

    Placement costs(List<String> places, int phase) {
        return Planner.of(cluster, phases.list().get(phase).costs())
                .evaluate(places, Objective.LATENCY, Constraints.NONE);
    }

    double times(int phase) {
        return phases.list().get(phase).times();
    }
}
