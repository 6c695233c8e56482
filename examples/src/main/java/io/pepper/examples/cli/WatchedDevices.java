package io.pepper.examples.cli;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.export.DeploymentPlan;
import io.pepper.internal.text.Quantities;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.PrometheusDeviceMonitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The devices of a cluster, as a Prometheus reports them. */
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
        Optional<PrometheusDeviceMonitor> monitor = prometheus.monitor(names);
        Map<String, DeviceState> states = new LinkedHashMap<>();
        if (monitor.isEmpty()) {
            return states;
        }
        Map<String, DeviceReading> readings = new LinkedHashMap<>(monitor.get().read());
        for (String name : names) {
            DeviceReading reading = readings.remove(name);
            if (reading == null) {
                notes.add("Prometheus knows no device '" + name + "': assumed to be idle");
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
            notes.add("Prometheus also watches nodes outside of the cluster: "
                    + String.join(", ", new ArrayList<>(readings.keySet())));
        }
        return states;
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
