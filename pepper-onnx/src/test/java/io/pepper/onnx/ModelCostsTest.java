package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.InputShapes;
import io.pepper.model.UnknownSizeException;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.BodyTopologies;
import io.pepper.onnx.testmodels.FunctionBuilder;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.NodeSpec;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ModelCostsTest {
    /** The arithmetic of the operator that makes a tensor. */
    private static OptionalLong flops(TestModel test, String tensor, InputShapes sizes) throws IOException {
        try (OnnxModel model = Parts.load(test)) {
            int made = model.graph().tensor(tensor).orElseThrow();
            return model.costs(model.shapes(sizes))
                    .flops(model.graph().producer(made).orElseThrow());
        }
    }

    @Test
    void costsOfAnIfAreThoseOfItsCostlierBranch() throws IOException {
        // Both branches have two products of [1, 20] with [20, 20].
        assertThat(flops(BodyTopologies.ifCapturing(), "picked", InputShapes.NONE))
                .hasValue(2 * 2 * 400);
    }

    @Test
    void costsOfALoopAreThoseOfAllItsIterations() throws IOException {
        // Three times a product of [1, 20] with [20, 20] and a sum of 20; the condition is passed on.
        assertThat(flops(BodyTopologies.loop(), "looped", InputShapes.NONE)).hasValue(3 * (2 * 400 + 20));
    }

    @Test
    void costsOfAScanAreThoseOfItsBodyForEachElement() throws IOException {
        InputShapes rows = InputShapes.NONE.withDimension("rows", 7);
        // Seven times a product and a sum of 20 elements.
        assertThat(flops(BodyTopologies.scan(), "sums", rows)).hasValue(7 * 40);
        assertThat(flops(BodyTopologies.scan(), "sums", InputShapes.NONE)).isEmpty();
    }

    @Test
    void costsOfACallAreThoseOfTheFunction() throws IOException {
        // Two products of [1, 20] with [20, 20], and in the inner function a LeakyRelu of 20.
        assertThat(flops(BodyTopologies.functions(), "b2", InputShapes.NONE)).hasValue(2 * 2 * 400 + 40);
    }

    @Test
    void costsOfALoopOfUnknownLengthAreUnknown() throws IOException {
        GraphProto step = body("step")
                .input("i", INT64)
                .input("go", BOOL)
                .input("s", FLOAT, 1, 4)
                .let("go_on", "Identity", "go")
                .let("s_out", "Relu", "s")
                .output("go_on", BOOL)
                .output("s_out", FLOAT, 1, 4)
                .build();
        ModelBuilder builder = model("unbounded")
                .input("x", FLOAT, 1, 4)
                .input("trips", INT64)
                .add(node("Loop").in("trips", "", "x").out("looped").with("body", step))
                .let("y", "Relu", "looped")
                .output("y", FLOAT, 1, 4);
        try (OnnxModel model = Parts.load("unbounded", builder.build())) {
            TensorShapes shapes = model.shapes();
            assertThat(shapes.of("looped")).as("the state keeps its shape").hasToString("looped: float[1,4]");
            ModelCosts costs = model.costs(shapes);
            assertThat(costs.flops(0)).isEmpty();
            assertThat(costs.flops(1)).hasValue(4);
            assertThat(costs.characteristics().flops()).isEmpty();
            assertThatThrownBy(costs::flops)
                    .isInstanceOf(UnknownSizeException.class)
                    .hasMessage(
                            "how often the body of operator 'Loop_0' (Loop) runs is not known: it depends on values");
        }
    }

    @Test
    void errorsNameOpenSizes() throws IOException {
        ModelBuilder builder = model("open")
                .input("x", FLOAT, "batch", 3, "w")
                .let("y", "Relu", "x")
                .output("y", FLOAT, "batch", 3, "w");
        try (OnnxModel model = Parts.load("open", builder.build())) {
            ModelCosts costs = model.costs(model.shapes());
            assertThatThrownBy(costs::flops)
                    .isInstanceOfSatisfying(UnknownSizeException.class, unknown -> assertThat(unknown.openDimensions())
                            .containsExactly("batch", "w"))
                    .hasMessage("the size of tensor 'y' is not known: the inputs leave open batch, w");
            assertThatThrownBy(costs::peakActivations).isInstanceOf(UnknownSizeException.class);
            assertThat(costs.characteristics().peakActivationBytes()).isEmpty();
            assertThat(costs.macs(0)).isEmpty();
        }
    }

    @Test
    void operatorsWithoutAFormulaAreReported() throws IOException {
        ModelBuilder builder = model("top")
                .input("x", FLOAT, 8)
                .initializer(Tensors.vector("k", 3L))
                .let("r", "Relu", "x")
                .add(node("TopK").in("r", "k").out("values", "places"))
                .let("y", "Tanh", "values")
                .output("y", FLOAT, 3);
        try (OnnxModel model = Parts.load("top", builder.build())) {
            ModelCosts costs = model.costs(model.shapes());
            ModelCharacteristics found = costs.characteristics();
            assertThat(found.unknownOperators()).hasToString("{TopK=1}");
            assertThat(found.flops()).as("of what is known").hasValue(8 + 3);
            assertThat(costs.flops(1)).isEmpty();
            OperatorCosts.Accumulator sum = costs.flops().accumulator();
            sum.add(0);
            sum.add(1);
            assertThat(sum.add(2)).isEqualTo(11);
        }
    }

    @Test
    void operatorsAreCheapByTheirArithmetic() throws IOException {
        ModelBuilder builder = model("cheap")
                .input("x", FLOAT, 1, 128)
                .let("r", "Relu", "x")
                .linear("m", "r", 128, 4)
                .linear("n", "m", 4, 4)
                .output("n", FLOAT, 1, 4);
        try (OnnxModel model = Parts.load("cheap", builder.build())) {
            ModelCosts costs = model.costs(model.shapes());
            assertThat(costs.isCheap(0)).isTrue();
            assertThat(costs.macs(0)).hasValue(0);
            assertThat(costs.isCheap(1)).as("64 FLOPs for a byte").isFalse();
            assertThat(costs.macs(1)).hasValue(512);
            assertThat(costs.isCheap(2)).as("2 FLOPs for a byte").isTrue();
        }
    }

    @Test
    void partsAreBalancedByArithmetic() throws IOException {
        ModelBuilder builder = model("uneven").input("x", FLOAT, 1, 16);
        builder.linear("a", "x", 16, 16)
                .linear("b", "a", 16, 16)
                .linear("c", "b", 16, 256)
                .linear("y", "c", 256, 4);
        try (OnnxModel model =
                Parts.load("uneven", builder.output("y", FLOAT, 1, 4).build())) {
            ModelCosts costs = model.costs(model.shapes());
            Partition partition = Partitioner.balanced(2, costs.flops()).partition(model.cuts());
            assertThat(partition.segments())
                    .extracting(
                            segment -> costs.characteristics(segment).flops().orElseThrow())
                    .containsExactly(2L * (256 + 256 + 4096), 2L * 1024);
        }
    }

    @Test
    void partsAreLimitedByMemory() throws IOException {
        NodeSpec wide = node("Expand").in("x", "shape").out("w");
        ModelBuilder builder = model("memory")
                .input("x", FLOAT, 1, 4)
                .initializer(Tensors.vector("shape", 100L, 4L))
                .add(wide)
                .let("s", "ReduceSum", "w")
                .let("t", "Relu", "s")
                .let("y", "Tanh", "t")
                .output("y", FLOAT, 1, 1);
        try (OnnxModel model = Parts.load("memory", builder.build())) {
            ModelCosts costs = model.costs(model.shapes());
            OperatorCosts.Accumulator peak = costs.peakActivations().accumulator();
            assertThat(peak.add(3)).as("Tanh: one number in, one out").isEqualTo(8);
            assertThat(peak.add(1)).as("the sum: 400 numbers in, one out").isEqualTo(1604);
            assertThat(costs.characteristics().peakActivationBytes()).hasValue(1616);
        }
    }

    @Test
    void costsOfRepeatedlyCalledFunctionsAreComputedOnce() throws IOException {
        try (OnnxModel model = Parts.load("tower", tower(4))) {
            TensorShapes shapes = model.shapes();
            assertThat(shapes.failure()).isEmpty();
            assertThat(model.costs(shapes).characteristics().flops()).hasValue(4L * 12 * 12 * 12 * 12 + 4);
            assertThat(model.costs(shapes).characteristics().convLayers()).isZero();
        }
    }

    @Test
    void costsOfExponentiallyLargeFunctionsAreUnknown() throws IOException {
        try (OnnxModel model = Parts.load("tower", tower(20))) {
            TensorShapes shapes = model.shapes();
            assertThat(shapes.failure()).hasValueSatisfying(reason -> assertThat(reason)
                    .startsWith("its functions expand to more than 10^15 operators"));
            assertThat(model.costs(shapes).flops(0)).isEmpty();
            assertThat(model.costs(shapes).characteristics().convLayers()).isZero();
            assertThat(model.cuts().list()).as("the first function is inlined").hasSize(12);
        }
    }

    /** Functions, each of which calls the next 12 times. */
    private static ModelProto tower(int levels) {
        int calls = 12;
        ModelBuilder builder = model("tower").opset("acme", 1).input("x", FLOAT, 1, 4);
        for (int level = 0; level < levels; level++) {
            FunctionBuilder function = FunctionBuilder.function("acme", "F" + level)
                    .opset("", 17)
                    .opset("acme", 1)
                    .in("a0")
                    .out("a" + calls);
            for (int call = 0; call < calls; call++) {
                NodeSpec next = level == levels - 1
                        ? node("Relu")
                        : node("F" + (level + 1)).domain("acme");
                function.add(next.in("a" + call).out("a" + (call + 1)));
            }
            builder.function(function.build());
        }
        return builder.add(node("F0").domain("acme").in("x").out("m"))
                .let("y", "Relu", "m")
                .output("y", FLOAT, 1, 4)
                .build();
    }
}
