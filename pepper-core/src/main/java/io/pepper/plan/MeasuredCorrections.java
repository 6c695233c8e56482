package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Link;
import java.util.LinkedHashMap;
import java.util.Map;

/** Factors by which measured times differ from predicted ones, by device and by link. Not thread-safe. */
final class MeasuredCorrections {
    private final Map<Integer, Double> devices = new LinkedHashMap<>();
    private final Map<Pair, Double> links = new LinkedHashMap<>();

    /** The devices of a link by their indices. */
    private record Pair(int from, int to) {}

    void correct(int device, double factor) {
        devices.put(device, checked(factor));
    }

    void correct(int from, int to, double factor) {
        links.put(new Pair(from, to), checked(factor));
    }

    private static double checked(double factor) {
        if (!(factor > 0 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a device or a link cannot take " + factor + " times as long");
        }
        return factor;
    }

    double of(int device) {
        return devices.getOrDefault(device, 1.0);
    }

    double of(int from, int to) {
        return links.getOrDefault(new Pair(from, to), 1.0);
    }

    /** Returns corrected costs. */
    CostTable applied(CostTable predicted) {
        CostTable table = predicted;
        for (Map.Entry<Integer, Double> correction : devices.entrySet()) {
            table = table.withSlower(correction.getKey(), correction.getValue());
        }
        return table;
    }

    /** Returns a cluster with corrected links. */
    Cluster applied(Cluster cluster) {
        Cluster.Builder builder = cluster.toBuilder();
        links.forEach((pair, factor) -> cluster.link(pair.from, pair.to)
                .ifPresent(link -> builder.directedLink(
                        cluster.devices().get(pair.from).name(),
                        cluster.devices().get(pair.to).name(),
                        slower(link, factor))));
        return builder.build();
    }

    private static Link slower(Link link, double factor) {
        return new Link(
                link.bytesPerSecond() / factor,
                link.latencySeconds() * factor,
                link.overheadSeconds() * factor,
                link.joulesPerByte(),
                link.sentShare());
    }
}
