package io.pepper.onnx.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small files whose functions, called often, are much work for ONNX Runtime. */
class FunctionExpansionTest {
    private static NodeProto node(String type, String input, String output) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .addInput(input)
                .addOutput(output)
                .build();
    }

    /** So many operators one after another, from {@code a} to {@code z}. */
    private static List<NodeProto> row(String type, int times) {
        List<NodeProto> nodes = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            nodes.add(node(type, i == 0 ? "a" : "m" + i, i == times - 1 ? "z" : "m" + (i + 1)));
        }
        return nodes;
    }

    private static FunctionProto function(String name, List<NodeProto> nodes) {
        return FunctionProto.newBuilder()
                .setName(name)
                .addInput("a")
                .addOutput("z")
                .addAllNode(nodes)
                .build();
    }

    private static ModelProto.Builder model(List<NodeProto> nodes) {
        return ModelProto.newBuilder()
                .setGraph(GraphProto.newBuilder()
                        .addInput(ValueInfoProto.newBuilder().setName("a"))
                        .addAllNode(nodes));
    }

    /** A chain of functions: each calls the next a number of times, and the last holds a number of operators. */
    private static ModelProto levels(int levels, int calls, int operators) {
        ModelProto.Builder model = model(row("F0", 1));
        for (int level = 0; level < levels; level++) {
            model.addFunctions(function("F" + level, row("F" + (level + 1), calls)));
        }
        return model.addFunctions(function("F" + levels, row("Relu", operators)))
                .build();
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 40, 500, 3000, 100_000})
    void callsBeyondTheStackOfOnnxRuntimeAreRefused(int levels) {
        assertThat(OpeningWork.refusal(levels(levels, 1, 1))).hasValueSatisfying(reason -> assertThat(reason)
                .startsWith("its functions and bodies are " + (levels + 1) + " levels deep in one another"));
    }

    @Test
    void depthIsTheSameInWhateverOrderFunctionsAreDefined() {
        ModelProto model = levels(23, 1, 1);
        ModelProto.Builder backwards = model.toBuilder().clearFunctions();
        for (int i = model.getFunctionsCount() - 1; i >= 0; i--) {
            backwards.addFunctions(model.getFunctions(i));
        }
        assertThat(OpeningWork.refusal(model)).isEmpty();
        assertThat(OpeningWork.refusal(backwards.build())).isEmpty();
    }

    @Test
    void bodiesAndCallsAddUpToADepth() {
        ModelProto.Builder model = model(row("F0", 1));
        for (int level = 0; level < 13; level++) {
            model.addFunctions(function(
                    "F" + level,
                    List.of(NodeProto.newBuilder()
                            .setOpType("If")
                            .addOutput("z")
                            .addAttribute(AttributeProto.newBuilder()
                                    .setName("then_branch")
                                    .setG(GraphProto.newBuilder().addAllNode(row("F" + (level + 1), 1))))
                            .build())));
        }
        assertThat(OpeningWork.refusal(
                        model.addFunctions(function("F13", row("Relu", 1))).build()))
                .hasValueSatisfying(reason ->
                        assertThat(reason).startsWith("its functions and bodies are 27 levels deep in one another"));
    }

    @ParameterizedTest
    @CsvSource({
        "10, 2, 1, true",
        "12, 2, 1, true",
        "14, 2, 1, false",
        "20, 2, 1, false",
        "4, 10, 1, true",
        "4, 14, 1, false",
        "2, 100, 1, true",
        "2, 200, 1, false",
        "1, 10000, 1, true",
        "1, 100, 200, true",
        "1, 1000, 100, false",
        "1, 1, 100000, true",
        "20, 9, 9, false"
    })
    void callsThatMultiplyAreRefused(int levels, int calls, int operators, boolean opened) {
        assertThat(OpeningWork.refusal(levels(levels, calls, operators)).isEmpty())
                .isEqualTo(opened);
    }

    @Test
    void theNumberOfOperatorsIsSaid() {
        assertThat(OpeningWork.refusal(levels(14, 2, 1))).hasValueSatisfying(reason -> assertThat(reason)
                .startsWith("its functions expand to 16384 operators by 32767 calls"));
    }

    @ParameterizedTest
    @CsvSource({"6, true", "5000, false"})
    void constantsThatCallsCopyAreBounded(int calls, boolean opened) {
        NodeProto constant = NodeProto.newBuilder()
                .setOpType("Constant")
                .addOutput("k")
                .addAttribute(AttributeProto.newBuilder()
                        .setName("value")
                        .setT(TensorProto.newBuilder().setDataType(1).addDims(1 << 18)))
                .build();
        ModelProto.Builder model = model(row("F", calls)).addFunctions(function("F", List.of(constant)));
        assertThat(OpeningWork.refusal(model.build()).isEmpty()).isEqualTo(opened);
    }

    @ParameterizedTest
    @CsvSource({"5000, true", "20000, false"})
    void readersOfOneTensorAreBounded(int readers, boolean opened) {
        List<NodeProto> nodes = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            nodes.add(node("Neg", "a", "z" + i));
        }
        assertThat(OpeningWork.refusal(model(nodes).build()).isEmpty()).isEqualTo(opened);
        ModelProto.Builder called = model(List.of(node("F", "a", "b"))).addFunctions(function("F", nodes));
        assertThat(OpeningWork.refusal(called.build()).isEmpty()).isEqualTo(opened);
        nodes.replaceAll(node -> node.toBuilder().setInput(0, "k").build());
        nodes.add(0, NodeProto.newBuilder().setOpType("Constant").addOutput("k").build());
        assertThat(OpeningWork.refusal(model(nodes).build())).isEmpty();
    }

    @Test
    void readersWithinFunctionsMultiplyWithTheCalls() {
        List<NodeProto> inside = new ArrayList<>();
        List<NodeProto> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            inside.add(node("Neg", "a", "z" + i));
            calls.add(node("F", "a", "y" + i));
        }
        FunctionProto function = function("F", inside);
        assertThat(OpeningWork.refusal(
                        model(calls.subList(0, 50)).addFunctions(function).build()))
                .isEmpty();
        assertThat(OpeningWork.refusal(model(calls).addFunctions(function).build()))
                .hasValueSatisfying(reason -> assertThat(reason).contains("are read too often"));
    }

    @Test
    void namesOfOperatorsInDeepBodiesCount() {
        NodeProto.Builder sum = NodeProto.newBuilder().setOpType("Sum").addOutput("z");
        for (int i = 0; i < 5000; i++) {
            sum.addInput("w" + i);
        }
        GraphProto body = GraphProto.newBuilder().addNode(sum).build();
        for (int level = 0; level < 9; level++) {
            body = GraphProto.newBuilder()
                    .addNode(NodeProto.newBuilder()
                            .setOpType("If")
                            .addAttribute(AttributeProto.newBuilder().setG(body)))
                    .build();
        }
        assertThat(OpeningWork.refusal(ModelProto.newBuilder().setGraph(body).build()))
                .hasValueSatisfying(reason -> assertThat(reason).startsWith("its bodies are too deep in one another"));
    }
}
