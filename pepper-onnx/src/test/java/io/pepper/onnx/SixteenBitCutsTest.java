package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT16;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.export.ExportOptions;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.Verification;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.BodyBuilder;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.Partition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors of 16-bit floating point that cross cuts are rounded for those that read them there, and for nobody else. */
class SixteenBitCutsTest {
    private static final int ROUNDS = 60;

    @TempDir
    Path directory;

    private Verification verify(ModelProto proto, IntUnaryOperator part, int parts) throws IOException {
        Path target = directory.resolve(proto.getGraph().getName());
        try (OnnxModel model =
                OnnxModel.load(proto.toByteArray(), proto.getGraph().getName())) {
            SubmodelExporter.export(
                    model, Partition.of(model.graph(), part, parts), target, ExportOptions.DEFAULTS.withDurable(false));
            return SplitVerifier.verify(model, target);
        }
    }

    private static ModelBuilder halves(String name) {
        ModelBuilder builder = model(name).input("x", FLOAT16, 8, 64);
        for (String weight : List.of("w", "w2")) {
            builder.initializer(Tensors.halves(weight, builder.random(), 64));
        }
        return builder;
    }

    private static void assertExplained(Verification answer) {
        assertThat(answer.passed()).as("%s", answer).isTrue();
        assertThat(answer.identical())
                .as("else the case shows nothing: %s", answer)
                .isFalse();
        assertThat(answer.outputs()).allMatch(Verification.OutputComparison::passed);
        assertThat(answer.warnings()).anyMatch(warning -> warning.contains("16-bit floating point"));
    }

    /** The part that makes t reads it, too. */
    @Test
    void partsPassWithATensorReadOnBothSidesOfTheCut() throws IOException {
        assertExplained(verify(residual("both").output("y", FLOAT16, 8, 64).build(), operator -> operator / 2, 2));
    }

    private static ModelBuilder residual(String name) {
        return halves(name)
                .let("t", "Mul", "x", "w")
                .let("u", "Exp", "t")
                .let("v", "Add", "t", "u")
                .let("y", "Mul", "v", "w2");
    }

    /** Two cuts, and t and u cross both. */
    @Test
    void partsPassWithTensorsThatSeveralPartsRead() throws IOException {
        ModelProto several = residual("several")
                .let("a", "Mul", "t", "u")
                .let("b", "Tanh", "a")
                .let("c", "Sub", "b", "t")
                .let("z", "Mul", "c", "u")
                .output("y", FLOAT16, 8, 64)
                .output("z", FLOAT16, 8, 64)
                .build();
        assertExplained(verify(several, operator -> operator / 2, 4));
    }

    @Test
    void partsPassWithACutTensorThatIsAnOutputOfTheModel() throws IOException {
        ModelProto both = residual("output")
                .output("t", FLOAT16, 8, 64)
                .output("y", FLOAT16, 8, 64)
                .output("u", FLOAT16, 8, 64)
                .build();
        assertExplained(verify(both, operator -> operator / 2, 2));
    }

    /** The operators around the bodies read it, too: within bodies ONNX Runtime rounds by itself. */
    @Test
    void partsPassWithATensorThatABodyInAnotherPartReads() throws IOException {
        BodyBuilder captures = body("captures").let("s", "Add", "t", "u").output("s", FLOAT16, 8, 64);
        BodyBuilder shadows = body("shadows").let("t_", "Exp", "u").output("t_", FLOAT16, 8, 64);
        ModelProto branch = halves("branch")
                .input("yes", BOOL)
                .let("t", "Mul", "x", "w")
                .let("u", "Exp", "t")
                .add(node("If")
                        .in("yes")
                        .out("v")
                        .with("then_branch", captures.build())
                        .with("else_branch", shadows.build()))
                .let("y", "Mul", "v", "t")
                .output("y", FLOAT16, 8, 64)
                .build();
        assertExplained(verify(branch, operator -> operator / 2, 2));
        BodyBuilder adds = body("adds")
                .input("i", INT64)
                .input("go", BOOL)
                .input("sum", FLOAT16, 8, 64)
                .let("on", "Identity", "go")
                .let("p", "Mul", "t", "u")
                .let("more", "Add", "sum", "p")
                .output("on", BOOL)
                .output("more", FLOAT16, 8, 64);
        ModelProto loop = halves("loop")
                .initializer(Tensors.scalar("trip", 3L))
                .initializer(Tensors.scalar("true", true))
                .let("t", "Mul", "x", "w")
                .let("u", "Exp", "t")
                .add(node("Loop").in("trip", "true", "x").out("v").with("body", adds.build()))
                .let("y", "Mul", "v", "t")
                .output("y", FLOAT16, 8, 64)
                .build();
        assertExplained(verify(loop, operator -> operator / 2, 2));
    }

    /** A real difference is none of rounding. */
    @Test
    void aWrongPartIsStillFound() throws IOException {
        ModelProto right = residual("right").output("y", FLOAT16, 8, 64).build();
        verify(right, operator -> operator / 2, 2);
        Path part = directory.resolve("right").resolve("right_part2.onnx");
        ModelProto second = ModelProto.parseFrom(Files.readAllBytes(part));
        ModelProto.Builder wrong = second.toBuilder();
        wrong.getGraphBuilder().getNodeBuilder(0).setOpType("Sub");
        Files.write(part, wrong.build().toByteArray());
        try (OnnxModel model = OnnxModel.load(right.toByteArray(), "right")) {
            Verification answer = SplitVerifier.verify(model, directory.resolve("right"));
            assertThat(answer.passed()).isFalse();
            assertThat(answer.differs()).isTrue();
        }
    }

    /** Random chains and residuals of operators with and without 16-bit kernels, divided anywhere. */
    @Test
    void partsOfRandomModelsPass() throws IOException {
        Random random = new Random(23);
        int rounded = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int operators = 4 + random.nextInt(9);
            ModelProto model = random("random" + round, operators, random);
            int[] ends = IntStream.generate(() -> 1 + random.nextInt(operators - 1))
                    .limit(1 + random.nextInt(3))
                    .distinct()
                    .sorted()
                    .toArray();
            Verification answer = verify(
                    model,
                    operator -> (int)
                            IntStream.of(ends).filter(end -> end <= operator).count(),
                    ends.length + 1);
            assertThat(answer.passed()).as("round %d: %s", round, answer).isTrue();
            rounded += answer.identical() ? 0 : 1;
        }
        assertThat(rounded).as("models that show something").isGreaterThan(ROUNDS / 4);
    }

    private static ModelProto random(String name, int operators, Random random) {
        ModelBuilder builder = halves(name).initializer(Tensors.vector("shape", 8L, 64L));
        List<String> there = new ArrayList<>(List.of("x"));
        for (int i = 0; i < operators; i++) {
            String output = "t" + i;
            String last = there.get(there.size() - 1);
            String other = there.get(random.nextInt(there.size()));
            switch (random.nextInt(7)) {
                case 0 -> builder.let(output, "Mul", last, random.nextBoolean() ? "w" : "w2");
                case 1 -> builder.let(output, "Add", last, other);
                case 2 -> builder.let(output, "Tanh", last);
                case 3 -> builder.let(output, "Sigmoid", last);
                case 4 -> builder.let(output, "Reshape", last, "shape");
                case 5 -> builder.let(output, "Sub", other, last);
                default -> builder.let(output, "Identity", last);
            }
            there.add(output);
        }
        return builder.output("t" + (operators - 1), FLOAT16, 8, 64).build();
    }
}
