package io.pepper.onnx.internal.export;

import io.pepper.cluster.DeviceState;
import io.pepper.onnx.DeploymentPlan;
import io.pepper.onnx.MalformedModelException;
import io.pepper.onnx.PartitionManifest;
import io.pepper.onnx.TensorInfo;
import io.pepper.onnx.internal.wire.Digests;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Checks that a plan, the manifest beside it and the files of the parts are of one mind. */
final class PlanCheck {
    /** What is added up in another order differs by roundings. */
    private static final double ROUNDING = 1e-9;

    private final Path file;
    private final DeploymentPlan plan;
    private final PartitionManifest manifest;
    private final DirectoryFiles files;
    private final PlanWires wires;

    PlanCheck(Path file, DeploymentPlan plan, PartitionManifest manifest, DirectoryFiles files) {
        this.files = files;
        this.file = file;
        this.plan = plan;
        this.manifest = manifest;
        this.wires = new PlanWires(manifest);
    }

    private MalformedModelException wrong(String field, String what) {
        return new MalformedModelException(file.toString(), field, what);
    }

    void check() throws IOException {
        if (!plan.modelName().equals(manifest.modelName())
                || !plan.modelSha256().equals(manifest.modelSha256())) {
            throw wrong("model", "is another one than in " + PartitionManifest.FILE_NAME);
        }
        if (plan.stages().size() != manifest.parts().size()) {
            throw wrong(
                    "stages",
                    "are " + plan.stages().size() + ", where " + PartitionManifest.FILE_NAME + " has "
                            + manifest.parts().size() + " parts");
        }
        for (int i = 0; i < plan.stages().size(); i++) {
            stage("stages[" + i + "]", plan.stages().get(i), manifest.parts().get(i));
        }
        hops();
        costs();
        for (int i = 0; i < plan.states().size(); i++) {
            DeviceState state = plan.states().get(i);
            device("states[" + i + "].device", state.device());
        }
        for (int i = 0; i < plan.stages().size(); i++) {
            bytes("stages[" + i + "]", plan.stages().get(i));
        }
    }

    private void stage(String field, DeploymentPlan.Part stage, PartitionManifest.Part part)
            throws MalformedModelException {
        if (!stage.file().equals(part.file()) || !stage.sha256().equals(part.sha256())) {
            throw wrong(field, "is another part than in " + PartitionManifest.FILE_NAME);
        }
        if (!stage.inputs().equals(wires.inputs(part))) {
            throw wrong(field + ".inputs", "are others than in " + PartitionManifest.FILE_NAME);
        }
        if (!stage.outputs().equals(wires.outputs(part))) {
            throw wrong(field + ".outputs", "are others than in " + PartitionManifest.FILE_NAME);
        }
        device(field + ".device", stage.device());
        if (stage.p90Seconds() < stage.computeSeconds()) {
            throw wrong(field + ".p90Seconds", "is less than computeSeconds");
        }
    }

    private int device(String field, String name) throws MalformedModelException {
        OptionalInt place = plan.cluster().indexOf(name);
        if (place.isEmpty()) {
            throw wrong(field, "'" + name + "' is not in the cluster");
        }
        return place.getAsInt();
    }

    private void hops() throws MalformedModelException {
        Set<String> tensors = new HashSet<>();
        manifest.inputs().forEach(tensor -> tensors.add(tensor.name()));
        for (PartitionManifest.Part part : manifest.parts()) {
            part.outputs().stream().map(TensorInfo::name).forEach(tensors::add);
        }
        for (int i = 0; i < plan.hops().size(); i++) {
            String field = "hops[" + i + "]";
            DeploymentPlan.Hop hop = plan.hops().get(i);
            int from = device(field + ".from", hop.from());
            int to = device(field + ".to", hop.to());
            if (from == to || plan.cluster().link(from, to).isEmpty()) {
                throw wrong(field, "'" + hop.from() + "' and '" + hop.to() + "' are not linked");
            }
            Optional<String> unknown = hop.tensors().stream()
                    .filter(tensor -> !tensors.contains(tensor))
                    .findFirst();
            if (unknown.isPresent()) {
                throw wrong(field + ".tensors", "no part makes or takes '" + unknown.get() + "'");
            }
        }
    }

    /** Stages may run at the same time, but none is longer than the whole, and the whole is no longer than all together. */
    private void costs() throws MalformedModelException {
        double sum = 0;
        double longest = 0;
        for (DeploymentPlan.Part stage : plan.stages()) {
            sum += stage.computeSeconds();
            longest = Math.max(longest, stage.computeSeconds());
        }
        for (DeploymentPlan.Hop hop : plan.hops()) {
            sum += hop.seconds();
        }
        double latency = plan.costs().latencySeconds();
        if (latency > sum * (1 + ROUNDING) || latency < longest * (1 - ROUNDING)) {
            throw wrong(
                    "costs.latencySeconds",
                    "is " + latency + ", where the stages and hops take " + sum + ", the longest stage " + longest);
        }
        if (plan.costs().gap() > 1) {
            throw wrong("costs.gap", "is more than 1");
        }
    }

    private void bytes(String field, DeploymentPlan.Part stage) throws IOException {
        try (FileSource source = files.open(stage.file())) {
            if (stage.sha256().isPresent()) {
                String found =
                        Digests.sha256(source, () -> Thread.currentThread().isInterrupted());
                if (!found.equals(stage.sha256().get())) {
                    throw wrong(field + ".sha256", "the file '" + stage.file() + "' has another one: " + found);
                }
            }
        } catch (NoSuchFileException missing) {
            throw new MalformedModelException(
                    file.toString(), field + ".part", "there is no file '" + stage.file() + "' beside it", missing);
        }
    }
}
