package io.pepper.session;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.export.DeploymentPlan;
import io.pepper.session.internal.CoreAffinity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An emulation of a plan's devices and links on this machine. A device runs one part at a time, with its own threads,
 * bound to separate cores if there are enough and the system can bind them. A device with a time factor above 1 takes
 * that factor longer. A link carries one message at a time and delays it as the cluster says. Parts on one device that
 * read the same tensor get it in one message. Immutable and therefore thread-safe.
 *
 * <p>{@link #notes()} lists the limits of the emulation: devices that are faster than this machine, shared cores.
 */
public final class ClusterEmulation {
    private final Cluster cluster;
    private final List<Integer> devices;
    private final Map<Integer, List<Integer>> cores;
    private final List<String> notes;

    private ClusterEmulation(
            Cluster cluster, List<Integer> devices, Map<Integer, List<Integer>> cores, List<String> notes) {
        this.cluster = cluster;
        this.devices = List.copyOf(devices);
        this.cores = cores;
        this.notes = List.copyOf(notes);
    }

    /**
     * Returns the emulation of a plan on its own cluster.
     *
     * @param plan the plan
     * @return the emulation
     */
    public static ClusterEmulation of(DeploymentPlan plan) {
        return of(plan, plan.placement().cluster());
    }

    /**
     * Returns the emulation of a plan on another cluster with the same device names.
     *
     * @param plan the plan
     * @param cluster the devices and links, perhaps slower or faster ones
     * @return the emulation
     * @throws IllegalArgumentException if a device of the plan is not in the cluster, or two communicating devices have
     *     no link
     */
    public static ClusterEmulation of(DeploymentPlan plan, Cluster cluster) {
        return of(cluster, plan.devices(), CoreAffinity.cores());
    }

    /**
     * Returns the emulation of parts on devices.
     *
     * @param cluster the devices and links
     * @param deviceByPart the name of the device of each part, in the order of the manifest
     * @param coresHere the cores of this machine to bind to; empty to bind no thread
     * @return the emulation
     * @throws IllegalArgumentException if a device is not in the cluster
     */
    public static ClusterEmulation of(Cluster cluster, List<String> deviceByPart, List<Integer> coresHere) {
        List<Integer> devices = new ArrayList<>();
        for (String name : deviceByPart) {
            devices.add(cluster.indexOf(name)
                    .orElseThrow(() -> new IllegalArgumentException("device '" + name + "' is not in the cluster")));
        }
        List<String> notes = new ArrayList<>();
        Map<Integer, List<Integer>> cores = new LinkedHashMap<>();
        int next = 0;
        for (int index : devices.stream().distinct().toList()) {
            Device device = cluster.devices().get(index);
            int wanted = Math.max(device.threads(), device.cores().orElse(1));
            List<Integer> own = new ArrayList<>();
            for (int i = 0; i < Math.min(wanted, coresHere.size()); i++) {
                own.add(coresHere.get((next + i) % coresHere.size()));
            }
            next += wanted;
            cores.put(index, own);
            if (device.timeFactor() < 1) {
                notes.add("device '" + device.name() + "' is described as faster than this machine (timeFactor "
                        + device.timeFactor() + "): it is emulated at this machine's speed");
            }
        }
        if (coresHere.isEmpty()) {
            notes.add("threads are not bound to cores: devices take each other's time");
        } else if (next > coresHere.size()) {
            notes.add("the devices have " + next + " cores, this machine has " + coresHere.size()
                    + ": some devices share cores");
        }
        return new ClusterEmulation(cluster, devices, cores, notes);
    }

    /**
     * Returns the differences between the emulation and the real cluster.
     *
     * @return sentences for people; empty if there are none
     */
    public List<String> notes() {
        return notes;
    }

    /**
     * Returns whether the parts are on several devices.
     *
     * @return false if one device has all parts
     */
    public boolean isDivided() {
        return devices.stream().distinct().count() > 1;
    }

    /** Returns the number of parts. */
    int parts() {
        return devices.size();
    }

    /** Returns the number of a part's device. */
    int device(int part) {
        return devices.get(part);
    }

    String name(int device) {
        return cluster.devices().get(device).name();
    }

    double timeFactor(int device) {
        return cluster.devices().get(device).timeFactor();
    }

    OptionalInt source() {
        return cluster.source();
    }

    OptionalInt sink() {
        return cluster.sink();
    }

    /** Returns the link between two devices; within one device it is free. */
    Link link(int from, int to) {
        if (from == to) {
            return Link.FREE;
        }
        Optional<Link> link = cluster.link(from, to);
        return link.orElseThrow(() -> new IllegalArgumentException(
                "devices '" + name(from) + "' and '" + name(to) + "' are not linked, but talk to each other"));
    }

    /** Returns options with the threads and cores of each part's device. */
    SessionOptions options(SessionOptions options) {
        SessionOptions bound = options;
        for (int part = 0; part < devices.size(); part++) {
            int device = devices.get(part);
            bound = bound.withStage(
                    part,
                    options.of(part)
                            .withThreads(cluster.devices().get(device).threads())
                            .withCores(cores.getOrDefault(device, List.of())));
        }
        return bound;
    }
}
