package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.pepper.model.Dimension;
import io.pepper.model.InputShapes;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.testmodels.BodyTopologies;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.onnx.testmodels.TestInputs;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TensorShapesTest {
    /** Has a name that ONNX Runtime's Java interface cannot pass. */
    private static final String NOT_PASSED_ON = "oddNames";

    static List<TestModel> models() {
        return Topologies.all();
    }

    /** The sizes that the inputs of tests have. */
    private static InputShapes sizes(ModelProto model) {
        TreeSet<String> symbols = new TreeSet<>();
        for (ValueInfoProto input : model.getGraph().getInputList()) {
            input.getType().getTensorType().getShape().getDimList().stream()
                    .map(TensorShapeProto.Dimension::getDimParam)
                    .filter(symbol -> !symbol.isEmpty() && !symbol.equals("?"))
                    .forEach(symbols::add);
        }
        InputShapes sizes = InputShapes.NONE;
        for (String symbol : symbols) {
            sizes = sizes.withDimension(symbol, TestInputs.SYMBOL_SIZE);
        }
        return sizes;
    }

    /** The shapes that tensors have when the model runs. */
    private static Map<String, List<Dimension>> run(ModelProto model) throws OrtException {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearOutput();
        TreeSet<String> made = new TreeSet<>();
        graph.getNodeList().forEach(node -> made.addAll(node.getOutputList()));
        made.remove("");
        made.forEach(name -> graph.addOutput(ValueInfoProto.newBuilder().setName(name)));
        byte[] bytes = model.toBuilder().setGraph(graph).build().toByteArray();
        Map<String, List<Dimension>> shapes = new HashMap<>();
        try (SessionOptions options = new SessionOptions();
                TestInputs inputs = TestInputs.of(model, 7)) {
            options.setOptimizationLevel(SessionOptions.OptLevel.NO_OPT);
            try (OrtSession session = OrtEnvironment.getEnvironment().createSession(bytes, options);
                    OrtSession.Result result = session.run(inputs.tensors())) {
                result.forEach(entry -> {
                    if (entry.getValue() instanceof OnnxTensor tensor) {
                        shapes.put(
                                entry.getKey(),
                                Arrays.stream(tensor.getInfo().getShape())
                                        .mapToObj(Dimension::of)
                                        .toList());
                    }
                });
            }
        }
        return shapes;
    }

    @ParameterizedTest
    @MethodSource("models")
    void inferredShapesAreThoseOfARun(TestModel test) throws IOException, OrtException {
        if (test.model().getGraph().getNodeCount() == 0 || test.name().equals(NOT_PASSED_ON)) {
            return;
        }
        Map<String, List<Dimension>> run = run(test.model());
        try (OnnxModel model = Parts.load(test)) {
            TensorShapes shapes = model.shapes(sizes(test.model()));
            assertThat(shapes.failure()).isEmpty();
            assertThat(shapes.openDimensions()).isEmpty();
            run.forEach((tensor, shape) -> assertThat(shapes.of(tensor).shape())
                    .as("%s of %s", tensor, test.name())
                    .hasValue(shape));
        }
    }

    @Test
    void takeSizesByNameAndByInput() throws IOException {
        ModelBuilder builder = model("sized")
                .input("x", FLOAT, "batch", 3, "h", "w")
                .conv("c", "x", 3, 4)
                .let("y", "Relu", "c")
                .output("y", FLOAT, "batch", 4, "h", "w");
        try (OnnxModel model = Parts.load("sized", builder.build())) {
            TensorShapes open = model.shapes();
            assertThat(open.openDimensions()).containsExactly("batch", "h", "w");
            assertThat(open.of("c")).hasToString("c: float[batch,4,?,?]");
            assertThat(open.unknown()).containsExactly("x", "c", "y");
            assertThat(open.of("c_w")).as("constants too").hasToString("c_w: float[4,3,3,3]");
            TensorShapes some = model.shapes(InputShapes.NONE.withDimension("batch", 2));
            assertThat(some.openDimensions()).containsExactly("h", "w");
            assertThat(some.of("c")).hasToString("c: float[2,4,?,?]");
            TensorShapes all = model.shapes(InputShapes.NONE.withInputShape("x", 2, 3, 8, 16));
            assertThat(all.of("y")).hasToString("y: float[2,4,8,16]");
            assertThat(all.bytes(model.graph().tensor("c").orElseThrow())).hasValue(2 * 4 * 8 * 16 * 4);
            assertThat(all.unknown()).isEmpty();
            assertThat(all).hasToString("TensorShapes[3 tensors, 0 unknown]");
        }
    }

    @Test
    void refuseSizesThatDoNotFit() throws IOException {
        ModelBuilder builder = model("strict")
                .input("x", FLOAT, "batch", 3)
                .let("y", "Relu", "x")
                .output("y", FLOAT, "batch", 3);
        try (OnnxModel model = Parts.load("strict", builder.build())) {
            assertThatThrownBy(() -> model.shapes(InputShapes.NONE.withDimension("bach", 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the model has no dimension 'bach'; it has [batch]");
            assertThatThrownBy(() -> model.shapes(InputShapes.NONE.withInputShape("z", 1)))
                    .hasMessage("the model has no input 'z'; it has [x]");
            assertThatThrownBy(() -> model.shapes(InputShapes.NONE.withInputShape("x", 1)))
                    .hasMessage("input 'x' has 2 dimensions, found 1 in [1]");
            assertThatThrownBy(() -> model.shapes(InputShapes.NONE.withInputShape("x", 1, 4)))
                    .hasMessage("input 'x' has 3 in dimension 1, which cannot be 4");
            assertThatThrownBy(() -> model.shapes(
                            InputShapes.NONE.withInputShape("x", 1, 3).withDimension("batch", 2)))
                    .hasMessage("input 'x' has 'batch' in dimension 0, which cannot be both 2 and 1");
        }
        assertThatThrownBy(() -> InputShapes.NONE.withDimension("batch", -1)).hasMessageContaining("found -1");
        assertThatThrownBy(() -> InputShapes.NONE.withInputShape("x", 1, -2)).hasMessageContaining("found -2");
    }

    @Test
    void areComputedFromSizesThatAreGiven() throws IOException {
        ModelBuilder builder = model("computed")
                .input("x", FLOAT, "batch", 6, 4)
                .initializer(Tensors.scalar("first", 0L))
                .initializer(Tensors.vector("rest", 24L))
                .initializer(Tensors.vector("axis", 0L))
                .let("shape", "Shape", "x")
                .let("size", "Gather", "shape", "first")
                .let("row", "Unsqueeze", "size", "axis")
                .add(node("Concat").in("row", "rest").out("target").with("axis", 0))
                .let("flat", "Reshape", "x", "target")
                .let("y", "Relu", "flat")
                .output("y", FLOAT, "batch", 24);
        try (OnnxModel model = Parts.load("computed", builder.build())) {
            TensorShapes shapes = model.shapes(InputShapes.NONE.withDimension("batch", 5));
            assertThat(shapes.of("flat")).hasToString("flat: float[5,24]");
            assertThat(shapes.of("size")).as("a scalar").hasToString("size: int64[]");
            assertThat(shapes.unknown()).isEmpty();
        }
    }

    /** Asked about page by page: what is read from far before, by a body too, is there. */
    @Test
    void shapesOfLargeModelsEqualThoseOfSmallOnes() throws IOException {
        ModelBuilder builder = model("long").input("x", FLOAT, "n", 3).input("which", BOOL);
        builder.initializer(Tensors.vector("target", 3L, -1L)).let("t0", "Relu", "x");
        int last = 21_000;
        for (int i = 1; i <= last; i++) {
            builder.let("t" + i, "Transpose", "t" + (i - 1));
        }
        builder.add(node("If")
                        .in("which")
                        .out("picked")
                        .with("then_branch", neg("t10"))
                        .with("else_branch", neg("t12")))
                .add(node("Concat").in("t" + last, "t11").out("far").with("axis", 1))
                .let("y", "Reshape", "picked", "target")
                .output("far", FLOAT, 3, "m")
                .output("y", FLOAT, 3, "k");
        try (OnnxModel model = Parts.load("long", builder.build())) {
            TensorShapes open = model.shapes();
            assertThat(open.failure()).isEmpty();
            assertThat(open.of("t20999")).hasToString("t20999: float[3,n]");
            assertThat(open.of("t" + last)).hasToString("t" + last + ": float[n,3]");
            TensorShapes shapes = model.shapes(InputShapes.NONE.withDimension("n", 3));
            assertThat(shapes.of("far")).hasToString("far: float[3,6]");
            assertThat(shapes.of("picked")).hasToString("picked: float[3,3]");
            assertThat(shapes.of("y")).hasToString("y: float[3,3]");
            assertThat(shapes.unknown()).isEmpty();
        }
    }

    private static GraphProto neg(String tensor) {
        return GraphProto.newBuilder()
                .setName("neg " + tensor)
                .addNode(
                        NodeProto.newBuilder().setOpType("Neg").addInput(tensor).addOutput("negated " + tensor))
                .addOutput(ValueInfoProto.newBuilder().setName("negated " + tensor))
                .build();
    }

    @Test
    void shapesThatDependOnValuesAreUnknown() throws IOException {
        ModelBuilder builder = model("values")
                .input("x", FLOAT, 4)
                .let("found", "NonZero", "x")
                .let("y", "Identity", "found")
                .output("y", INT64, 1, "n");
        try (OnnxModel model = Parts.load("values", builder.build())) {
            TensorShapes shapes = model.shapes();
            assertThat(shapes.openDimensions()).isEmpty();
            assertThat(shapes.unknown()).containsExactly("found", "y");
            assertThat(shapes.of("found").shape().orElseThrow().get(0)).isEqualTo(Dimension.of(1));
        }
    }

    @Test
    void modelThatCannotBeOpenedHasItsStatedShapes() throws IOException {
        ModelBuilder builder = model("foreign")
                .opset("acme", 1)
                .input("x", FLOAT, 1, 4)
                .let("r", "Relu", "x")
                .add(node("Magic").domain("acme").in("r").out("m"))
                .valueInfo("m", FLOAT, 1, 9)
                .let("y", "Relu", "m")
                .output("y", FLOAT, 1, 9);
        try (OnnxModel model = Parts.load("foreign", builder.build())) {
            TensorShapes shapes = model.shapes();
            assertThat(shapes.failure())
                    .hasValueSatisfying(why -> assertThat(why).contains("Magic"));
            assertThat(shapes.of("m")).hasToString("m: float[1,9]");
            assertThat(shapes.of("y")).hasToString("y: float[1,9]");
            assertThat(shapes.of("r")).as("nothing tells it").hasToString("r: ?");
            assertThat(shapes.unknown()).containsExactly("r");
            assertThat(model.cuts().size()).as("structure needs no shapes").isEqualTo(2);
            assertThat(model.costs(shapes).characteristics().unknownOperators()).containsEntry("acme.Magic", 1);
        }
    }

    @Test
    void emptyModelHasNoShapes() throws IOException {
        try (OnnxModel model = Parts.load(BodyTopologies.loop())) {
            assertThat(model.shapes().of("no such tensor")).hasToString("no such tensor: ?");
        }
    }
}
