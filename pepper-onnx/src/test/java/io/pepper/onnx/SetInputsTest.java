package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.document.InvalidFileException;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.testmodels.BodyBuilder;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A model all in one If is cut inside of the branch that a set input takes, and the parts compute what the file computes for its value. */
class SetInputsTest {
    @TempDir
    Path directory;

    private static GraphProto giving(BodyBuilder body, String... outputs) {
        GraphProto.Builder graph = body.build().toBuilder();
        for (String output : outputs) {
            graph.addOutput(ValueInfoProto.newBuilder().setName(output));
        }
        return graph.build();
    }

    /** Two branches that use the same names, which the graph around them has, too. */
    private static ModelProto sameNames() {
        return model("same")
                .input("x", FLOAT, 2, 4)
                .input("choice", BOOL, 1)
                .let("h", "Relu", "x")
                .add(node("If")
                        .in("choice")
                        .out("y", "z")
                        .with(
                                "then_branch",
                                giving(
                                        body("t")
                                                .linear("a", "h", 4, 4)
                                                .let("b", "Exp", "a")
                                                .let("c", "Tanh", "b"),
                                        "c",
                                        "b"))
                        .with(
                                "else_branch",
                                giving(
                                        body("e")
                                                .linear("a", "h", 4, 4)
                                                .let("b", "Tanh", "a")
                                                .let("c", "Exp", "b"),
                                        "c",
                                        "b")))
                .let("a", "Neg", "y")
                .output("a", FLOAT, 2, 4)
                .output("z", FLOAT, 2, 4)
                .build();
    }

    /** One condition in another, and one that is the opposite; a Loop that captures what is renamed. */
    private static ModelProto nested() {
        GraphProto loop = giving(
                body("l")
                        .input("i", INT64)
                        .input("go", BOOL)
                        .input("state", FLOAT, 2, 4)
                        .let("gone", "Identity", "go")
                        .let("next", "Add", "state", "b"),
                "gone",
                "next");
        GraphProto inner = giving(
                body("i")
                        .let("b", "Exp", "h")
                        .initializer(Tensors.scalar("times", 3L))
                        .initializer(Tensors.scalar("yes", true))
                        .add(node("Loop").in("times", "yes", "b").out("last").with("body", loop)),
                "last");
        GraphProto other = giving(body("o").let("n", "Neg", "h"), "n");
        GraphProto outer = giving(
                body("u")
                        .let("opposite", "Not", "flag")
                        .let("h", "Sigmoid", "a")
                        .add(node("If")
                                .in("opposite")
                                .out("w")
                                .with("then_branch", other)
                                .with("else_branch", inner)),
                "w");
        return model("nested")
                .input("x", FLOAT, 2, 4)
                .input("choice", INT64, 1)
                .add(node("Cast").in("choice").out("flag").with("to", BOOL.getNumber()))
                .let("a", "Relu", "x")
                .add(node("If")
                        .in("flag")
                        .out("y")
                        .with("then_branch", outer)
                        .with("else_branch", giving(body("v").let("w", "Tanh", "a"), "w")))
                .add(node("If")
                        .in("flag")
                        .out("again")
                        .with(
                                "then_branch",
                                giving(body("p").let("b", "Exp", "y").let("w", "Tanh", "b"), "w"))
                        .with(
                                "else_branch",
                                giving(body("q").let("b", "Neg", "y").let("w", "Exp", "b"), "w")))
                .let("end", "Exp", "again")
                .output("end", FLOAT, 2, 4)
                .build();
    }

    /** Branches that hand on what they capture. */
    private static ModelProto passingOn() {
        return model("passing")
                .input("x", FLOAT, 2, 4)
                .input("choice", BOOL)
                .let("h", "Relu", "x")
                .add(node("If")
                        .in("choice")
                        .out("y", "z")
                        .with(
                                "then_branch",
                                giving(body("t").let("a", "Exp", "h").let("same", "Identity", "h"), "a", "same"))
                        .with(
                                "else_branch",
                                giving(body("e").let("a", "Tanh", "h").let("same", "Identity", "h"), "same", "a")))
                .let("end", "Sum", "y", "z")
                .output("end", FLOAT, 2, 4)
                .build();
    }

    static Stream<ModelProto> models() {
        return Stream.of(sameNames(), nested(), passingOn());
    }

