package io.pepper.export;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.cluster.Platform;
import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.FieldReaders;
import io.pepper.internal.text.Fields;
import io.pepper.internal.text.Value;
import io.pepper.model.ReadOptions;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import io.pepper.onnx.internal.wire.FileHashes;
import io.pepper.onnx.internal.wire.FileSource;
import io.pepper.plan.Metric;
import io.pepper.plan.Objective;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.Segments;
import io.pepper.plan.Transfer;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A reader of a plan. It checks that the plan, the manifest and the files of the parts belong together. */
final class PlanReader {
    /** Sums in another order differ by rounding. */
    private static final double ROUNDING = 1e-9;

    private final Fields fields;
    private final PartitionManifest manifest;
    private final DirectoryFiles files;

    private PlanReader(Fields fields, PartitionManifest manifest, DirectoryFiles files) {
        this.fields = fields;
        this.manifest = manifest;
        this.files = files;
    }

    /**
     * Reads a plan.
     *
     * @param directory the directory of the plan
     * @param manifest the content of {@code partition.json} beside it
     * @param options the directories that links may lead to
     * @param withParts whether the files of the parts must be there
     * @return the plan
     * @throws InvalidFileException if the file is not a plan, belongs to other parts, or contradicts itself
     * @throws IOException if a file cannot be read
     */
    static DeploymentPlan read(Path directory, PartitionManifest manifest, ReadOptions options, boolean withParts)
            throws IOException {
        Fields fields = JsonDocument.read(directory, DeploymentPlan.FILE_NAME, options);
        ManifestReader.expect(fields, "format", PlanJson.FORMAT);
        if (fields.requiredWhole("version", Long.MAX_VALUE) == 1) {
            throw fields.error(
                    "version",
                    "is 1, which older releases wrote: 'pepper plan MODEL --cluster FILE --out DIR' writes the plan again");
        }
        ManifestReader.expect(fields, "version", PlanJson.VERSION);
        fields.requiredText("tool");
        PlanReader reader = new PlanReader(fields, manifest, DirectoryFiles.ofParts(directory, options));
        DeploymentPlan plan = reader.plan();
        if (withParts) {
            reader.checkFiles();
        }
        return plan;
    }

    private DeploymentPlan plan() throws IOException {
        Cluster cluster = FieldReaders.read(Cluster.class, fields.fields("cluster"));
        checkPartition();
        List<List<String>> tensors = new ArrayList<>();
        List<Segments.Flow> flows = flows(tensors);
        List<PlacedPart> parts = parts(cluster);
        Placement placement = placement(cluster, flows, parts, transfers(cluster, flows));
        GenerationReader generation = new GenerationReader(fields, placement);
        return new DeploymentPlan(
                manifest,
                instant(fields, "created"),
                placement,
                tensors,
                limits(),
                fields.texts("constraints"),
                fields.requiredText("predictor"),
                states(cluster),
                generation.phases(),
                generation.generation(cluster),
                fields.texts("caveats"));
    }

    private void checkPartition() throws IOException {
        Fields partition = fields.fields("partition");
        ManifestReader.expect(partition, "file", PartitionManifest.FILE_NAME);
        String sha256;
        try (FileSource source = files.open(PartitionManifest.FILE_NAME)) {
            sha256 = FileHashes.SHARED.certain(
                    source, () -> Thread.currentThread().isInterrupted());
        }
        if (!partition.requiredText("sha256").equals(sha256)) {
            throw partition.error(
                    "sha256",
                    "belongs to another " + PartitionManifest.FILE_NAME + " than the one beside the plan, which has "
                            + sha256);
        }
    }

    private List<Segments.Flow> flows(List<List<String>> tensors) throws InvalidFileException {
        List<Segments.Flow> flows = new ArrayList<>();
        int last = manifest.parts().size() - 1;
        for (Fields each : fields.list("flows")) {
            OptionalLong producer = each.with("producer").whole("producer", last);
            List<Integer> readers = new ArrayList<>();
            for (Value reader : each.values("readers", "a list of numbers")) {
                readers.add((int) each.wholeOf("readers", reader, last));
            }
            boolean output = each.flag("output").orElseThrow(() -> each.error("output", "is missing"));
            double bytes = amount(each, "bytes");
            flows.add(each.made(
                    () -> new Segments.Flow((int) producer.orElse(Segments.Flow.INPUT), readers, output, bytes)));
            tensors.add(each.texts("tensors"));
        }
        return flows;
    }

