package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT32;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.WeightStorage;
import io.pepper.model.InputShapes;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.testmodels.BodyBuilder;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a model states of sizes may not hold: its parts run wherever it does itself, and no shape repeats it. */
class StatedSizesTest {
    @TempDir
    private Path directory;

    /** A chain of four operators over [n, 4], the tensors between them named a, b and c. */
    private static ModelBuilder chain(Object... input) {
        return model("chain")
                .input("x", FLOAT, input)
                .let("a", "Relu", "x")
                .let("b", "Exp", "a")
                .let("c", "Sigmoid", "b")
                .let("y", "Tanh", "c");
    }

    private static ModelBuilder chain() {
        return chain("N", 4).output("y", FLOAT, "N", 4);
    }

    private static Map<String, float[]> run(List<byte[]> models, Map<String, OnnxTensor> given) throws OrtException {
        Map<String, OnnxTensor> tensors = new HashMap<>(given);
        Map<String, float[]> answers = new HashMap<>();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        for (byte[] bytes : models) {
            try (OrtSession session = environment.createSession(bytes)) {
                Map<String, OnnxTensor> inputs = new HashMap<>(tensors);
                inputs.keySet().retainAll(session.getInputNames());
                OrtSession.Result result = session.run(inputs);
                for (Map.Entry<String, OnnxValue> output : result) {
                    OnnxTensor tensor = (OnnxTensor) output.getValue();
                    tensors.put(output.getKey(), tensor);
                    float[] values = new float[tensor.getFloatBuffer().remaining()];
                    tensor.getFloatBuffer().get(values);
                    answers.put(output.getKey(), values);
                }
            }
        }
        return answers;
    }

