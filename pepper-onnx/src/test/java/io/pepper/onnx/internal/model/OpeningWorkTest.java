package io.pepper.onnx.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.testmodels.BodyTopologies;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpeningWorkTest {
    private static NodeProto.Builder holding(GraphProto body) {
        return NodeProto.newBuilder()
                .setOpType("If")
                .addAttribute(AttributeProto.newBuilder().setName("then_branch").setG(body));
    }

    private static GraphProto of(NodeProto.Builder node, int times) {
        return GraphProto.newBuilder()
                .addAllNode(Collections.nCopies(times, node.build()))
                .build();
    }

    private static ModelProto of(GraphProto graph) {
        return ModelProto.newBuilder().setGraph(graph).build();
    }

    /** So many operators in a body of so many around it. */
    private static GraphProto nested(int levels, int operators) {
        GraphProto graph = of(NodeProto.newBuilder().setOpType("Neg"), operators);
        for (int level = 0; level < levels; level++) {
            graph = of(holding(graph), 1);
        }
        return graph;
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1000000, true",
        "3, 300000, true",
        "4, 300000, false",
        "10, 200, true",
        "10, 300, false",
        "16, 1, true",
        "18, 1, false",
        "30, 1, false"
    })
    void depthCountsTwiceForEachLevel(int levels, int operators, boolean opened) {
        assertThat(OpeningWork.refusal(of(nested(levels, operators))).isEmpty()).isEqualTo(opened);
    }

    @Test
    void depthIsThatOfFunctionsToo() {
        ModelProto.Builder model =
                ModelProto.newBuilder().setGraph(of(NodeProto.newBuilder().setOpType("F0"), 1));
        for (int level = 0; level < 18; level++) {
            String next = level == 17 ? "Neg" : "F" + (level + 1);
            model.addFunctions(FunctionProto.newBuilder()
                    .setName("F" + level)
                    .addNode(holding(of(NodeProto.newBuilder().setOpType(next), 1))));
        }
        assertThat(OpeningWork.refusal(model.build())).hasValueSatisfying(reason -> assertThat(reason)
                .startsWith("its functions and bodies are 36 levels deep"));
    }

    @Test
    void realDepthsAreOpened() {
        assertThat(OpeningWork.refusal(BodyTopologies.ifDeep(8).model())).isEmpty();
        assertThat(OpeningWork.refusal(BodyTopologies.ifDeep(30).model())).isPresent();
    }
}
