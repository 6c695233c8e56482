package io.pepper.onnx.internal.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.ClusterFile;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.document.InvalidDocumentException;
import io.pepper.onnx.DeploymentPlan;
import io.pepper.onnx.MalformedModelException;
import io.pepper.onnx.PartitionManifest;
import io.pepper.onnx.ReadOptions;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import io.pepper.plan.Metric;
import io.pepper.plan.Objective;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The plan as JSON. {@code docs/plan-format.md} describes it. */
public final class PlanJson {
    private static final String FORMAT = "pepper-plan";
    private static final int VERSION = 1;
    private static final int HEAD = 256;

    private PlanJson() {}

    /** Whether a file is a plan that this library wrote, so that an export may replace it. */
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
     * @throws IOException if it cannot be written as JSON
     */
    public static byte[] write(DeploymentPlan plan) throws IOException {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("format", FORMAT)
                .put("version", VERSION)
                .put("tool", plan.tool())
                .put("created", plan.created().toString());
        root.putObject("model")
                .put("name", plan.modelName())
                .put("sha256", plan.modelSha256().orElse(null));
        root.putObject("objective")
                .put("latencyWeight", plan.objective().latencyWeight())
                .put("periodWeight", plan.objective().periodWeight())
                .put("energyWeight", plan.objective().energyWeight());
        ObjectNode limits = root.putObject("limits");
        plan.limits().forEach((metric, most) -> limits.put(field(metric), most));
        ArrayNode constraints = root.putArray("constraints");
        plan.constraints().forEach(constraints::add);
        root.put("predictor", plan.predictor());
        DeploymentPlan.Costs costs = plan.costs();
        root.putObject("costs")
                .put("latencySeconds", costs.latencySeconds())
                .put("p90LatencySeconds", costs.p90LatencySeconds())
                .put("periodSeconds", costs.periodSeconds())
                .put("bottleneck", costs.bottleneck())
                .put("energyJoules", boxed(costs.energyJoules()))
                .put("gap", costs.gap());
        ArrayNode stages = root.putArray("stages");
        for (DeploymentPlan.Part part : plan.stages()) {
            ObjectNode stage = stages.addObject()
                    .put("part", part.file())
                    .put("sha256", part.sha256().orElse(null))
                    .put("device", part.device())
                    .put("computeSeconds", part.computeSeconds())
                    .put("p90Seconds", part.p90Seconds())
                    .put("joules", boxed(part.joules()))
                    .put("memoryBytes", part.memoryBytes());
            wires(stage, part);
        }
        ArrayNode hops = root.putArray("hops");
        for (DeploymentPlan.Hop hop : plan.hops()) {
            ObjectNode node = hops.addObject().put("from", hop.from()).put("to", hop.to());
            ArrayNode tensors = node.putArray("tensors");
            hop.tensors().forEach(tensors::add);
            node.put("bytes", hop.bytes()).put("seconds", hop.seconds()).put("joules", hop.joules());
        }
        root.set("cluster", cluster(plan.cluster()));
        ArrayNode states = root.putArray("states");
        plan.states().forEach(state -> states.add(StateJson.write(state)));
        ArrayNode caveats = root.putArray("caveats");
        plan.caveats().forEach(caveats::add);
        return ManifestJson.bytes(root);
    }

    private static void wires(ObjectNode stage, DeploymentPlan.Part part) {
        ArrayNode inputs = stage.putArray("inputs");
        part.inputs().forEach(input -> inputs.addObject()
                .put("tensor", input.tensor())
                .put("from", input.from().orElse(null)));
        ArrayNode outputs = stage.putArray("outputs");
        for (DeploymentPlan.Output output : part.outputs()) {
            ObjectNode node = outputs.addObject().put("tensor", output.tensor());
            ArrayNode to = node.putArray("to");
            output.to().forEach(to::add);
            node.put("result", output.result());
        }
    }

    private static @Nullable Double boxed(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }

    private static String field(Metric metric) {
        return switch (metric) {
            case LATENCY -> "latencySeconds";
            case PERIOD -> "periodSeconds";
            case ENERGY -> "energyJoules";
        };
    }

