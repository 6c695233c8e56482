package io.pepper.export;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.wire.Digests;
import io.pepper.onnx.internal.wire.DirectoryFiles;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A reader of a plan. It checks that the plan, the manifest and the files of the parts belong together. */
final class PlanReader {
    /** Sums in another order differ by rounding. */
    private static final double ROUNDING = 1e-9;

    private final Path file;
    private final ManifestFields fields;
    private final PartitionManifest manifest;
    private final DirectoryFiles files;

    PlanReader(Path file, ManifestFields fields, PartitionManifest manifest, DirectoryFiles files) {
        this.file = file;
        this.fields = fields;
        this.manifest = manifest;
        this.files = files;
    }

    private MalformedModelException wrong(String field, String what) {
        return new MalformedModelException(file.toString(), field, what);
    }

    DeploymentPlan read(Cluster cluster) throws IOException {
        checkPartition();
        List<List<String>> tensors = new ArrayList<>();
        List<Segments.Flow> flows = flows(tensors);
        List<PlacedPart> parts = parts(cluster);
        List<Transfer> transfers = transfers(cluster, flows);
        ManifestFields costs = fields.object("costs");
        Placement placement = placement(cluster, flows, parts, transfers, costs);
        checkLatency(placement);
        List<DeviceState> states = StateJson.read(file, fields.list("states"));
        for (int i = 0; i < states.size(); i++) {
            device(cluster, "states[" + i + "].device", states.get(i).device());
        }
        DeploymentPlan plan = new DeploymentPlan(
                manifest,
                PlanJson.instant(file, fields.text("created")),
                placement,
                tensors,
                limits(),
                fields.texts("constraints"),
                fields.text("predictor"),
                states,
                fields.texts("caveats"));
        for (int i = 0; i < parts.size(); i++) {
            checkFile("parts[" + i + "].file", manifest.parts().get(i));
        }
        return plan;
    }

    private void checkPartition() throws IOException {
        ManifestFields partition = fields.object("partition");
        partition.expect("file", PartitionManifest.FILE_NAME);
        String sha256;
        try (FileSource source = files.open(PartitionManifest.FILE_NAME)) {
            sha256 = Digests.sha256(source, () -> Thread.currentThread().isInterrupted());
        }
        if (!partition.text("sha256").equals(sha256)) {
            throw wrong(
                    "partition.sha256",
                    "belongs to another " + PartitionManifest.FILE_NAME + " than the one beside the plan, which has "
                            + sha256);
        }
    }

    private List<Segments.Flow> flows(List<List<String>> tensors) throws MalformedModelException {
        List<Segments.Flow> flows = new ArrayList<>();
        for (ManifestFields each : fields.list("flows")) {
            String field = "flows[" + flows.size() + "]";
            int last = manifest.parts().size() - 1;
            int producer =
                    each.optionalNumber("producer", last).map(Long::intValue).orElse(Segments.Flow.INPUT);
            List<Integer> readers =
                    each.numbers("readers", last).stream().map(Long::intValue).toList();
            try {
                flows.add(new Segments.Flow(producer, readers, each.flag("output"), each.decimal("bytes")));
            } catch (IllegalArgumentException wrong) {
                throw wrong(field, String.valueOf(wrong.getMessage()));
            }
            tensors.add(each.texts("tensors"));
        }
        return flows;
    }

    private List<PlacedPart> parts(Cluster cluster) throws MalformedModelException {
        List<PlacedPart> parts = new ArrayList<>();
        List<ManifestFields> listed = fields.list("parts");
        if (listed.size() != manifest.parts().size()) {
            throw wrong(
                    "parts",
                    "are " + listed.size() + ", where " + PartitionManifest.FILE_NAME + " has "
                            + manifest.parts().size());
        }
        for (ManifestFields each : listed) {
            int index = parts.size();
            String field = "parts[" + index + "]";
            if (!each.text("file").equals(manifest.parts().get(index).file())) {
                throw wrong(field + ".file", "is another part than in " + PartitionManifest.FILE_NAME);
            }
            PlacedPart part = new PlacedPart(
                    index,
                    device(cluster, field + ".device", each.text("device")),
                    index,
                    index + 1,
                    each.decimal("beginSeconds"),
                    each.decimal("computeSeconds"),
                    each.decimal("p90Seconds"),
                    each.optionalDecimal("joules"),
                    each.decimal("memoryBytes"));
            if (part.p90Seconds() < part.computeSeconds()) {
                throw wrong(field + ".p90Seconds", "is less than computeSeconds");
            }
            parts.add(part);
        }
        return parts;
    }

