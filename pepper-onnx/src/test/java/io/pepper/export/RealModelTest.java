package io.pepper.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.export.internal.ChainPart;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.internal.session.ModelSource;
import io.pepper.onnx.internal.session.WholeModel;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole models as chains of one part: inputs must be found without help. */
class RealModelTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
                "/models/ch_PP-OCRv3_rec_infer.onnx",
                "/models/ch_PP-OCRv4_det_infer.onnx",
                "/all-minilm-l6-v2-q.onnx"
            })
    void realModelsRunOnDefaultInputs(String resource) throws IOException {
        try (var stream = RealModelTest.class.getResourceAsStream(resource)) {
            Verification answer = alone(resource, stream.readAllBytes());
            assertThat(answer.passed()).isTrue();
            assertThat(answer.warnings()).isEmpty();
        }
    }

    @Test
    void topologiesRunOnDefaultInputs() throws IOException {
        for (TestModel topology : Topologies.all()) {
            Verification answer = alone(topology.name(), topology.model().toByteArray());
            assertThat(answer.passed()).as(topology.name() + answer.warnings()).isTrue();
        }
    }

    private static Verification alone(String name, byte[] bytes) throws IOException {
        ModelProto model = ModelProto.parseFrom(bytes);
        ModelSource source = ModelSource.bytes(name, bytes);
        var whole = new WholeModel(source, model);
        Set<String> constants = new HashSet<>();
        model.getGraph().getInitializerList().forEach(tensor -> constants.add(tensor.getName()));
        List<String> inputs = model.getGraph().getInputList().stream()
                .map(ValueInfoProto::getName)
                .filter(input -> !constants.contains(input))
                .toList();
        return VerificationRun.run(
                whole, List.of(new ChainPart(source, inputs, whole.outputs())), VerificationOptions.DEFAULTS);
    }
}
