package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.DOUBLE;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT16;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT16;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT32;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT8;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.UINT16;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.UINT32;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.UINT64;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.UINT8;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.Verification;
import io.pepper.export.WeightStorage;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadOptions;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.testmodels.BodyBuilder;
import io.pepper.onnx.testmodels.FunctionBuilder;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Values of inputs are followed to the condition of an If: the branch that is opened is the one that ONNX Runtime takes in the file. */
class SetConditionsTest {
    private static final long TO_BOOL = BOOL.getNumber();

    @TempDir
    Path directory;

    private static GraphProto giving(BodyBuilder body, String... outputs) {
        GraphProto.Builder graph = body.build().toBuilder();
        for (String output : outputs) {
            graph.addOutput(ValueInfoProto.newBuilder().setName(output));
        }
        return graph.build();
    }

    private static GraphProto branch(String name, String first, String second) {
        return giving(body(name).let("a", first, "x").let("b", second, "a"), "b");
    }

    /** All in one If on {@code c}, the branches of which compute different things. */
    private static ModelProto deciding(ModelBuilder condition) {
        return condition
                .add(node("If")
                        .named("choice")
                        .in("c")
                        .out("y")
                        .with("then_branch", branch("t", "Exp", "Tanh"))
                        .with("else_branch", branch("e", "Sigmoid", "Neg")))
                .output("y", FLOAT, 2, 4)
                .build();
    }

    private static ModelBuilder flags(String name, Object... shape) {
        return model(name).input("x", FLOAT, 2, 4).input("p", BOOL, shape).input("q", BOOL, shape);
    }

    private static ModelBuilder numbers(String name, DataType type, Object... shape) {
        return model(name)
                .input("x", FLOAT, 2, 4)
                .input("p", type, shape)
                .input("q", type, shape)
                .initializer(Tensors.vector("zero", 0L))
                .initializer(Tensors.vector("one", 1L));
    }

    static Stream<ModelProto> conditions() {
        return Stream.of(
                deciding(flags("and", 1).let("c", "And", "p", "q")),
                deciding(flags("orNot", 1).let("n", "Not", "q").let("c", "Or", "p", "n")),
                deciding(flags("xor").let("c", "Xor", "p", "q")),
                deciding(flags("equalFlags", "k").let("c", "Equal", "p", "q")),
                deciding(flags("selected", 1)
                        .initializer(Tensors.vector("zero", 0L))
                        .initializer(Tensors.vector("one", 1L))
                        .let("w", "Where", "p", "one", "zero")
                        .add(node("Cast").in("q").out("j").with("to", INT64.getNumber()))
                        .add(node("Concat").in("w", "j", "one").out("all").with("axis", 0))
                        .add(node("ReduceMin").in("all").out("m").with("keepdims", 0))
                        .add(node("Cast").in("m").out("c").with("to", TO_BOOL))),
                deciding(numbers("equal", INT64).let("c", "Equal", "p", "one")),
                deciding(numbers("greater", INT32, 1).let("c", "Greater", "p", "q")),
                deciding(numbers("less", FLOAT, 1).let("c", "Less", "p", "q")),
                deciding(numbers("lessOrEqual", DOUBLE, 1).let("c", "LessOrEqual", "p", "q")),
                deciding(numbers("greaterOrEqual", INT64, 1).let("c", "GreaterOrEqual", "p", "q")),
                deciding(numbers("sum", INT64, 1)
                        .let("s", "Add", "p", "q")
                        .let("d", "Mul", "s", "p")
                        .let("c", "Greater", "d", "one")),
                deciding(numbers("gathered", INT64, 3)
                        .let("two", "Add", "one", "one")
                        .add(node("Concat").in("p", "q").out("all").with("axis", 0))
                        .let("third", "Gather", "all", "two")
                        .let("rest", "Slice", "all", "two", "shape", "zero")
                        .let("shape", "Shape", "all")
                        .add(node("ReduceMax").in("rest").out("m"))
                        .let("c0", "Equal", "m", "third")
                        .let("c", "Not", "c0")),
                deciding(numbers("shaped", INT64, 1, 1)
                        .let("minus", "Neg", "one")
                        .let("flat", "Reshape", "p", "minus")
                        .let("first", "Gather", "flat", "zero")
                        .let("bare", "Squeeze", "first")
                        .let("again", "Unsqueeze", "bare", "zero")
                        .add(node("Cast").in("again").out("c").with("to", TO_BOOL))));
    }