    private List<Transfer> transfers(Cluster cluster, List<Segments.Flow> flows) throws MalformedModelException {
        List<Transfer> transfers = new ArrayList<>();
        for (ManifestFields each : fields.list("transfers")) {
            String field = "transfers[" + transfers.size() + "]";
            int flow = (int) each.number("flow", flows.size() - 1L);
            Device from = device(cluster, field + ".from", each.text("from"));
            Device to = device(cluster, field + ".to", each.text("to"));
            Optional<Link> link = cluster.link(cluster.requireIndex(from.name()), cluster.requireIndex(to.name()));
            if (from.equals(to) || link.isEmpty()) {
                throw wrong(field, "'" + from.name() + "' and '" + to.name() + "' are not linked");
            }
            double bytes = flows.get(flow).bytes();
            transfers.add(new Transfer(
                    flow,
                    from,
                    to,
                    link.get(),
                    bytes,
                    each.decimal("beginSeconds"),
                    each.decimal("seconds"),
                    link.get().occupiedSeconds(bytes),
                    each.decimal("joules")));
        }
        return transfers;
    }

    private Placement placement(
            Cluster cluster,
            List<Segments.Flow> flows,
            List<PlacedPart> parts,
            List<Transfer> transfers,
            ManifestFields costs)
            throws MalformedModelException {
        ManifestFields weights = fields.object("objective");
        Objective objective;
        try {
            objective = new Objective(
                    weights.decimal("latencyWeight"), weights.decimal("periodWeight"), weights.decimal("energyWeight"));
        } catch (IllegalArgumentException wrong) {
            throw new MalformedModelException(file.toString(), "objective", String.valueOf(wrong.getMessage()), wrong);
        }
        double gap = costs.decimal("gap");
        if (gap > 1) {
            throw wrong("costs.gap", "is more than 1");
        }
        Placement.Costs all = new Placement.Costs(
                costs.decimal("latencySeconds"),
                costs.decimal("p90LatencySeconds"),
                costs.decimal("periodSeconds"),
                costs.text("bottleneck"),
                costs.optionalDecimal("energyJoules"));
        try {
            return Placement.of(cluster, objective, flows, parts, transfers, all, gap);
        } catch (IllegalArgumentException wrong) {
            throw new MalformedModelException(file.toString(), "parts", String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private SortedMap<Metric, Double> limits() throws MalformedModelException {
        ManifestFields limits = fields.object("limits");
        SortedMap<Metric, Double> read = new TreeMap<>();
        for (Metric metric : Metric.values()) {
            if (limits.has(PlanJson.field(metric))) {
                read.put(metric, limits.decimal(PlanJson.field(metric)));
            }
        }
        return read;
    }

    private Device device(Cluster cluster, String field, String name) throws MalformedModelException {
        return cluster.devices().stream()
                .filter(device -> device.name().equals(name))
                .findFirst()
                .orElseThrow(() -> wrong(field, "'" + name + "' is not in the cluster"));
    }

    /**
     * Parts may run at the same time. So the latency is at least the longest part, and at most the sum of all parts and
     * transfers.
     */
    private void checkLatency(Placement placement) throws MalformedModelException {
        double sum = 0;
        double longest = 0;
        for (PlacedPart part : placement.parts()) {
            sum += part.computeSeconds();
            longest = Math.max(longest, part.computeSeconds());
        }
        for (Transfer transfer : placement.transfers()) {
            sum += transfer.seconds();
        }
        double latency = placement.latencySeconds();
        if (latency > sum * (1 + ROUNDING) || latency < longest * (1 - ROUNDING)) {
            throw wrong(
                    "costs.latencySeconds",
                    "is " + latency + ", where the parts and transfers take " + sum + ", the longest part " + longest);
        }
    }

    private void checkFile(String field, PartitionManifest.Part part) throws IOException {
        try (FileSource source = files.open(part.file())) {
            if (part.sha256().isPresent()) {
                String found =
                        Digests.sha256(source, () -> Thread.currentThread().isInterrupted());
                if (!found.equals(part.sha256().get())) {
                    throw wrong(
                            field,
                            "the file '" + part.file() + "' has another SHA-256 than " + PartitionManifest.FILE_NAME
                                    + " says: " + found);
                }
            }
        } catch (NoSuchFileException missing) {
            throw new MalformedModelException(
                    file.toString(), field, "there is no file '" + part.file() + "' beside it", missing);
        }
    }
}
