package io.pepper.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.Pepper;
import io.pepper.PlannedModel;
import io.pepper.PlanningOptions;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.document.InvalidFileException;
import io.pepper.model.InputShapes;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.wire.FileHashes;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.partition.Partitioner;
import io.pepper.session.PartitionedSession;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Counts the files that this process hashes while it exports, verifies, reads and runs parts. */
class HashPassesTest {
    private static final Cluster PAIR = Cluster.builder()
            .device(Device.of("camera"))
            .device(Device.of("gateway"))
            .defaultLink(Link.of(1e12, 0))
            .source("camera")
            .sink("gateway")
            .build();

    @TempDir
    Path directory;

    private Path file;
    private Path target;

    @BeforeEach
    void save() throws IOException {
        file = Parts.save(directory, "weights", Topologies.weights(300_000).model());
        target = directory.resolve("parts");
        settle(file);
    }

    /** Waits until a file is old enough for its hash to be certain. */
    private static void settle(Path file) throws IOException {
        Instant changed = ((FileTime) Files.getAttribute(file, "unix:ctime")).toInstant();
        while (Duration.between(changed, Instant.now()).toMillis() < 150) {
            Thread.onSpinWait();
        }
    }

    private static long passes() {
        return FileHashes.SHARED.passes();
    }

    private PartitionManifest export(OnnxModel model, WeightStorage storage) throws IOException {
        return SubmodelExporter.export(
                model,
                Partitioner.everyCut().partition(model.cuts()),
                target,
                ExportOptions.DEFAULTS.withWeights(storage).withDurable(false));
    }

    private static PlannedModel plan(OnnxModel model) throws IOException {
        return Pepper.plan(
                model,
                PAIR,
                (piece, threads, device) -> new Prediction(1e-3, 1e-3, false),
                PlanningOptions.DEFAULTS.withInputShapes(InputShapes.NONE.withDimension("batch", 1)));
    }

    private static Set<String> files(PartitionManifest manifest) {
        Set<String> files = new HashSet<>();
        for (PartitionManifest.Part part : manifest.parts()) {
            files.add(part.file());
            part.data().forEach(data -> files.add(data.file()));
        }
        return files;
    }

    private static VerificationOptions strict() {
        return VerificationOptions.DEFAULTS.withOnlyUnchanged(true);
    }

    @ParameterizedTest
    @EnumSource(WeightStorage.class)
    void dividingAndVerifyingHashesOnlyTheModel(WeightStorage storage) throws IOException {
        if (storage == WeightStorage.REFERENCE) {
            target = directory;
        }
        try (OnnxModel model = OnnxModel.load(file)) {
            long before = passes();
            model.sha256();
            export(model, storage);
            Verification verification = SplitVerifier.verify(model, target);
            assertThat(verification.warnings()).isEmpty();
            assertThat(passes() - before).isEqualTo(1);
        }
    }

    @Test
    void anotherModelOfTheSameFileSharesItsHash() throws IOException {
        long before = passes();
        for (int i = 0; i < 3; i++) {
            try (OnnxModel model = OnnxModel.load(file)) {
                export(model, WeightStorage.INLINE);
            }
        }
        assertThat(passes() - before).isEqualTo(1);
    }

    @Test
    void verifyingOnlyUnchangedFilesHashesEachPartOnce() throws IOException {
        try (OnnxModel model = OnnxModel.load(file)) {
            PartitionManifest manifest = export(model, WeightStorage.EXTERNAL);
            for (String each : files(manifest)) {
                settle(target.resolve(each));
            }
            long before = passes();
            for (int i = 0; i < 3; i++) {
                assertThat(SplitVerifier.verify(model, target, strict(), ProgressListener.NONE)
                                .identical())
                        .isTrue();
            }
            assertThat(passes() - before).isEqualTo(files(manifest).size());
        }
    }

    @Test
    void readingAPlanAndOpeningItsPartsHashesEachFileOnce() throws IOException {
        long before = passes();
        try (OnnxModel model = OnnxModel.load(file)) {
            plan(model).export(target);
            assertThat(passes() - before).as("the model").isEqualTo(1);
        }
        settle(target.resolve(PartitionManifest.FILE_NAME));
        before = passes();
        DeploymentPlan plan = DeploymentPlan.read(target);
        PartitionedSession.open(target).close();
        PartitionedSession.open(target).close();
        assertThat(passes() - before).isEqualTo(plan.partition().parts().size() + 1);
    }

    @Test
    void aPartThatChangesBetweenItsUsesIsNoticedEachTime() throws IOException {
        try (OnnxModel model = OnnxModel.load(file)) {
            PartitionManifest manifest = export(model, WeightStorage.INLINE);
            Path part = target.resolve(manifest.parts().get(0).file());
            assertThat(SplitVerifier.verify(model, target).warnings()).isEmpty();
            settle(part);
            PartitionedSession.open(target).close();
            byte[] bytes = Files.readAllBytes(part);
            bytes[bytes.length - 1] ^= 1;
            Files.write(part, bytes);
            assertThat(SplitVerifier.verify(model, target).warnings())
                    .anyMatch(said -> said.startsWith(part.getFileName() + " is not the file in the manifest"));
            assertThatThrownBy(() -> SplitVerifier.verify(model, target, strict(), ProgressListener.NONE))
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContaining(part.getFileName().toString());
            assertThatThrownBy(() -> PartitionedSession.open(target))
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContaining("parts[0].sha256");
        }
    }

    @Test
    void aModelThatChangesAfterItsExportIsNoticed() throws IOException {
        try (OnnxModel model = OnnxModel.load(file)) {
            export(model, WeightStorage.INLINE);
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
            assertThatThrownBy(() -> SplitVerifier.verify(model, target, strict(), ProgressListener.NONE))
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContaining("its SHA-256 is");
        }
    }

    @Test
    void aPartOfAPlanThatIsReplacedIsNoticed() throws IOException {
        try (OnnxModel model = OnnxModel.load(file)) {
            plan(model).export(target);
        }
        DeploymentPlan plan = DeploymentPlan.read(target);
        Path part = target.resolve(plan.partition().parts().get(0).file());
        byte[] bytes = Files.readAllBytes(part);
        bytes[bytes.length - 1] ^= 1;
        Files.delete(part);
        Files.write(part, bytes);
        assertThatThrownBy(() -> DeploymentPlan.read(target))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("has another SHA-256");
    }
}