    private List<PlacedPart> parts(Cluster cluster) throws InvalidFileException {
        List<PlacedPart> parts = new ArrayList<>();
        List<Fields> listed = fields.list("parts");
        if (listed.size() != manifest.parts().size()) {
            throw fields.error(
                    "parts",
                    "are " + listed.size() + ", where " + PartitionManifest.FILE_NAME + " has "
                            + manifest.parts().size());
        }
        for (Fields each : listed) {
            int index = parts.size();
            if (!each.requiredText("file").equals(manifest.parts().get(index).file())) {
                throw each.error("file", "is another part than in " + PartitionManifest.FILE_NAME);
            }
            PlacedPart part = new PlacedPart(
                    index,
                    device(cluster, each, "device"),
                    index,
                    index + 1,
                    amount(each, "beginSeconds"),
                    amount(each, "computeSeconds"),
                    amount(each, "p90Seconds"),
                    optionalAmount(each.with("joules"), "joules"),
                    amount(each, "memoryBytes"));
            if (part.p90Seconds() < part.computeSeconds()) {
                throw each.error("p90Seconds", "is less than computeSeconds");
            }
            parts.add(part);
        }
        return parts;
    }

    private List<Transfer> transfers(Cluster cluster, List<Segments.Flow> flows) throws InvalidFileException {
        List<Transfer> transfers = new ArrayList<>();
        for (Fields each : fields.list("transfers")) {
            int flow = (int) each.requiredWhole("flow", flows.size() - 1L);
            Device from = device(cluster, each, "from");
            Device to = device(cluster, each, "to");
            Optional<Link> link = cluster.link(cluster.requireIndex(from.name()), cluster.requireIndex(to.name()));
            if (from.equals(to) || link.isEmpty()) {
                throw each.error("", "'" + from.name() + "' and '" + to.name() + "' are not linked");
            }
            double bytes = flows.get(flow).bytes();
            transfers.add(new Transfer(
                    flow,
                    from,
                    to,
                    link.get(),
                    bytes,
                    amount(each, "beginSeconds"),
                    amount(each, "seconds"),
                    link.get().occupiedSeconds(bytes),
                    amount(each, "joules")));
        }
        return transfers;
    }

    private Placement placement(
            Cluster cluster, List<Segments.Flow> flows, List<PlacedPart> parts, List<Transfer> transfers)
            throws InvalidFileException {
        Fields weights = fields.fields("objective");
        double latency = amount(weights, "latencyWeight");
        double period = amount(weights, "periodWeight");
        double energy = amount(weights, "energyWeight");
        Objective objective = weights.made(() -> new Objective(latency, period, energy));
        Fields costs = fields.fields("costs");
        double gap = amount(costs, "gap");
        if (gap > 1) {
            throw costs.error("gap", "is more than 1");
        }
        Placement.Costs all = new Placement.Costs(
                amount(costs, "latencySeconds"),
                amount(costs, "p90LatencySeconds"),
                amount(costs, "periodSeconds"),
                costs.requiredText("bottleneck"),
                optionalAmount(costs.with("energyJoules"), "energyJoules"));
        Placement placement = fields.made(() -> Placement.of(cluster, objective, flows, parts, transfers, all, gap));
        checkLatency(
                costs,
                placement.latencySeconds(),
                parts.stream().map(PlacedPart::computeSeconds).toList(),
                transfers.stream().map(Transfer::seconds).toList());
        return placement;
    }

    private SortedMap<Metric, Double> limits() throws InvalidFileException {
        Fields limits = fields.fields("limits");
        SortedMap<Metric, Double> read = new TreeMap<>();
        for (Metric metric : Metric.values()) {
            if (limits.has(PlanJson.field(metric))) {
                read.put(metric, amount(limits, PlanJson.field(metric)));
            }
        }
        return read;
    }

