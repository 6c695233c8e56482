package io.pepper.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.onnx.internal.wire.Digests;
import io.pepper.plan.Metric;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.Segments;
import io.pepper.plan.Transfer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** A writer of plans as JSON, described in {@code docs/plan-format.md}. */
final class PlanJson {
    static final String FORMAT = "pepper-plan";
    static final int VERSION = 2;

    private static final int HEAD = 256;

    private PlanJson() {}

    /** Returns whether a file is a plan of this library, so that an export may replace it. */
    static boolean isPlan(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(HEAD), StandardCharsets.UTF_8).contains('"' + FORMAT + '"');
        }
    }

    /**
     * Writes a plan.
     *
     * @param plan the plan
     * @return the bytes of the file
     * @throws IOException if the plan cannot be written as JSON
     */
    public static byte[] write(DeploymentPlan plan) throws IOException {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        Placement placement = plan.placement();
        root.put("format", FORMAT)
                .put("version", VERSION)
                .put("tool", plan.partition().tool())
                .put("created", plan.created().toString());
        root.putObject("partition")
                .put("file", PartitionManifest.FILE_NAME)
                .put("sha256", Digests.sha256(ManifestJson.write(plan.partition())));
        root.putObject("objective")
                .put("latencyWeight", placement.objective().latencyWeight())
                .put("periodWeight", placement.objective().periodWeight())
                .put("energyWeight", placement.objective().energyWeight());
        ObjectNode limits = root.putObject("limits");
        plan.limits().forEach((metric, most) -> limits.put(field(metric), most));
        ArrayNode constraints = root.putArray("constraints");
        plan.constraints().forEach(constraints::add);
        root.put("predictor", plan.predictor());
        placement(root, plan);
        root.set("cluster", cluster(placement.cluster()));
        ArrayNode states = root.putArray("states");
        plan.states().forEach(state -> states.add(StateJson.write(state)));
        if (!plan.phases().isEmpty()) {
            GenerationJson.phases(root.putArray("phases"), plan.phases());
        }
        plan.generation().ifPresent(task -> GenerationJson.generation(root.putObject("generation"), task));
        ArrayNode caveats = root.putArray("caveats");
        plan.caveats().forEach(caveats::add);
        return ManifestJson.bytes(root);
    }

    private static void placement(ObjectNode root, DeploymentPlan plan) {
        Placement.Costs costs = plan.placement().costs();
        root.putObject("costs")
                .put("latencySeconds", costs.latencySeconds())
                .put("p90LatencySeconds", costs.p90LatencySeconds())
                .put("periodSeconds", costs.periodSeconds())
                .put("bottleneck", costs.bottleneck())
                .put(
                        "energyJoules",
                        costs.energyJoules().isPresent() ? costs.energyJoules().getAsDouble() : null)
                .put("gap", plan.placement().gap());
        parts(root.putArray("parts"), plan);
        flows(root.putArray("flows"), plan);
        transfers(root.putArray("transfers"), plan);
    }

    private static void parts(ArrayNode parts, DeploymentPlan plan) {
        for (PlacedPart part : plan.placement().parts()) {
            parts.addObject()
                    .put("file", plan.partition().parts().get(part.index()).file())
                    .put("device", part.device().name())
                    .put("beginSeconds", part.beginSeconds())
                    .put("computeSeconds", part.computeSeconds())
                    .put("p90Seconds", part.p90Seconds())
                    .put("joules", part.joules().isPresent() ? part.joules().getAsDouble() : null)
                    .put("memoryBytes", part.memoryBytes());
        }
    }

    private static void flows(ArrayNode flows, DeploymentPlan plan) {
        for (int i = 0; i < plan.tensors().size(); i++) {
            Segments.Flow flow = plan.placement().flows().get(i);
            ObjectNode node = flows.addObject().put("producer", flow.producer() < 0 ? null : flow.producer());
            ArrayNode readers = node.putArray("readers");
            flow.readers().forEach(readers::add);
            ArrayNode tensors = node.put("output", flow.isOutput())
                    .put("bytes", flow.bytes())
                    .putArray("tensors");
            plan.tensors().get(i).forEach(tensors::add);
        }
    }

    private static void transfers(ArrayNode transfers, DeploymentPlan plan) {
        for (Transfer transfer : plan.placement().transfers()) {
            transfers
                    .addObject()
                    .put("flow", transfer.flow())
                    .put("from", transfer.from().name())
                    .put("to", transfer.to().name())
                    .put("beginSeconds", transfer.beginSeconds())
                    .put("seconds", transfer.seconds())
                    .put("joules", transfer.joules());
        }
    }

    /**
     * Returns the cluster in the format of {@link Cluster#parse}: every pair of devices with its link, or marked as
     * unreachable.
     */
    private static ObjectNode cluster(Cluster cluster) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ObjectNode devices = root.putObject("devices");
        for (Device device : cluster.devices()) {
            ObjectNode node = devices.putObject(device.name());
            StateJson.write(node, "kind", device.platform());
            device.memoryBytes().ifPresent(bytes -> node.put("memoryBytes", bytes));
            device.cores().ifPresent(cores -> node.put("cores", cores));
            node.put("threads", device.threads());
            device.idleWatts().ifPresent(watts -> node.put("idleWatts", watts));
            device.busyWatts().ifPresent(watts -> node.put("busyWatts", watts));
            device.predictor().ifPresent(name -> node.put("predictor", name));
            node.put("timeFactor", device.timeFactor());
            node.put("allowed", device.allowed());
            device.address().ifPresent(address -> node.put("address", address));
        }
        ArrayNode links = root.putArray("links");
        for (int from = 0; from < cluster.devices().size(); from++) {
            for (int to = 0; to < cluster.devices().size(); to++) {
                if (from != to) {
                    ObjectNode node = links.addObject()
                            .put("from", cluster.devices().get(from).name())
                            .put("to", cluster.devices().get(to).name());
                    link(node, cluster.link(from, to));
                }
            }
        }
        cluster.source()
                .ifPresent(at -> root.put("source", cluster.devices().get(at).name()));
        cluster.sink()
                .ifPresent(at -> root.put("sink", cluster.devices().get(at).name()));
        return root;
    }

    private static void link(ObjectNode node, Optional<Link> link) {
        if (link.isEmpty()) {
            node.put("unreachable", true);
            return;
        }
        node.put("bytesPerSecond", Math.min(link.get().bytesPerSecond(), Double.MAX_VALUE))
                .put("latencySeconds", link.get().latencySeconds())
                .put("overheadSeconds", link.get().overheadSeconds())
                .put("joulesPerByte", link.get().joulesPerByte())
                .put("sentShare", link.get().sentShare());
    }

    /** Returns the field name of a metric. */
    static String field(Metric metric) {
        return switch (metric) {
            case LATENCY -> "latencySeconds";
            case PERIOD -> "periodSeconds";
            case ENERGY -> "energyJoules";
        };
    }
}
