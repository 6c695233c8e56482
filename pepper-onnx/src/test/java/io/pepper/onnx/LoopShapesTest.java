package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.Dimension;
import io.pepper.model.UnknownSizeException;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.testmodels.BodyBuilder;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.NodeSpec;
import io.pepper.onnx.testmodels.Parts;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A Loop has as many rows as it runs, and that is known only where nothing can stop it. */
class LoopShapesTest {
    private static TensorProto number(String name, long value) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(INT64.getNumber())
                .addInt64Data(value)
                .build();
    }

    private static TensorProto truth(String name, boolean value) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(BOOL.getNumber())
                .addInt32Data(value ? 1 : 0)
                .build();
    }

    /** Doubles a state of one element in each iteration and gives each as a row. */
    private static BodyBuilder doubling() {
        return body("step")
                .input("i", INT64)
                .input("go", BOOL)
                .input("s", FLOAT, 1)
                .let("s_out", "Add", "s", "s")
                .let("row", "Identity", "s_out");
    }

    private static NodeSpec loop(BodyBuilder body, String... inputs) {
        return node("Loop")
                .in(inputs)
                .out("last", "rows")
                .with(
                        "body",
                        body.output("go_on", BOOL)
                                .output("s_out", FLOAT, 1)
                                .output("row", FLOAT, 1)
                                .build());
    }

    private static ModelBuilder around() {
        return model("looping").input("a", FLOAT, 1).initializer(number("trips", 15));
    }

    private static String rows(ModelBuilder builder) throws IOException {
        builder.let("y", "Relu", "rows").output("y", FLOAT, "rows", 1).output("last", FLOAT, 1);
        try (OnnxModel model = Parts.load("looping", builder.build())) {
            return model.shapes().of("y").toString();
        }
    }

    @Test
    void rowsAreUnknownWhereTheConditionIsAnInput() throws IOException {
        ModelBuilder builder =
                around().input("cond", BOOL).add(loop(doubling().let("go_on", "Identity", "go"), "trips", "cond", "a"));
        assertThat(rows(builder)).isEqualTo("y: float[?,1]");
        try (OnnxModel model = Parts.load("looping", builder.build())) {
            ModelCosts costs = model.costs(model.shapes());
            assertThat(costs.characteristics().flops()).isEmpty();
            assertThatThrownBy(costs::flops)
                    .isInstanceOf(UnknownSizeException.class)
                    .hasMessage(
                            "the size of tensor 'y' is not known: it depends on values, in operator 'Loop_0' (Loop)");
        }
    }

    @Test
    void rowsAreUnknownWhereTheBodyComputesTheCondition() throws IOException {
        BodyBuilder computed = doubling().initializer(number("limit", 9)).let("go_on", "Less", "i", "limit");
        assertThat(rows(around().add(loop(computed, "trips", "", "a")))).isEqualTo("y: float[?,1]");
    }

    @Test
    void rowsAreUnknownWhereTheBodySaysStop() throws IOException {
        BodyBuilder stopping = doubling().constant(truth("go_on", false));
        assertThat(rows(around().add(loop(stopping, "trips", "", "a")))).isEqualTo("y: float[?,1]");
    }

    @Test
    void rowsAreUnknownWhereTheCallerMayGiveAnotherNumberOfTrips() throws IOException {
        ModelBuilder builder =
                around().input("trips", INT64).add(loop(doubling().let("go_on", "Identity", "go"), "trips", "", "a"));
        assertThat(rows(builder)).isEqualTo("y: float[?,1]");
    }

    @Test
    void rowsAreAsManyAsTripsWhereTheConditionStaysTrue() throws IOException {
        BodyBuilder handedOn = doubling().let("same", "Identity", "go").let("go_on", "Identity", "same");
        assertThat(rows(around().add(loop(handedOn, "trips", "", "a")))).isEqualTo("y: float[15,1]");
        BodyBuilder constant = doubling().constant(truth("go_on", true));
        assertThat(rows(around().initializer(truth("yes", true)).add(loop(constant, "trips", "yes", "a"))))
                .isEqualTo("y: float[15,1]");
        BodyBuilder captured = doubling().let("go_on", "Identity", "yes");
        assertThat(rows(around().initializer(truth("yes", true)).add(loop(captured, "trips", "yes", "a"))))
                .isEqualTo("y: float[15,1]");
    }

    @Test
    void thereAreNoRowsWhereTheConditionIsNeverTrueOrNoTripIsAllowed() throws IOException {
        BodyBuilder body = doubling().let("go_on", "Identity", "go");
        assertThat(rows(around().initializer(truth("no", false)).add(loop(body, "trips", "no", "a"))))
                .isEqualTo("y: float[0,1]");
        BodyBuilder same = doubling().let("go_on", "Identity", "go");
        assertThat(rows(model("looping")
                        .input("a", FLOAT, 1)
                        .initializer(number("none", -3))
                        .add(loop(same, "none", "", "a"))))
                .isEqualTo("y: float[0,1]");
    }

    @Test
    void aStateThatTakesOverAGrowingOneHasNoKnownSize() throws IOException {
        BodyBuilder body = body("grow")
                .input("i", INT64)
                .input("go", BOOL)
                .input("grows", FLOAT, 2)
                .input("follows", FLOAT, 2)
                .let("go_on", "Identity", "go")
                .add(node("Concat").in("grows", "grows").out("grown").with("axis", 0))
                .let("followed", "Identity", "grows")
                .let("row", "ReduceMax", "follows");
        ModelBuilder builder = model("growing")
                .input("a", FLOAT, 2)
                .initializer(number("trips", 3))
                .add(node("Loop")
                        .in("trips", "", "a", "a")
                        .out("grown_last", "followed_last", "rows")
                        .with(
                                "body",
                                body.output("go_on", BOOL)
                                        .output("grown", FLOAT, "n")
                                        .output("followed", FLOAT, "n")
                                        .output("row", FLOAT, 1)
                                        .build()))
                .let("y", "Relu", "followed_last")
                .output("y", FLOAT, "n")
                .output("grown_last", FLOAT, "n")
                .output("rows", FLOAT, "m", 1);
        try (OnnxModel model = Parts.load("growing", builder.build())) {
            assertThat(model.shapes().of("y")).hasToString("y: float[?]");
            assertThat(model.shapes().of("rows").shape().orElseThrow().get(0)).isEqualTo(Dimension.of(3));
        }
    }
}