    private static OnnxModel open(ModelProto proto, String value) throws IOException {
        return OnnxModel.load(
                proto.toByteArray(),
                proto.getGraph().getName(),
                ReadOptions.DEFAULTS.withInputValues(Map.of("choice", value)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void partsComputeWhatTheFileComputesForEachValue(ModelProto proto) throws IOException {
        boolean number = proto.getGraph().getInput(1).getType().getTensorType().getElemType() == INT64.getNumber();
        for (String value : number ? List.of("1", "0") : List.of("true", "false")) {
            Path target = directory.resolve(value);
            try (OnnxModel model = open(proto, value);
                    OnnxModel whole = OnnxModel.load(proto.toByteArray(), model.name())) {
                assertThat(model.inputs()).extracting(TensorInfo::name).containsExactly("x");
                assertThat(model.undecidedIfs()).isEmpty();
                assertThat(whole.undecidedIfs())
                        .allMatch(UndecidedIf::isSettable)
                        .allMatch(undecided -> undecided.inputs().equals(List.of("choice")));
                PartitionManifest manifest =
                        SubmodelExporter.export(model, Partitioner.everyCut().partition(model.cuts()), target);
                assertThat(manifest.parts().size()).isGreaterThan(1);
                assertThat(manifest.inputValues()).isEqualTo(Map.of("choice", value));
                assertThat(SplitVerifier.verify(whole, target).identical())
                        .as("the file itself, given the value")
                        .isTrue();
                assertThat(SplitVerifier.verify(model, target).identical()).isTrue();
            }
        }
    }

    @Test
    void inputsThatCannotBeSetAreRefusedByName() {
        ModelProto proto = sameNames();
        assertThatThrownBy(() -> open(proto, "7"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'7' is not a value for input 'choice' of type bool, which takes true or false");
        assertThatThrownBy(() -> OnnxModel.load(
                        proto.toByteArray(), "same", ReadOptions.DEFAULTS.withInputValues(Map.of("choise", "true"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no input 'choise' to set; the model has [x, choice]");
    }

    /** A manifest is a file like others: what it says of inputs is checked against the model, and it is named. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "choice | 7 | '7' is not a value for input 'choice' of type bool",
                "choice | `` | '' is not a value for input 'choice'",
                "choise | true | has no input 'choise', only [x, choice]",
                "a | 1 | has no input 'a'",
                "x | NaN | 'NaN' is not a value for input 'x' of type float",
                "x | 1e39 | '1e39' is not a value for input 'x' of type float",
                "x | 1e999999999 | '1e999999999' is not a value for input 'x'"
            })
    void aForgedValueOfAManifestIsRefusedByItsFile(String input, String value, String said) throws IOException {
        try (OnnxModel model = open(sameNames(), "true");
                OnnxModel whole = OnnxModel.load(sameNames().toByteArray(), "same")) {
            SubmodelExporter.export(model, Partitioner.everyCut().partition(model.cuts()), directory);
            Path file = directory.resolve(PartitionManifest.FILE_NAME);
            String sound = Files.readString(file);
            String forged = sound.replaceFirst(
                    "\"name\" : \"choice\",\\s*\"value\" : \"true\"",
                    "\"name\" : \"" + input + "\", \"value\" : \"" + value + "\"");
            assertThat(forged).isNotEqualTo(sound);
            Files.writeString(file, forged);
            assertThatThrownBy(() -> SplitVerifier.verify(whole, directory))
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageStartingWith(file + ": inputValues: ")
                    .hasMessageContaining(said);
        }
    }

    @Test
    void anInputThatAManifestSetsTwiceIsRefused() throws IOException {
        try (OnnxModel model = open(sameNames(), "true")) {
            SubmodelExporter.export(model, Partitioner.everyCut().partition(model.cuts()), directory);
            Path file = directory.resolve(PartitionManifest.FILE_NAME);
            String sound = Files.readString(file);
            String forged = sound.replaceFirst(
                    "\"inputValues\" : \\[", "\"inputValues\" : [ {\"name\" : \"choice\", \"value\" : \"false\"}, ");
            assertThat(forged).isNotEqualTo(sound);
            Files.writeString(file, forged);
            assertThatThrownBy(() -> PartitionManifest.read(directory))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageStartingWith(file + ":")
                    .hasMessageEndingWith(": inputValues[1].name: 'choice' is there twice");
        }
    }
}
