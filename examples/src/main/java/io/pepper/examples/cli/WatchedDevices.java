package io.pepper.examples.cli;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.cluster.LinkState;
import io.pepper.export.DeploymentPlan;
import io.pepper.internal.text.Quantities;
import io.pepper.monitor.DeviceMonitor;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.LinkReading;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The devices and links of a cluster, as a Prometheus or agents report them. */
final class WatchedDevices {
    private WatchedDevices() {}

    /**
     * Returns the state of each watched device.
     *
     * @param notes receives notes for people: devices that are not watched, nodes that are no device of the cluster,
     *     missing values
     * @throws IOException if a device matches several nodes, or nothing can be read
     */
    static Map<String, DeviceState> read(PrometheusOptions prometheus, Cluster cluster, List<String> notes)
            throws IOException {
        List<String> names = cluster.devices().stream().map(Device::name).toList();
        Optional<DeviceMonitor> monitor = prometheus.monitor(names);
        Map<String, DeviceState> states = new LinkedHashMap<>();
        if (monitor.isEmpty()) {
            return states;
        }
        Map<String, DeviceReading> readings = new LinkedHashMap<>(monitor.get().read());
        for (String name : names) {
            DeviceReading reading = readings.remove(name);
            if (reading == null) {
                notes.add(prometheus.source() + " knows no device '" + name + "': assumed to be idle");
                continue;
            }
            if (reading.ambiguous()) {
                throw new IOException("device '" + name + "': " + String.join("; ", reading.problems())
                        + " (--node INSTANCE=" + name + ", or --node-label)");
            }
            states.put(name, reading.state());
            reading.notes().forEach(note -> notes.add(name + ": " + note));
            reading.problems().forEach(problem -> notes.add(name + ": " + problem));
            if (reading.state().cpuLoadPercent().isEmpty()) {
                notes.add(name + ": its load is unknown: assumed to be idle");
            }
        }
        if (!readings.isEmpty()) {
            notes.add(prometheus.source() + " also watches nodes outside of the cluster: "
                    + String.join(", ", new ArrayList<>(readings.keySet())));
        }
        return states;
    }

    /**
     * Returns the measured states of the links of a cluster.
     *
     * @param notes receives notes for people: measured figures beside those of the cluster, and missing ones
     * @throws IOException if a file of an option cannot be read
     */
    static List<LinkState> links(PrometheusOptions prometheus, Cluster cluster, List<String> notes) throws IOException {
        Optional<PrometheusOptions.Watch> watch = prometheus.watch(List.of());
        List<LinkState> states = new ArrayList<>();
        if (watch.isEmpty()) {
            return states;
        }
        List<LinkReading> readings;
        try {
            readings = watch.get().links().readLinks();
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException unreadable) {
            notes.add("the links are as in the cluster file: " + unreadable.getMessage());
            return states;
        }
        for (LinkReading reading : readings) {
            LinkState state = reading.state();
            Optional<Link> declared = declared(cluster, state);
            if (declared.isPresent()) {
                String name = "link from " + state.from() + " to " + state.to() + ": ";
                if (state.isKnown()) {
                    states.add(state);
                    notes.add(name + shown(state.appliedTo(declared.get())) + " as measured, instead of "
                            + shown(declared.get()));
                }
                reading.problems().forEach(problem -> notes.add(name + problem));
            }
        }
        return states;
    }

    /** Returns a link of the cluster; empty if it does not connect these devices. */
    private static Optional<Link> declared(Cluster cluster, LinkState state) {
        OptionalInt from = cluster.indexOf(state.from());
        OptionalInt to = cluster.indexOf(state.to());
        return from.isPresent() && to.isPresent() ? cluster.link(from.getAsInt(), to.getAsInt()) : Optional.empty();
    }

    private static String shown(Link link) {
        return Quantities.bytes(link.bytesPerSecond()) + "/s and " + Quantities.seconds(link.latencySeconds());
    }

    /** Returns notes on the devices of a plan: their load now and at the time of planning. */
    static List<String> sinceThen(PrometheusOptions prometheus, DeploymentPlan plan) throws IOException {
        List<String> notes = new ArrayList<>();
        Map<String, DeviceState> now = read(prometheus, plan.placement().cluster(), notes);
        now.forEach((device, state) -> {
            if (!plan.devices().contains(device)) {
                return;
            }
            OptionalDouble before = plan.states().stream()
                    .filter(planned -> planned.device().equals(device))
                    .map(DeviceState::cpuLoadPercent)
                    .findFirst()
                    .orElse(OptionalDouble.empty());
            state.cpuLoadPercent()
                    .ifPresent(load ->
                            notes.add(device + ": CPU load " + Quantities.percents(OptionalDouble.of(load)) + " now, "
                                    + (before.isPresent() ? Quantities.percents(before) : "not known")
                                    + " when it was planned"));
        });
        return notes;
    }
}