    /** As {@link ClusterFile} reads it: every pair of devices with its link or that it has none. */
    private static ObjectNode cluster(Cluster cluster) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ObjectNode devices = root.putObject("devices");
        for (Device device : cluster.devices()) {
            ObjectNode node = devices.putObject(device.name());
            device.kind().ifPresent(kind -> node.put("kind", kind));
            device.memoryBytes().ifPresent(bytes -> node.put("memoryBytes", bytes));
            device.cores().ifPresent(cores -> node.put("cores", cores));
            node.put("threads", device.threads());
            device.idleWatts().ifPresent(watts -> node.put("idleWatts", watts));
            device.busyWatts().ifPresent(watts -> node.put("busyWatts", watts));
            device.predictor().ifPresent(name -> node.put("predictor", name));
            node.put("timeFactor", device.timeFactor());
            node.put("allowed", device.allowed());
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

    /**
     * Reads a plan.
     *
     * @param directory the directory of the plan
     * @param manifest what {@code partition.json} beside it says
     * @param options where links may lead
     * @return the plan
     * @throws MalformedModelException if the file is no plan, or one of other parts, or says what cannot be
     * @throws IOException if it cannot be read
     */
    public static DeploymentPlan read(Path directory, PartitionManifest manifest, ReadOptions options)
            throws IOException {
        Path file = directory.resolve(DeploymentPlan.FILE_NAME);
        JsonNode root = ManifestJson.tree(directory, DeploymentPlan.FILE_NAME, options);
        ManifestFields fields = new ManifestFields(file.toString(), "", root);
        fields.expect("format", FORMAT);
        fields.expect("version", VERSION);
        ManifestFields model = fields.object("model");
        Cluster cluster = cluster(file, root.path("cluster"));
        DeploymentPlan plan = new DeploymentPlan(
                fields.text("tool"),
                instant(file, fields.text("created")),
                model.text("name"),
                model.optionalText("sha256"),
                objective(file, fields.object("objective")),
                limits(fields.object("limits")),
                fields.texts("constraints"),
                fields.text("predictor"),
                costs(fields.object("costs")),
                stages(fields),
                hops(fields),
                cluster,
                StateJson.read(file, fields.list("states")),
                fields.has("caveats") ? fields.texts("caveats") : List.of());
        new PlanCheck(file, plan, manifest, DirectoryFiles.ofParts(directory, options)).check();
        return plan;
    }

    private static Cluster cluster(Path file, JsonNode node) throws MalformedModelException {
        try {
            return ClusterFile.parse(node.toString(), "cluster");
        } catch (InvalidDocumentException wrong) {
            throw new MalformedModelException(file.toString(), "cluster", String.valueOf(wrong.getMessage()), wrong);
        }
    }

    static Instant instant(Path file, String text) throws MalformedModelException {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException wrong) {
            throw new MalformedModelException(file.toString(), "created", "is no moment: '" + text + "'", wrong);
        }
    }

    private static Objective objective(Path file, ManifestFields fields) throws MalformedModelException {
        try {
            return new Objective(
                    fields.decimal("latencyWeight"), fields.decimal("periodWeight"), fields.decimal("energyWeight"));
        } catch (IllegalArgumentException wrong) {
            throw new MalformedModelException(file.toString(), "objective", String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static SortedMap<Metric, Double> limits(ManifestFields fields) throws MalformedModelException {
        SortedMap<Metric, Double> limits = new TreeMap<>();
        for (Metric metric : Metric.values()) {
            if (fields.has(field(metric))) {
                limits.put(metric, fields.decimal(field(metric)));
            }
        }
        return limits;
    }

    private static DeploymentPlan.Costs costs(ManifestFields fields) throws MalformedModelException {
        return new DeploymentPlan.Costs(
                fields.decimal("latencySeconds"),
                fields.decimal("p90LatencySeconds"),
                fields.decimal("periodSeconds"),
                fields.text("bottleneck"),
                fields.optionalDecimal("energyJoules"),
                fields.decimal("gap"));
    }

    private static List<DeploymentPlan.Part> stages(ManifestFields fields) throws MalformedModelException {
        List<DeploymentPlan.Part> stages = new ArrayList<>();
        for (ManifestFields stage : fields.list("stages")) {
            stages.add(new DeploymentPlan.Part(
                    stage.fileName("part"),
                    stage.optionalText("sha256"),
                    stage.text("device"),
                    stage.decimal("computeSeconds"),
                    stage.decimal("p90Seconds"),
                    stage.optionalDecimal("joules"),
                    stage.decimal("memoryBytes"),
                    inputs(stage),
                    outputs(stage)));
        }
        return stages;
    }

    private static List<DeploymentPlan.Input> inputs(ManifestFields stage) throws MalformedModelException {
        List<DeploymentPlan.Input> inputs = new ArrayList<>();
        for (ManifestFields input : stage.list("inputs")) {
            inputs.add(new DeploymentPlan.Input(input.text("tensor"), input.optionalText("from")));
        }
        return inputs;
    }

    private static List<DeploymentPlan.Output> outputs(ManifestFields stage) throws MalformedModelException {
        List<DeploymentPlan.Output> outputs = new ArrayList<>();
        for (ManifestFields output : stage.list("outputs")) {
            outputs.add(new DeploymentPlan.Output(output.text("tensor"), output.texts("to"), output.flag("result")));
        }
        return outputs;
    }

    private static List<DeploymentPlan.Hop> hops(ManifestFields fields) throws MalformedModelException {
        List<DeploymentPlan.Hop> hops = new ArrayList<>();
        for (ManifestFields hop : fields.list("hops")) {
            hops.add(new DeploymentPlan.Hop(
                    hop.text("from"),
                    hop.text("to"),
                    hop.texts("tensors"),
                    hop.decimal("bytes"),
                    hop.decimal("seconds"),
                    hop.decimal("joules")));
        }
        return hops;
    }
}
