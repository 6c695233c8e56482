package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Devices and constraints without one of the limits.
 *
 * @param cluster the devices and links
 * @param constraints the limits
 */
record Relaxation(Cluster cluster, Constraints constraints) {
    /** Returns the relaxations by the description of the removed limit. */
    static Map<String, Relaxation> each(Cluster cluster, Constraints constraints) {
        Map<String, Relaxation> relaxed = new LinkedHashMap<>();
        for (Device device : cluster.devices()) {
            if (device.memoryBytes().isPresent()) {
                relaxed.put(
                        "the memory of '" + device.name() + "'",
                        new Relaxation(with(cluster, device.withMemoryBytes(Long.MAX_VALUE)), constraints));
            }
            if (!device.allowed()) {
                relaxed.put(
                        "keeping off '" + device.name() + "'",
                        new Relaxation(with(cluster, device.withAllowed(true)), constraints));
            }
        }
        constraints.each().forEach((what, without) -> relaxed.put(what, new Relaxation(cluster, without)));
        return relaxed;
    }

    private static Cluster with(Cluster cluster, Device device) {
        return cluster.toBuilder().device(device).build();
    }
}
