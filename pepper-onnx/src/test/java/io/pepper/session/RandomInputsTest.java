package io.pepper.session;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import io.pepper.export.PartitionManifest;
import io.pepper.model.InputShapes;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partitioner;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomInputsTest {
    private static final InputShapes SIZES = InputShapes.NONE.withInputShape("kinds", 1, 200);

    @TempDir
    private Path directory;

    /** As the two kinds of words of a BERT: a third kind is beyond the table. */
    @Test
    void indicesOfPartsStayWithinTheirTables() throws Exception {
        byte[] bytes = model("kinds")
                .input("kinds", INT64, "batch", "length")
                .weight("table", 2, 3)
                .let("rows", "Gather", "table", "kinds")
                .let("more", "Relu", "rows")
                .output("more", FLOAT, "batch", "length", 3)
                .build()
                .toByteArray();
        PartitionManifest parts;
        try (OnnxModel opened = OnnxModel.load(bytes, "kinds")) {
            parts = Deployed.export(opened, Partitioner.everyCut().partition(opened.cuts()), directory);
        }
        assertThat(parts.parts()).hasSize(2);
        Map<String, OnnxTensor> inputs = RandomInputs.of(directory, parts.inputs(), SIZES, 1);
        Map<String, OnnxTensor> again = RandomInputs.of(directory, parts.inputs(), SIZES, 1);
        Map<String, OnnxTensor> unaware = RandomInputs.of(parts.inputs(), SIZES, 1);
        try (PartitionedSession session = PartitionedSession.open(directory)) {
            assertThat(values(inputs)).containsOnly(0, 1).isEqualTo(values(again));
            session.run(inputs).close();
            assertThat(values(unaware)).contains(2);
            assertThatThrownBy(() -> session.run(unaware)).hasMessageContaining("kinds_part1.onnx");
        } finally {
            Deployed.close(inputs);
            Deployed.close(again);
            Deployed.close(unaware);
        }
    }

    private static long[] values(Map<String, OnnxTensor> inputs) throws Exception {
        return Arrays.stream((long[][]) inputs.get("kinds").getValue())
                .flatMapToLong(Arrays::stream)
                .toArray();
    }
}