    private static OnnxTensor floats(long... shape) throws OrtException {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        FloatBuffer values = FloatBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            values.put(i, i * 0.37f - 1);
        }
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), values, shape);
    }

    /** Divides at every cut, runs the parts one after the other and the whole, and compares; the manifest's notes. */
    private List<String> assertPartsRun(ModelProto whole, Map<String, OnnxTensor> inputs) throws Exception {
        return assertPartsRun(whole, inputs, WeightStorage.INLINE);
    }

    private List<String> assertPartsRun(ModelProto whole, Map<String, OnnxTensor> inputs, WeightStorage weights)
            throws Exception {
        Path file = Parts.save(directory.resolve("model"), "whole", whole);
        Path target = directory.resolve("parts" + System.identityHashCode(whole));
        try (OnnxModel model = OnnxModel.load(file)) {
            Partition partition = Partitioner.everyCut().partition(model.cuts());
            assertThat(partition.segments()).hasSizeGreaterThan(1);
            ExportOptions options = ExportOptions.DEFAULTS.withWeights(weights);
            PartitionManifest manifest = SubmodelExporter.export(
                    model, partition, weights == WeightStorage.REFERENCE ? directory : target, options);
            Path written = weights == WeightStorage.REFERENCE ? directory : target;
            Map<String, float[]> expected = run(List.of(whole.toByteArray()), inputs);
            Map<String, float[]> found = run(
                    Parts.read(written, manifest).stream()
                            .map(ModelProto::toByteArray)
                            .toList(),
                    inputs);
            assertThat(expected).isNotEmpty();
            expected.forEach((name, values) -> assertThat(found.get(name)).containsExactly(values));
            return manifest.notes();
        }
    }

    private static String shape(ModelProto proto, InputShapes sizes, String tensor) throws IOException {
        try (OnnxModel model = Parts.load("shapes", proto)) {
            return model.shapes(sizes).of(tensor).toString();
        }
    }

    @ParameterizedTest
    @EnumSource(WeightStorage.class)
    void aStaleBatchIsNotStated(WeightStorage weights) throws Exception {
        ModelProto stale = chain().valueInfo("a", FLOAT, 1, 4).build();
        List<String> notes = assertPartsRun(stale, Map.of("x", floats(3, 4)), weights);
        assertThat(notes).containsExactly("the model states a: float[1,4]; parts state float[N,4]");
        assertThat(shape(stale, InputShapes.NONE, "a")).isEqualTo("a: float[N,4]");
        assertThat(shape(stale, InputShapes.NONE.withDimension("N", 3), "a")).isEqualTo("a: float[3,4]");
    }

    @Test
    void aStaleRankIsNotStated() throws Exception {
        ModelProto stale =
                chain().valueInfo("a", FLOAT, 1, 4, 1).valueInfo("c", FLOAT).build();
        assertThat(assertPartsRun(stale, Map.of("x", floats(3, 4))))
                .startsWith(
                        "the model states a: float[1,4,1], ONNX Runtime infers float[N,4]; parts state float",
                        "the model states c: float[], ONNX Runtime infers float[N,4]; parts state float");
        assertThat(shape(stale, InputShapes.NONE, "a")).isEqualTo("a: float[N,4]");
        assertThat(shape(stale, InputShapes.NONE, "c")).isEqualTo("c: float[N,4]");
    }

    @Test
    void sizesWithoutANameAreAsOpen() throws Exception {
        ModelProto stale = chain("?", 4)
                .valueInfo("a", FLOAT, 1, 4)
                .valueInfo("b", FLOAT, 1, 4)
                .output("y", FLOAT, 1, 4)
                .build();
        assertThat(assertPartsRun(stale, Map.of("x", floats(2, 4)))).hasSize(3);
        assertThat(shape(stale, InputShapes.NONE, "b")).isEqualTo("b: float[?,4]");
    }

    @Test
    void reshapedTensorsOfOpenSizesHaveOpenSizes() throws Exception {
        ModelProto stale = chain().initializer(longs("all", -1, 2))
                .let("r", "Reshape", "y", "all")
                .let("z", "Relu", "r")
                .valueInfo("r", FLOAT, 2, 2)
                .output("z", FLOAT, 2, 2)
                .build();
        assertPartsRun(stale, Map.of("x", floats(3, 4)));
        assertThat(shape(stale, InputShapes.NONE, "r")).isEqualTo("r: float[?,2]");
    }

    private static TensorProto longs(String name, long... values) {
        var tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addDims(values.length);
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        return tensor.build();
    }

    @Test
    void aScalarInputMayBeGivenAnything() throws Exception {
        assertPartsRun(chain(new Object[0]).output("y", FLOAT).build(), Map.of("x", floats(3, 4)));
    }

    @Test
    void statementsThatContradictOneAnotherAreNotStated() throws Exception {
        ModelProto stale = chain().valueInfo("a", FLOAT, 1, 4)
                .valueInfo("a", FLOAT, "N", 4)
                .valueInfo("b", FLOAT, "N", 4)
                .valueInfo("b", FLOAT, 2, 2, 2)
                .valueInfo("x", FLOAT, 7, 7)
                .build();
        List<String> notes = assertPartsRun(stale, Map.of("x", floats(3, 4)));
        assertThat(notes)
                .startsWith(
                        "the model states a: float[1,4] and a: float[N,4]; parts state float[N,4]",
                        "the model states b: float[N,4] and b: float[2,2,2], ONNX Runtime infers float[N,4]; parts state float");
    }

    @Test
    void partsRunAlthoughOutputsAreStatedWrongly() throws Exception {
        for (Object[] wrong : List.of(new Object[0], new Object[] {1, 4}, new Object[] {1, 4, 1})) {
            ModelProto stale = chain("N", 4).output("y", FLOAT, wrong).build();
            assertPartsRun(stale, Map.of("x", floats(3, 4)));
            ModelProto early = chain("N", 4)
                    .output("b", FLOAT, wrong)
                    .output("y", FLOAT, "N", 4)
                    .build();
            assertPartsRun(early, Map.of("x", floats(3, 4)));
        }
    }

    @Test
    void whereBothAreFixedNeitherIsStatedToParts() throws Exception {
        ModelProto stale =
                chain(3, 4).valueInfo("a", FLOAT, 1, 4).output("y", FLOAT, 3, 4).build();
        assertThat(assertPartsRun(stale, Map.of("x", floats(3, 4))))
                .contains("the model states a: float[1,4], ONNX Runtime infers float[3,4]; parts state float[?,4]");
        assertThat(shape(stale, InputShapes.NONE, "a"))
                .as("ONNX's own operators are inferred well")
                .isEqualTo("a: float[3,4]");
    }

    @Test
    void sizesInsideOfBodiesAreNotBelieved() throws Exception {
        BodyBuilder step = body("step")
                .input("i", INT64)
                .input("go", BOOL)
                .input("s", FLOAT, 1, 4)
                .let("go_on", "Identity", "go")
                .let("inner", "Sigmoid", "s")
                .let("s_out", "Exp", "inner")
                .valueInfo("inner", FLOAT, 1, 4)
                .output("go_on", BOOL)
                .output("s_out", FLOAT, 1, 4);
        ModelProto whole = model("looping")
                .input("x", FLOAT, "N", 4)
                .initializer(longs("trips", 3))
                .let("a", "Relu", "x")
                .add(node("Loop").in("trips", "", "a").out("b").with("body", step.build()))
                .let("y", "Relu", "b")
                .output("y", FLOAT)
                .build();
        assertPartsRun(whole, Map.of("x", floats(3, 4)));
        assertThat(shape(whole, InputShapes.NONE, "y")).doesNotContain("[1,");
        assertThat(shape(whole, InputShapes.NONE.withDimension("N", 3), "y")).isEqualTo("y: float[3,4]");
    }

    @Test
    void notesAreBounded() throws Exception {
        ModelBuilder builder = model("many").input("x", FLOAT, "N", 4);
        String last = "x";
        for (int i = 0; i < 40; i++) {
            builder.let("t" + i, "Relu", last).valueInfo("t" + i, FLOAT, 1, 4);
            last = "t" + i;
        }
        ModelProto stale =
                builder.let("y", "Relu", last).output("y", FLOAT, "N", 4).build();
        List<String> notes = assertPartsRun(stale, Map.of("x", floats(3, 4)));
        assertThat(notes)
                .hasSize(11)
                .last()
                .isEqualTo("of 30 more tensors the model states sizes that are not certain");
    }

    @Test
    void einsumWithASizeOfOneIsNotAsInferred() throws Exception {
        for (String equation : List.of("bij,bjk->bik", "...ij,...jk->...ik", "bij,bjk", "bij,bjk->kib")) {
            ModelProto whole = model("einsum")
                    .input("x", FLOAT, 1, 3, 2)
                    .input("z", FLOAT, 2, 2, 4)
                    .add(node("Einsum").in("x", "z").out("e").with("equation", equation))
                    .let("o", "Relu", "e")
                    .let("y", "Exp", "o")
                    .output("y", FLOAT, "p", "q", "r")
                    .build();
            assertPartsRun(whole, Map.of("x", floats(1, 3, 2), "z", floats(2, 2, 4)));
            String expected =
                    switch (equation) {
                        case "bij,bjk->kib" -> "y: float[4,3,2]";
                        case "bij,bjk" -> "y: float[3,4]";
                        default -> "y: float[2,3,4]";
                    };
            assertThat(shape(whole, InputShapes.NONE, "y")).isEqualTo(expected);
        }
    }

    @Test
    void chainsOfEinsumsAreNotAsInferred() throws Exception {
        ModelBuilder builder = model("einsums").input("x", FLOAT, 1, 3, 3).input("z", FLOAT, 2, 3, 3);
        builder.add(node("Einsum").in("x", "z").out("e0").with("equation", "bij,bjk->bik"))
                .let("r0", "Relu", "e0");
        for (int i = 1; i < 7; i++) {
            builder.input("w" + i, FLOAT, 1, 3, 3)
                    .add(node("Einsum").in("w" + i, "r" + (i - 1)).out("e" + i).with("equation", "bij,bjk->bik"))
                    .let("r" + i, "Relu", "e" + i);
        }
        ModelProto whole = builder.output("r6", FLOAT, "p", "q", "r").build();
        Map<String, OnnxTensor> inputs = new HashMap<>(Map.of("x", floats(1, 3, 3), "z", floats(2, 3, 3)));
        for (int i = 1; i < 7; i++) {
            inputs.put("w" + i, floats(1, 3, 3));
        }
        assertPartsRun(whole, inputs);
        assertThat(shape(whole, InputShapes.NONE, "r6")).isIn("r6: float[2,3,3]", "r6: float", "r6: float[?,3,3]");
    }

    @Test
    void slopesOfPReluMayBeLargerThanWhatTheyApplyTo() throws Exception {
        ModelProto whole = model("slopes")
                .input("x", FLOAT, 3, 1, 5)
                .input("s", FLOAT, 3, 4, 5)
                .let("p", "PRelu", "x", "s")
                .let("o", "Relu", "p")
                .let("y", "Exp", "o")
                .output("y", FLOAT, "a", "b", "c")
                .build();
        assertPartsRun(whole, Map.of("x", floats(3, 1, 5), "s", floats(3, 4, 5)));
        assertThat(shape(whole, InputShapes.NONE, "y")).isEqualTo("y: float[3,4,5]");
    }

    /** Attention over a past of 4 and 8 more, whose length is computed from the mask's. */
    private static ModelBuilder generator(Object total) {
        return model("generator")
                .opset("com.microsoft", 1)
                .input("mask", INT64, 1, total)
                .input("q", FLOAT, 1, 8, 32)
                .input("k", FLOAT, 1, 8, 16)
                .input("v", FLOAT, 1, 8, 16)
                .input("pk", FLOAT, 1, 2, 4, 8)
                .input("pv", FLOAT, 1, 2, 4, 8)
                .initializer(longs("second", 1))
                .initializer(longs("one", 1))
                .let("lengths", "Shape", "mask")
                .let("length", "Gather", "lengths", "second")
                .let("before", "Sub", "length", "one")
                .add(node("Cast").in("length").out("total").with("to", INT32.getNumber()))
                .add(node("Cast").in("before").out("ends").with("to", INT32.getNumber()))
                .add(node("GroupQueryAttention")
                        .domain("com.microsoft")
                        .in("q", "k", "v", "pk", "pv", "ends", "total")
                        .out("o", "prk", "prv")
                        .with("num_heads", 4)
                        .with("kv_num_heads", 2))
                .let("r", "Relu", "prk")
                .let("s", "Exp", "r")
                .let("y", "Tanh", "s");
    }

    @Test
    void resultsOfAttentionHaveTheComputedLength() throws Exception {
        ModelProto open =
                generator("total").output("y", FLOAT, 1, 2, "total", 8).build();
        try (OnnxModel model = Parts.load("generator", open)) {
            TensorShapes twelve = model.shapes(InputShapes.NONE.withDimension("total", 12));
            assertThat(twelve.of("y")).hasToString("y: float[1,2,12,8]");
            assertThat(model.costs(twelve).characteristics().macs()).hasValue(8 * 12 * 64);
            assertThat(model.shapes().of("prk").toString()).doesNotContain(",4,8");
        }
        OnnxTensor mask = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new long[1][12]);
        Map<String, OnnxTensor> inputs = new HashMap<>(Map.of("mask", mask, "q", floats(1, 8, 32)));
        inputs.putAll(Map.of("k", floats(1, 8, 16), "v", floats(1, 8, 16)));
        inputs.putAll(Map.of("pk", floats(1, 2, 4, 8), "pv", floats(1, 2, 4, 8)));
        assertPartsRun(open, inputs);
    }
}
