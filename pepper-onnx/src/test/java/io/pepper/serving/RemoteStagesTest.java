package io.pepper.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import io.pepper.export.PartitionManifest;
import io.pepper.model.Dimension;
import io.pepper.model.ElementType;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.TestInputs;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.session.ModelSession;
import io.pepper.session.PartitionedSession;
import io.pepper.session.PipelineSession;
import io.pepper.session.Stage;
import io.pepper.session.internal.TensorCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts on servers answer as in this process, bit by bit, by gRPC and by REST. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RemoteStagesTest {
    @TempDir
    Path directory;

    /** Each second test model whose values the protocol can carry. */
    static Stream<Arguments> models() {
        List<Arguments> chosen = new ArrayList<>();
        List<TestModel> all = Topologies.all();
        for (int i = 0; i < all.size(); i++) {
            chosen.add(Arguments.of(all.get(i), i % 2 == 0));
        }
        return chosen.stream();
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyCutOnAServerAnswersAsInThisProcess(TestModel test, boolean grpc) throws Exception {
        PartitionManifest manifest = Served.everyCut(test, directory);
        if (!isCarried(manifest)) {
            return; // These are refused, which another test shows.
        }
        Map<String, ModelSession> models = Served.parts(directory, manifest);
        try (InferenceServer server = InferenceServer.start(models, Served.BOTH);
                PartitionedSession local = PartitionedSession.open(directory, Served.EXACT);
                PartitionedSession remote =
                        PartitionedSession.of(manifest, Served.stages(server, grpc, manifest), Served.EXACT);
                TestInputs inputs = TestInputs.of(test.model(), 7)) {
            assertThat(Served.answers(remote.run(inputs.tensors())))
                    .isEqualTo(Served.answers(local.run(inputs.tensors())));
        } finally {
            Served.close(models);
        }
    }

    private static boolean isCarried(PartitionManifest manifest) {
        return manifest.parts().stream()
                .flatMap(part -> Stream.concat(part.inputs().stream(), part.outputs().stream()))
                .allMatch(tensor -> tensor.type()
                                .flatMap(ElementType::named)
                                .flatMap(io.pepper.serving.internal.DataType::of)
                                .isPresent()
                        && tensor.name().codePoints().allMatch(c -> c <= Character.MAX_VALUE));
    }

    static Stream<Arguments> types() {
        return Stream.of(io.pepper.serving.internal.DataType.values())
                .flatMap(type -> Stream.of(Arguments.of(type, true), Arguments.of(type, false)));
    }

    /** Identity, so that whatever is sent comes back. */
    private static ModelProto identity(ElementType type, Object... shape) {
        return ModelBuilder.model("m")
                .opset(16)
                .input("x", DataType.forNumber(type.code()), shape)
                .let("y", "Identity", "x")
                .output("y", DataType.forNumber(type.code()), shape)
                .build();
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyElementTypeTravelsBitByBit(io.pepper.serving.internal.DataType type, boolean grpc) throws Exception {
        PartitionManifest manifest = Served.whole(identity(type.element(), "n", 2), directory);
        Map<String, ModelSession> models = Served.parts(directory, manifest);
        try (InferenceServer server = InferenceServer.start(models, Served.BOTH);
                PartitionedSession remote =
                        PartitionedSession.of(manifest, Served.stages(server, grpc, manifest), Served.EXACT)) {
            for (int rows : new int[] {0, 1, 5}) {
                try (OnnxTensor sent = random(type.element(), rows)) {
                    assertThat(Served.answers(remote.run(Map.of("x", sent))))
                            .as("%d rows", rows)
                            .isEqualTo(Map.of("y", Served.bits(sent)));
                }
            }
        } finally {
            Served.close(models);
        }
    }

    /** Two columns of any bits. */
    private static OnnxTensor random(ElementType type, int rows) throws Exception {
        if (type == ElementType.STRING) {
            String[] texts = new String[rows * 2];
            for (int i = 0; i < texts.length; i++) {
                texts[i] = List.of("", "a b", "größer 🦊", "\u0000", "\"[1]\"").get(i % 5);
            }
            return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), texts, new long[] {rows, 2});
        }
        byte[] bits = new byte[rows * 2 * type.bits() / Byte.SIZE];
        new Random(rows).nextBytes(bits);
        ByteBuffer data = ByteBuffer.allocateDirect(bits.length).order(ByteOrder.nativeOrder());
        for (byte each : bits) {
            data.put(type == ElementType.BOOL ? (byte) (each & 1) : each);
        }
        return TensorCodec.tensor("x", type, data.flip(), rows, 2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aScalarTravels(boolean grpc) throws Exception {
        PartitionManifest manifest = Served.whole(identity(ElementType.DOUBLE), directory);
        Map<String, ModelSession> models = Served.parts(directory, manifest);
        try (InferenceServer server = InferenceServer.start(models, Served.BOTH);
                PartitionedSession remote =
                        PartitionedSession.of(manifest, Served.stages(server, grpc, manifest), Served.EXACT);
                OnnxTensor sent = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), Math.PI)) {
            assertThat(Served.answers(remote.run(Map.of("x", sent)))).isEqualTo(Map.of("y", Served.bits(sent)));
        } finally {
            Served.close(models);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPipelineOverAServerKeepsTheOrderOfItsRequests(boolean grpc) throws Exception {
        TestModel test = Topologies.all().get(0);
        PartitionManifest manifest = Served.everyCut(test, directory);
        Map<String, ModelSession> models = Served.parts(directory, manifest);
        try (InferenceServer server = InferenceServer.start(models, Served.BOTH);
                PartitionedSession local = PartitionedSession.open(directory, Served.EXACT);
                PipelineSession remote =
                        PipelineSession.of(manifest, Served.stages(server, grpc, manifest), Served.PIPELINE)) {
            List<CompletableFuture<Map<String, Object>>> found = new ArrayList<>();
            List<Map<String, Object>> expected = new ArrayList<>();
            for (int seed = 0; seed < 20; seed++) {
                Map<String, OnnxTensor> inputs =
                        TestInputs.of(test.model(), seed).tensors();
                expected.add(Served.answers(local.run(inputs)));
                found.add(remote.submit(inputs).thenApply(RemoteStagesTest::answers));
            }
            for (int i = 0; i < expected.size(); i++) {
                assertThat(found.get(i).get()).isEqualTo(expected.get(i));
            }
        } finally {
            Served.close(models);
        }
    }

    private static Map<String, Object> answers(io.pepper.session.RunOutputs outputs) {
        try {
            return Served.answers(outputs);
        } catch (ai.onnxruntime.OrtException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachDifferenceBetweenThePartAndTheServersModelIsNamed(boolean grpc) throws Exception {
        PartitionManifest manifest = Served.whole(Served.doubling(), directory);
        PartitionManifest.Part part = manifest.parts().get(0);
        Map<String, ModelSession> models = Served.parts(directory, manifest);
        try (InferenceServer server = InferenceServer.start(models, Served.BOTH)) {
            Endpoint endpoint = Served.endpoint(server, grpc, "p0");
            PartitionManifest.Part other = with(
                    part,
                    List.of(tensor("z", "float", 2, 3)),
                    List.of(tensor("y", "float", 2, 4), tensor("w", "int64")));
            assertThatThrownBy(() -> RemoteStages.open(endpoint, other, RemoteOptions.DEFAULTS))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the server has no input 'z', only [x]")
                    .hasMessageContaining("output 'y' is FP32 [2,4] in the part and FP32 [-1,3] on the server")
                    .hasMessageContaining("the server has no output 'w', only [y]")
                    .hasMessageContaining("the server also expects the input 'x'");
            PartitionManifest.Part doubles =
                    with(part, List.of(tensor("x", "double", 2, 3)), List.of(tensor("y", "float", 2, 3)));
            assertThatThrownBy(() -> RemoteStages.open(endpoint, doubles, RemoteOptions.DEFAULTS))
                    .hasMessageContaining("input 'x' is FP64 [2,3] in the part and FP32 [-1,3] on the server");
            PartitionManifest.Part fixed =
                    with(part, List.of(tensor("x", "float", 2, 3)), List.of(tensor("y", "float", 2, 3)));
            try (Stage fits = RemoteStages.open(endpoint, fixed, RemoteOptions.DEFAULTS)) {
                assertThat(fits.inputs()).containsExactly("x");
            }
        } finally {
            Served.close(models);
        }
    }

    private static TensorInfo tensor(String name, String type, long... shape) {
        List<Dimension> dimensions = new ArrayList<>();
        for (long size : shape) {
            dimensions.add(Dimension.of(size));
        }
        return new TensorInfo(name, Optional.of(type), Optional.of(dimensions));
    }

    private static PartitionManifest.Part with(
            PartitionManifest.Part part, List<TensorInfo> inputs, List<TensorInfo> outputs) {
        return new PartitionManifest.Part(
                part.file(), part.sha256(), part.bytes(), 1, 0, 0, 0, inputs, outputs, List.of());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aModelThatTheServerLacksIsNamed(boolean grpc) throws Exception {
        PartitionManifest manifest = Served.whole(Served.doubling(), directory);
        Map<String, ModelSession> models = Served.parts(directory, manifest);
        try (InferenceServer server = InferenceServer.start(models, Served.BOTH)) {
            for (String address : List.of("absent", "p0/versions/7")) {
                Endpoint known = Served.endpoint(server, grpc, "p0");
                Endpoint endpoint = Endpoint.parse(known.toString().replaceAll("p0$", address));
                assertThatThrownBy(() ->
                                RemoteStages.open(endpoint, manifest.parts().get(0), RemoteOptions.DEFAULTS))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(
                                address.equals("absent")
                                        ? "there is no model 'absent', only [p0]"
                                        : "has no version '7', only 1");
            }
        } finally {
            Served.close(models);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http"})
    void aServerThatDoesNotListenIsNamed(String scheme) throws Exception {
        PartitionManifest manifest = Served.whole(Served.doubling(), directory);
        Endpoint endpoint = Endpoint.parse(scheme + "://127.0.0.1:9/m");
        assertThatThrownBy(() -> RemoteStages.open(endpoint, manifest.parts().get(0), RemoteOptions.DEFAULTS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "m",
                "ftp://a:1/m",
                "grpc://a/m",
                "grpc://a:1",
                "grpc://a:1/",
                "grpc://a:0/m",
                "grpc://a:99999/m",
                "grpc://a:1/m/versions/",
                "grpc://a:1/m/ver/1",
                "grpc://u@a:1/m",
                "http://a:1/m?x",
                "grpc://a:1/%zz"
            })
    void anAddressOfAnotherFormIsRefused(String address) {
        assertThatThrownBy(() -> Endpoint.parse(address)).isInstanceOf(IllegalArgumentException.class);
    }
}
