package io.pepper.examples.fleet;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.plan.CostTable;
import io.pepper.plan.Objective;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A planner of one model for many sites at once, each with its own uplink and load: it decides which part of the model
 * runs at the site's camera, and which in the cloud. The costs come from a table that was entered by hand or measured
 * once; a site changes its links and the speed of its camera. All cores plan, and the plans do not depend on the order.
 *
 * <pre>{@code
 * java -cp ... io.pepper.examples.fleet.FleetPlanner costs.yaml sites.csv plans.csv
 * }</pre>
 */
public final class FleetPlanner {
    private static final String HEADER = "site,uplink_bytes_per_second,uplink_latency_seconds,camera_slowdown";
    private static final String CAMERA = "camera";
    private static final String CLOUD = "cloud";

    /** A line of {@code sites.csv}. */
    record Site(String name, double bytesPerSecond, double latencySeconds, double slowdown) {}

    /** The plan of a site. */
    record SitePlan(Site site, int segmentsOnCamera, double latencySeconds) {}

    private FleetPlanner() {}

    /**
     * Plans for all sites of a file.
     *
     * @param arguments a table of costs for the devices {@code camera} and {@code cloud}, the file of the sites, and
     *     the file of the plans
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("arguments: COSTS SITES.csv PLANS.csv");
        }
        Path sites = Path.of(arguments[1]);
        List<SitePlan> plans = plan(Path.of(arguments[0]), sites);
        write(plans, Path.of(arguments[2]));
        Map<Integer, Long> counts = new TreeMap<>(
                plans.stream().collect(Collectors.groupingBy(SitePlan::segmentsOnCamera, Collectors.counting())));
        counts.forEach(
                (segments, count) -> System.out.println(count + " sites keep " + segments + " segments at the camera"));
    }

    /**
     * Plans for all sites.
     *
     * @param costs the table for a site of slowdown 1
     * @param sites the sites
     * @return a plan for each site, in their order
     * @throws IOException if a file cannot be read
     */
    static List<SitePlan> plan(Path costs, Path sites) throws IOException {
        CostTable table = CostTable.read(costs, cluster(Link.of(1e6, 0)));
        List<String> lines = Files.readAllLines(sites);
        if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
            throw new IOException(sites + ": line 1: the columns must be " + HEADER);
        }
        List<Site> parsed = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            parsed.add(site(sites, i + 1, lines.get(i)));
        }
        return parsed.parallelStream().map(site -> plan(table, site)).toList();
    }

    private static Cluster cluster(Link uplink) {
        return Cluster.builder()
                .device(Device.of(CAMERA))
                .device(Device.of(CLOUD))
                .link(CAMERA, CLOUD, uplink)
                .source(CAMERA)
                .build();
    }

    private static Site site(Path file, int number, String line) throws IOException {
        String[] fields = line.split(",", -1);
        if (fields.length != 4) {
            throw new IOException(file + ": line " + number + ": 4 fields are needed, found " + fields.length);
        }
        try {
            return new Site(
                    fields[0],
                    Double.parseDouble(fields[1]),
                    Double.parseDouble(fields[2]),
                    Double.parseDouble(fields[3]));
        } catch (NumberFormatException e) {
            throw new IOException(file + ": line " + number + ": " + e.getMessage(), e);
        }
    }

    private static SitePlan plan(CostTable costs, Site site) {
        Cluster cluster = cluster(Link.of(site.bytesPerSecond, site.latencySeconds));
        CostTable here = costs.withSlower(0, site.slowdown);
        Placement placement = Planner.of(cluster, here).plan(Objective.LATENCY);
        int segments = placement.parts().stream()
                .filter(stage -> stage.device().name().equals(CAMERA))
                .mapToInt(stage -> stage.to() - stage.from())
                .sum();
        return new SitePlan(site, segments, placement.latencySeconds());
    }

    private static void write(List<SitePlan> plans, Path file) throws IOException {
        List<String> lines = new ArrayList<>(List.of("site,segments_on_camera,latency_seconds"));
        for (SitePlan plan : plans) {
            lines.add(String.format(
                    Locale.ROOT, "%s,%d,%.9f", plan.site.name, plan.segmentsOnCamera, plan.latencySeconds));
        }
        Files.write(file, lines);
    }
}
