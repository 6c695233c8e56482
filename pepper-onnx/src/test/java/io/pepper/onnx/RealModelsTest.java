package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cut.Cut;
import io.pepper.cut.PaperBridges;
import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.Verification;
import io.pepper.export.VerificationOptions;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.ProgressListener;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Models that people use, from Maven artifacts. The counts of the original were taken by running it, unchanged, on the same
 * files; the counts of cuts by taking each tensor away and looking whether an output could still be reached.
 */
class RealModelsTest {
    private static final int CUTS_TRIED = 12;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "/models/ch_PP-OCRv3_det_infer.onnx, 712, 416, 24, 20, 3",
        "/models/ch_PP-OCRv3_rec_infer.onnx, 732, 381, 123, 91, 16",
        "/models/ch_PP-OCRv4_det_infer.onnx, 672, 342, 50, 44, 7",
        "/models/ch_PP-OCRv4_rec_infer.onnx, 860, 435, 212, 179, 30",
        "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx, 566, 327, 60, 43, 8",
        "/all-minilm-l6-v2-q.onnx, 772, 146, 9, 6, 2"
    })
    void realModelsHaveTheirKnownNumbersOfCuts(
            String resource, int operators, int constant, int cuts, int bridges, int atDistanceSix) throws IOException {
        try (OnnxModel model = open(resource)) {
            assertThat(model.operatorCount()).isEqualTo(operators);
            assertThat(model.constantOperatorCount()).isEqualTo(constant);
            assertThat(model.cuts().size()).isEqualTo(cuts);
            PaperBridges original = model.paperBridges();
            assertThat(original.bridges()).hasSize(bridges);
            assertThat(original.atDistance(6)).hasSize(atDistanceSix);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/models/ch_PP-OCRv3_det_infer.onnx",
        "/models/ch_PP-OCRv3_rec_infer.onnx",
        "/models/ch_PP-OCRv4_det_infer.onnx",
        "/models/ch_PP-OCRv4_rec_infer.onnx",
        "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
        "/all-minilm-l6-v2-q.onnx"
    })
    void partsOfRealModelsAreBitIdentical(String resource) throws IOException {
        try (OnnxModel model = open(resource)) {
            List<Cut> cuts = model.cuts().list();
            for (int i = 0; i < cuts.size(); i += Math.max(1, cuts.size() / CUTS_TRIED)) {
                check(model, Partition.of(model.graph(), List.of(cuts.get(i))), "cut" + i);
            }
            check(model, Partitioner.everyCut().partition(model.cuts()), "every");
            check(model, Partitioner.balanced(3, model.weights()).partition(model.cuts()), "weights");
            check(model, Partitioner.balanced(4, OperatorCosts.count()).partition(model.cuts()), "operators");
            check(model, Partitioner.minimumDistance(6).partition(model.cuts()), "distance");
        }
    }

    @Test
    void opensWithOptimisationWithinTheTolerance() throws IOException {
        try (OnnxModel model = open("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            Partition partition = Partitioner.balanced(3, model.weights()).partition(model.cuts());
            SubmodelExporter.export(model, partition, directory);
            VerificationOptions options = VerificationOptions.DEFAULTS.withOptimization(OptimizationLevel.ALL);
            Verification verification = SplitVerifier.verify(model, directory, options, ProgressListener.NONE);
            assertThat(verification.passed()).as(verification.toString()).isTrue();
        }
    }

    private void check(OnnxModel model, Partition partition, String name) throws IOException {
        Path parts = directory.resolve(name);
        PartitionManifest manifest =
                SubmodelExporter.export(model, partition, parts, ExportOptions.DEFAULTS.withDurable(false));
        assertThat(manifest.parts().stream()
                        .mapToLong(PartitionManifest.Part::weightBytes)
                        .sum())
                .isEqualTo(model.weightBytes());
        Verification verification = SplitVerifier.verify(model, parts);
        assertThat(verification.identical())
                .as("%s: %s", partition, verification)
                .isTrue();
        assertThat(verification.outputs()).noneMatch(Verification.OutputComparison::weakEvidence);
    }

    private static OnnxModel open(String resource) throws IOException {
        try (InputStream in = RealModelsTest.class.getResourceAsStream(resource)) {
            assertThat(in).as(resource).isNotNull();
            return OnnxModel.load(in, resource.substring(resource.lastIndexOf('/') + 1));
        }
    }
}