    private static ReadOptions setting(String... namesAndValues) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return ReadOptions.DEFAULTS.withInputValues(values);
    }

    private void assertCutAndIdentical(ModelProto proto, ReadOptions options) throws IOException {
        Path target = directory.resolve("parts");
        byte[] bytes = proto.toByteArray();
        String name = proto.getGraph().getName();
        try (OnnxModel set = OnnxModel.load(bytes, name, options);
                OnnxModel whole = OnnxModel.load(bytes, name)) {
            assertThat(set.undecidedIfs()).isEmpty();
            PartitionManifest manifest =
                    SubmodelExporter.export(set, Partitioner.everyCut().partition(set.cuts()), target);
            assertThat(manifest.parts()).hasSizeGreaterThan(1);
            assertThat(SplitVerifier.verify(whole, target).identical())
                    .as("%s %s", name, options.inputValues())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("conditions")
    void theBranchThatIsTakenIsOpened(ModelProto proto) throws IOException {
        try (OnnxModel whole = OnnxModel.load(proto.toByteArray(), "whole")) {
            UndecidedIf undecided = whole.undecidedIfs().get(0);
            assertThat(undecided.isSettable()).isTrue();
            assertThat(undecided.operator()).isEqualTo("choice");
            assertThat(undecided.inputs()).contains("p");
        }
        for (String p : List.of("0", "1")) {
            for (String q : List.of("0", "1")) {
                assertCutAndIdentical(proto, setting("p", p, "q", q));
            }
        }
    }

    @Test
    void oneSideOfAndOrOrMayDecide() throws IOException {
        ModelProto and = deciding(flags("and", 1)
                .let("rows", "Shape", "x")
                .initializer(Tensors.vector("zero", 0L))
                .let("n", "Gather", "rows", "zero")
                .let("some", "Greater", "n", "zero")
                .let("c0", "And", "some", "p")
                .let("c", "Not", "c0"));
        assertCutAndIdentical(and, setting("p", "false"));
        try (OnnxModel open = OnnxModel.load(and.toByteArray(), "and", setting("p", "true"))) {
            assertThat(open.undecidedIfs())
                    .containsExactly(new UndecidedIf(
                            "choice", "c", List.of("x"), List.of("input 'x' (no flag or number)"), false));
        }
    }

    @Test
    void aSetValueReplacesTheValueThatTheFileHas() throws IOException {
        ModelProto proto = deciding(
                model("default").input("x", FLOAT, 2, 4).input("c", BOOL).initializer(Tensors.scalar("c", true)));
        try (OnnxModel whole = OnnxModel.load(proto.toByteArray(), "whole")) {
            assertThat(whole.undecidedIfs()).allMatch(UndecidedIf::isSettable);
        }
        assertCutAndIdentical(proto, setting("c", "false"));
        assertCutAndIdentical(proto, setting("c", "true"));
    }

    @Test
    void aConstantConditionIsDecidedWithoutAValue() throws IOException {
        assertCutAndIdentical(
                deciding(model("constant").input("x", FLOAT, 2, 4).initializer(Tensors.scalar("c", false))),
                ReadOptions.DEFAULTS);
    }

    @Test
    void ifsInFunctionsAreOpened() throws IOException {
        FunctionProto decoder = FunctionBuilder.function("own", "Decoder")
                .opset("", 17)
                .in("data", "mode")
                .out("y")
                .add(node("Constant").out("one").with("value", Tensors.scalar("", 1L)))
                .let("c", "Equal", "mode", "one")
                .add(node("If")
                        .in("c")
                        .out("y")
                        .with(
                                "then_branch",
                                giving(body("t").let("a", "Exp", "data").let("b", "Tanh", "a"), "b"))
                        .with(
                                "else_branch",
                                giving(body("e").let("x", "Neg", "data").let("b", "Exp", "x"), "b")))
                .build();
        FunctionProto around = FunctionBuilder.function("own", "Model")
                .opset("", 17)
                .opset("own", 1)
                .in("data", "mode")
                .out("out")
                .add(node("Decoder").domain("own").in("data", "mode").out("d"))
                .let("out", "Abs", "d")
                .build();
        ModelProto proto = numbers("functions", INT64, 1)
                .opset("own", 1)
                .function(decoder)
                .function(around)
                .add(node("Model").domain("own").in("x", "p").out("y"))
                .output("y", FLOAT, 2, 4)
                .build();
        assertCutAndIdentical(proto, setting("p", "1"));
        assertCutAndIdentical(proto, setting("p", "2"));
    }

    /** A body in the branch defines names that the If and another body have. */
    @Test
    void bodiesKeepApartWhatTheyDefineAndWhatTheyCapture() throws IOException {
        GraphProto loop = giving(
                body("l")
                        .input("i", INT64)
                        .input("go", BOOL)
                        .input("state", FLOAT, 2, 4)
                        .let("gone", "Identity", "go")
                        .let("b_1", "Mul", "state", "b")
                        .let("next", "Tanh", "b_1"),
                "gone",
                "next");
        GraphProto taken = giving(
                body("t")
                        .initializer(Tensors.scalar("times", 3L))
                        .initializer(Tensors.scalar("yes", true))
                        .let("b", "Exp", "x")
                        .add(node("Loop").in("times", "yes", "b").out("last").with("body", loop))
                        .let("sum", "Add", "last", "b"),
                "sum");
        GraphProto other = giving(body("e").let("b", "Neg", "x"), "b");
        ModelBuilder proto = flags("captured")
                .add(node("If").in("p").out("m").with("then_branch", taken).with("else_branch", other))
                .let("n", "Abs", "m")
                .add(node("If")
                        .in("q")
                        .out("y")
                        .with("then_branch", renamedInput(taken))
                        .with("else_branch", other))
                .output("y", FLOAT, 2, 4);
        assertCutAndIdentical(proto.build(), setting("p", "true", "q", "true"));
    }

    /** The same branch, reading what comes before it. */
    private static GraphProto renamedInput(GraphProto branch) {
        GraphProto.Builder renamed = branch.toBuilder();
        renamed.getNodeBuilderList().get(0).setInput(0, "n");
        return renamed.build();
    }

    @Test
    void aDuplicateNameInABranchIsReportedWithItsBranch() {
        ModelProto proto = model("twins")
                .input("x", FLOAT, 2, 4)
                .input("c", BOOL)
                .add(node("If")
                        .named("choice")
                        .in("c")
                        .out("y")
                        .with(
                                "then_branch",
                                giving(body("t").let("a", "Exp", "x").let("a", "Neg", "x"), "a"))
                        .with("else_branch", branch("e", "Sigmoid", "Neg")))
                .output("y", FLOAT, 2, 4)
                .build();
        assertThatThrownBy(() -> OnnxModel.load(proto.toByteArray(), "twins", setting("c", "true")))
                .isInstanceOf(MalformedModelException.class)
                .hasMessage("twins: then_branch of If 'choice': tensor 'a' has two producers");
    }

    @ParameterizedTest
    @CsvSource({
        "BOOL, 2, takes true or false",
        "INT64, true, 'takes a number: 1 for true, 0 for false'",
        "INT64, 1.5, takes a whole number of -9223372036854775808 to 9223372036854775807",
        "INT8, 300, takes a whole number of -128 to 127",
        "UINT8, -1, takes a whole number of 0 to 255",
        "UINT64, 18446744073709551616, takes a whole number of 0 to 18446744073709551615",
        "INT32, 1e999999999, takes a number of fewer digits",
        "FLOAT, 1e40, takes a number of at most 3.4028234663852886E38",
        "FLOAT, NaN, takes a number",
        "DOUBLE, 1e309, takes a number of at most 1.7976931348623157E308",
        "DOUBLE, yes, takes a number"
    })
    void valuesOutsideOfTheTypeAreRefusedByName(DataType type, String value, String takes) {
        ModelProto proto = deciding(model("typed")
                .input("x", FLOAT, 2, 4)
                .input("p", type, 1)
                .add(node("Cast").in("p").out("c").with("to", TO_BOOL)));
        assertThatThrownBy(() -> OnnxModel.load(proto.toByteArray(), "typed", setting("p", value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + value + "' is not a value for input 'p' of type "
                        + type.name().toLowerCase(Locale.ROOT) + ", which " + takes);
    }

    @Test
    void typesThatCannotBeSetAreRefusedByName() {
        ModelProto proto = deciding(model("half").input("x", FLOAT, 2, 4).input("c", FLOAT16, 1));
        assertThatThrownBy(() -> OnnxModel.load(proto.toByteArray(), "half", setting("c", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "input 'c' is of type float16; only truth values, integers of 8 to 64 bits, float and double"
                                + " can be set");
    }

    private static GraphProto halves(String name, String first, String second) {
        BodyBuilder half = body(name);
        half.initializer(Tensors.halves(name + "_w", half.random(), 64, 64))
                .let("a", "MatMul", "x", name + "_w")
                .let("b", first, "a")
                .let("c", "Mul", "b", "a")
                .let("d", second, "c")
                .let("e", "Add", "d", "a")
                .let("f", "MatMul", "e", name + "_w");
        return giving(half, "f");
    }

    @Test
    void halvesAreRoundedWithinTheBranchThatIsTaken() throws IOException {
        ModelProto proto = model("halves")
                .input("x", FLOAT16, 8, 64)
                .input("choice", BOOL)
                .add(node("If")
                        .in("choice")
                        .out("y")
                        .with("then_branch", halves("t", "Tanh", "Sigmoid"))
                        .with("else_branch", halves("e", "Sigmoid", "Tanh")))
                .output("y", FLOAT16, 8, 64)
                .build();
        for (String value : List.of("true", "false")) {
            try (OnnxModel set = OnnxModel.load(proto.toByteArray(), "halves", setting("choice", value));
                    OnnxModel whole = OnnxModel.load(proto.toByteArray(), "halves")) {
                SubmodelExporter.export(set, Partitioner.everyCut().partition(set.cuts()), directory.resolve(value));
                for (OnnxModel model : List.of(set, whole)) {
                    Verification found = SplitVerifier.verify(model, directory.resolve(value));
                    assertThat(found.passed()).as("%s", found).isTrue();
                    assertThat(found.identical()).as("else this shows nothing").isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(WeightStorage.class)
    void weightsOfABranchMayStandInADataFile(WeightStorage storage) throws IOException {
        Path files = Files.createDirectories(directory.resolve("model"));
        ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 16; i++) {
            bytes.putFloat(i * 0.1F - 0.7F);
        }
        Files.write(files.resolve("weights.bin"), bytes.array());
        TensorProto outside = TensorProto.newBuilder()
                .setName("w")
                .setDataType(FLOAT.getNumber())
                .addDims(4)
                .addDims(4)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("location").setValue("weights.bin"))
                .build();
        ModelProto proto = flags("files", 1)
                .let("c", "And", "p", "q")
                .add(node("If")
                        .in("c")
                        .out("y")
                        .with(
                                "then_branch",
                                giving(
                                        body("t")
                                                .initializer(outside)
                                                .let("a", "MatMul", "x", "w")
                                                .let("b", "Tanh", "a"),
                                        "b"))
                        .with("else_branch", branch("e", "Sigmoid", "Neg")))
                .output("y", FLOAT, 2, 4)
                .build();
        Path file = Files.write(files.resolve("files.onnx"), proto.toByteArray());
        try (OnnxModel set = OnnxModel.load(file, setting("p", "true", "q", "true"));
                OnnxModel whole = OnnxModel.load(file)) {
            Path target = files.resolve("parts");
            Path place = storage == WeightStorage.REFERENCE ? files : target;
            SubmodelExporter.export(
                    set,
                    Partitioner.everyCut().partition(set.cuts()),
                    place,
                    ExportOptions.DEFAULTS.withWeights(storage));
            assertThat(SplitVerifier.verify(whole, place).identical()).isTrue();
            assertThat(SplitVerifier.verify(set, place).identical()).isTrue();
        }
    }

    static Stream<DataType> settable() {
        return Stream.of(INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64, FLOAT, DOUBLE, BOOL);
    }

    @ParameterizedTest
    @MethodSource("settable")
    void oneAndZeroAreValuesOfEachType(DataType type) throws IOException {
        ModelProto proto = deciding(model("typed")
                .input("x", FLOAT, 2, 4)
                .input("p", type, "n")
                .add(node("Cast").in("p").out("c").with("to", TO_BOOL)));
        assertCutAndIdentical(proto, setting("p", "1"));
        assertCutAndIdentical(proto, setting("p", "0"));
    }
}