    private List<DeviceState> states(Cluster cluster) throws InvalidFileException {
        List<DeviceState> states = new ArrayList<>();
        for (Fields each : fields.list("states")) {
            device(cluster, each, "device");
            states.add(state(each));
        }
        return states;
    }

    private static DeviceState state(Fields fields) throws InvalidFileException {
        DeviceState.Builder state = DeviceState.builder(fields.requiredText("device"));
        if (fields.has("readAt")) {
            state.readAt(instant(fields, "readAt"));
        }
        state.platform(new Platform(
                fields.text("model"),
                fields.text("instructionSet"),
                fields.text("runtime"),
                fields.text("runtimeVersion"),
                fields.text("provider")));
        optionalAmount(fields, "cores").ifPresent(state::cores);
        optionalAmount(fields, "cpuLoadPercent").ifPresent(state::cpuLoadPercent);
        optionalAmount(fields, "runnableThreads").ifPresent(state::runnableThreads);
        fields.whole("memoryFreeBytes", Long.MAX_VALUE).ifPresent(state::memoryFreeBytes);
        fields.whole("memoryTotalBytes", Long.MAX_VALUE).ifPresent(state::memoryTotalBytes);
        optionalAmount(fields, "diskUsagePercent").ifPresent(state::diskUsagePercent);
        optionalAmount(fields, "powerWatts").ifPresent(state::powerWatts);
        return fields.made(state::build);
    }

    static double amount(Fields fields, String name) throws InvalidFileException {
        double number = fields.requiredNumber(name);
        if (number < 0) {
            throw fields.error(name, "is less than 0");
        }
        return number;
    }

    private static OptionalDouble optionalAmount(Fields fields, String name) throws InvalidFileException {
        return fields.hasValue(name) ? OptionalDouble.of(amount(fields, name)) : OptionalDouble.empty();
    }

    private static Instant instant(Fields fields, String name) throws InvalidFileException {
        String text = fields.requiredText(name);
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException wrong) {
            throw fields.error(name, "is not a timestamp: '" + text + "'");
        }
    }

    static Device device(Cluster cluster, Fields owner, String field) throws InvalidFileException {
        String name = owner.requiredText(field);
        return cluster.devices().stream()
                .filter(device -> device.name().equals(name))
                .findFirst()
                .orElseThrow(() -> owner.error(field, "'" + name + "' is not in the cluster"));
    }

    /**
     * Parts may run at the same time. So the latency is at least the longest part, and at most the sum of all parts and
     * transfers.
     */
    static void checkLatency(Fields fields, double latency, List<Double> parts, List<Double> transfers)
            throws InvalidFileException {
        double longest = parts.stream().mapToDouble(each -> each).max().orElse(0);
        double sum = Stream.concat(parts.stream(), transfers.stream())
                .mapToDouble(each -> each)
                .sum();
        if (latency > sum * (1 + ROUNDING) || latency < longest * (1 - ROUNDING)) {
            throw fields.error(
                    "latencySeconds",
                    "is " + latency + ", where the parts and transfers take " + sum + ", the longest part " + longest);
        }
    }

    /** Returns whether two sums of the same numbers differ by more than rounding. */
    static boolean differ(double one, double other) {
        return Math.abs(one - other) > ROUNDING * Math.max(one, other);
    }

    private void checkFiles() throws IOException {
        List<Fields> listed = fields.list("parts");
        for (int i = 0; i < listed.size(); i++) {
            checkFile(listed.get(i), manifest.parts().get(i));
        }
    }

    private void checkFile(Fields fields, PartitionManifest.Part part) throws IOException {
        try (FileSource source = files.open(part.file())) {
            if (part.sha256().isPresent()) {
                String found = FileHashes.SHARED.certain(
                        source, () -> Thread.currentThread().isInterrupted());
                if (!found.equals(part.sha256().get())) {
                    throw fields.error(
                            "file",
                            "the file '" + part.file() + "' has another SHA-256 than " + PartitionManifest.FILE_NAME
                                    + " says: " + found);
                }
            }
        } catch (NoSuchFileException missing) {
            InvalidFileException invalid = fields.error("file", "there is no file '" + part.file() + "' beside it");
            invalid.initCause(missing);
            throw invalid;
        }
    }
}
