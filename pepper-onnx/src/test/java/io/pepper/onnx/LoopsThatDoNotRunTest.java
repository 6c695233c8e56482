package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.export.ExportOptions;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.VerificationOptions;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.partition.Partition;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of a Loop that does not run have the shape that ONNX Runtime gives them then: parts take it, as the whole does. */
class LoopsThatDoNotRunTest {
    @TempDir
    Path directory;

    private static ValueInfoProto floats(String name) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(FLOAT.getNumber())))
                .build();
    }

    private static ValueInfoProto ranked(String name, int axes) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (int axis = 0; axis < axes; axis++) {
            shape.addDimBuilder().setDimParam("open" + axis);
        }
        ValueInfoProto.Builder value = floats(name).toBuilder();
        value.getTypeBuilder().getTensorTypeBuilder().setShape(shape);
        return value.build();
    }

    /** Gives a state of 2 by 3 back as a row; how often it runs is an input. */
    private static ModelProto looping(String name, ValueInfoProto state, String row, ValueInfoProto rows) {
        GraphProto loop = body("step")
                .input("i", INT64)
                .input("go", BOOL)
                .let("go_on", "Identity", "go")
                .let("next", "Tanh", "s")
                .let("of_state", "Identity", "s")
                .let("of_outside", "Exp", "x")
                .output("go_on", BOOL)
                .build()
                .toBuilder()
                .addInput(state)
                .addOutput(floats("next"))
                .addOutput(rows.toBuilder().setName(row))
                .build();
        return model(name)
                .input("x", FLOAT, 2, 3)
                .input("trips", INT64)
                .input("yes", BOOL)
                .let("a", "Abs", "x")
                .add(node("Loop").in("trips", "yes", "a").out("last", "rows").with("body", loop))
                .let("squared", "Mul", "rows", "rows")
                .let("shape", "Shape", "squared")
                .add(node("ReduceSum").in("squared").out("sum").with("keepdims", 0))
                .add(node("ReduceSum").in("last").out("sum_last").with("keepdims", 0))
                .let("y", "Add", "sum", "sum_last")
                .output("y", FLOAT)
                .output("shape", INT64, "axes")
                .build();
    }

    static Stream<ModelProto> loops() {
        return Stream.of(
                looping("bare", floats("s"), "of_state", floats("")),
                looping("rowsOfOpenSizes", floats("s"), "of_state", ranked("", 2)),
                looping("stateOfOpenSizes", ranked("s", 2), "of_state", floats("")),
                looping("fromOutside", floats("s"), "of_outside", floats("")));
    }

    @ParameterizedTest
    @MethodSource("loops")
    void partsRunHoweverOftenTheLoopDoes(ModelProto proto) throws IOException {
        try (OnnxModel whole =
                OnnxModel.load(proto.toByteArray(), proto.getGraph().getName())) {
            SubmodelExporter.export(
                    whole,
                    Partition.of(whole.graph(), operator -> Math.min(operator, 3), 4),
                    directory.resolve("parts"),
                    ExportOptions.DEFAULTS.withDurable(false));
            for (long trips : new long[] {0, 1, 3}) {
                VerificationOptions options =
                        VerificationOptions.DEFAULTS.withInput("trips", LongBuffer.wrap(new long[] {trips}));
                assertThat(SplitVerifier.verify(whole, directory.resolve("parts"), options, ProgressListener.NONE)
                                .identical())
                        .as("%s trips", trips)
                        .isTrue();
            }
        }
    }
}
