package io.pepper.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import inference.GrpcPredictV2.InferTensorContents;
import inference.GrpcPredictV2.ModelInferRequest;
import inference.GrpcPredictV2.ModelInferResponse;
import inference.GrpcPredictV2.ModelMetadataRequest;
import inference.GrpcPredictV2.ModelMetadataResponse;
import inference.GrpcPredictV2.ModelReadyRequest;
import inference.GrpcPredictV2.ModelReadyResponse;
import inference.GrpcPredictV2.ServerLiveRequest;
import inference.GrpcPredictV2.ServerMetadataRequest;
import inference.GrpcPredictV2.ServerReadyRequest;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.pepper.export.PartitionManifest;
import io.pepper.session.ModelSession;
import io.pepper.session.PartitionedSession;
import io.pepper.session.RunOutputs;
import io.pepper.session.Stage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server called by stubs that others generated from the specification, and the client on a server made of them. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ForeignStubsTest {
    @TempDir
    Path directory;

    private PartitionManifest manifest;

    @BeforeEach
    void write() throws IOException {
        manifest = Served.whole(Served.doubling(), directory);
    }

    /** What a test does with a stub that calls the server. */
    @FunctionalInterface
    private interface Calls {
        void make(GRPCInferenceServiceBlockingStub stub);
    }

    private void onServer(Calls calls) throws Exception {
        Map<String, ModelSession> models = Served.parts(directory, manifest);
        try (InferenceServer server = InferenceServer.start(models, Served.BOTH)) {
            ManagedChannel channel = NettyChannelBuilder.forAddress(
                            "127.0.0.1", Served.endpoint(server, true, "p0").port())
                    .usePlaintext()
                    .build();
            try {
                calls.make(GRPCInferenceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS));
            } finally {
                channel.shutdownNow();
            }
        } finally {
            Served.close(models);
        }
    }

    private static ModelInferRequest.Builder request(long rows) {
        return ModelInferRequest.newBuilder()
                .setModelName("p0")
                .setId("seven")
                .addInputs(ModelInferRequest.InferInputTensor.newBuilder()
                        .setName("x")
                        .setDatatype("FP32")
                        .addShape(rows)
                        .addShape(3));
    }

    @Test
    void healthAndMetadataAreThoseOfTheModel() throws Exception {
        onServer(stub -> {
            assertThat(stub.serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
                    .isTrue();
            assertThat(stub.serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
                    .isTrue();
            assertThat(stub.modelReady(
                                    ModelReadyRequest.newBuilder().setName("p0").build())
                            .getReady())
                    .isTrue();
            assertThat(stub.serverMetadata(ServerMetadataRequest.getDefaultInstance())
                            .getName())
                    .isEqualTo("pepper");
            ModelMetadataResponse model = stub.modelMetadata(
                    ModelMetadataRequest.newBuilder().setName("p0").build());
            assertThat(model.getInputs(0).getName()).isEqualTo("x");
            assertThat(model.getInputs(0).getDatatype()).isEqualTo("FP32");
            assertThat(model.getInputs(0).getShapeList()).containsExactly(-1L, 3L);
            assertThat(model.getVersionsList()).containsExactly("1");
        });
    }

    @Test
    void typedContentsAreAnsweredWithRawContents() throws Exception {
        onServer(stub -> {
            ModelInferRequest.Builder request = request(1);
            request.getInputsBuilder(0)
                    .setContents(InferTensorContents.newBuilder()
                            .addFp32Contents(1)
                            .addFp32Contents(-2)
                            .addFp32Contents(0.5f));
            ModelInferResponse answer = stub.modelInfer(request.build());
            assertThat(answer.getId()).isEqualTo("seven");
            assertThat(answer.getOutputs(0).getShapeList()).containsExactly(1L, 3L);
            assertThat(answer.getRawOutputContents(0)).isEqualTo(floats(2, -4, 1));
        });
    }

    private static ByteString floats(float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            data.putFloat(value);
        }
        return ByteString.copyFrom(data.flip());
    }

    @Test
    void rawContentsOfManyFramesAreAnswered() throws Exception {
        onServer(stub -> {
            float[] values = new float[3 * 200_000];
            float[] doubled = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = i;
                doubled[i] = 2f * i;
            }
            ModelInferResponse answer = stub.withMaxInboundMessageSize(8 << 20)
                    .modelInfer(
                            request(200_000).addRawInputContents(floats(values)).build());
            assertThat(answer.getRawOutputContents(0)).isEqualTo(floats(doubled));
        });
    }

    @Test
    void aWrongRequestIsRefusedWithTheTensorAndTheExpectation() throws Exception {
        onServer(stub -> {
            refused(stub, request(2).addRawInputContents(floats(1)), "tensor 'x': FP32 [2,3] needs 24 bytes, found 4");
            refused(stub, request(2), "needs 6 elements in the contents of its type, found 0");
            ModelInferRequest.Builder wide = request(1).addRawInputContents(floats(1, 2, 3, 4));
            wide.getInputsBuilder(0).setShape(1, 4);
            refused(stub, wide, "input 'x': FP32 [-1,3] is expected, found FP32 [1,4]");
            ModelInferRequest.Builder integers = request(1).addRawInputContents(floats(1, 2, 3));
            integers.getInputsBuilder(0).setDatatype("INT32");
            refused(stub, integers, "input 'x': FP32 [-1,3] is expected, found INT32 [1,3]");
            ModelInferRequest.Builder unknown = request(1).addRawInputContents(floats(1, 2, 3));
            unknown.getInputsBuilder(0).setDatatype("FLOAT");
            refused(stub, unknown, "the datatype 'FLOAT' is none of the protocol");
            ModelInferRequest.Builder negative = request(-1).addRawInputContents(floats());
            refused(stub, negative, "the shape [-1, 3] has a negative size");
            ModelInferRequest.Builder renamed = request(1).addRawInputContents(floats(1, 2, 3));
            renamed.getInputsBuilder(0).setName("z");
            refused(stub, renamed, "input 'x' is missing: FP32 [-1,3] is expected");
            refused(
                    stub,
                    request(1)
                            .addRawInputContents(floats(1, 2, 3))
                            .addOutputs(ModelInferRequest.InferRequestedOutputTensor.newBuilder()
                                    .setName("w")),
                    "there is no output 'w', only [y]");
        });
    }

    private static void refused(
            GRPCInferenceServiceBlockingStub stub, ModelInferRequest.Builder request, String reason) {
        assertThatThrownBy(() -> stub.modelInfer(request.build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
                .hasMessageContaining(reason);
    }

    /** A server of others, whose answer to each request is a function of it. */
    private static final class ForeignServer extends GRPCInferenceServiceImplBase {
        private final Function<ModelInferRequest, ModelInferResponse> answers;
        private final AtomicInteger unavailable = new AtomicInteger();
        private final AtomicInteger requests = new AtomicInteger();

        ForeignServer(Function<ModelInferRequest, ModelInferResponse> answers) {
            this.answers = answers;
        }

        @Override
        public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
            observer.onNext(ModelReadyResponse.newBuilder().setReady(true).build());
            observer.onCompleted();
        }

        @Override
        public void modelMetadata(ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
            ModelMetadataResponse.TensorMetadata tensor = ModelMetadataResponse.TensorMetadata.newBuilder()
                    .setName("x")
                    .setDatatype("FP32")
                    .addShape(-1)
                    .addShape(3)
                    .build();
            observer.onNext(ModelMetadataResponse.newBuilder()
                    .setName(request.getName())
                    .addInputs(tensor)
                    .addOutputs(tensor.toBuilder().setName("y"))
                    .addOutputs(tensor.toBuilder().setName("unused"))
                    .build());
            observer.onCompleted();
        }

        @Override
        public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
            requests.incrementAndGet();
            if (unavailable.getAndDecrement() > 0) {
                observer.onError(Status.UNAVAILABLE.withDescription("starting").asRuntimeException());
                return;
            }
            observer.onNext(answers.apply(request));
            observer.onCompleted();
        }
    }

    private static ModelInferResponse.Builder answer(String name, String datatype, long... shape) {
        ModelInferResponse.InferOutputTensor.Builder output =
                ModelInferResponse.InferOutputTensor.newBuilder().setName(name).setDatatype(datatype);
        for (long size : shape) {
            output.addShape(size);
        }
        return ModelInferResponse.newBuilder().addOutputs(output);
    }

    private Server foreign;

    @AfterEach
    void stop() {
        if (foreign != null) {
            foreign.shutdownNow();
        }
    }

    private PartitionedSession session(ForeignServer service, RemoteOptions options) throws IOException {
        foreign = NettyServerBuilder.forAddress(Served.ANY_PORT)
                .addService(service)
                .build()
                .start();
        Endpoint endpoint = Endpoint.parse("grpc://127.0.0.1:" + foreign.getPort() + "/any");
        Stage stage = RemoteStages.open(endpoint, manifest.parts().get(0), options);
        return PartitionedSession.of(manifest, List.of(stage), Served.EXACT);
    }

    private static float[] run(PartitionedSession session) throws Exception {
        try (OnnxTensor x = Served.floats(new float[] {1, 2, 3}, 1, 3);
                RunOutputs outputs = session.run(Map.of("x", x))) {
            return ((float[][]) outputs.tensor("y").getValue())[0];
        }
    }

    @Test
    void rawAndTypedAnswersOfOthersAreRead() throws Exception {
        ForeignServer raw = new ForeignServer(request -> answer("y", "FP32", 1, 3)
                .addRawOutputContents(request.getRawInputContents(0))
                .build());
        try (PartitionedSession session = session(raw, RemoteOptions.DEFAULTS)) {
            assertThat(run(session)).containsExactly(1, 2, 3);
        }
        stop();
        ForeignServer typed = new ForeignServer(request -> {
            ModelInferResponse.Builder answer = answer("y", "FP32", 1, 3);
            answer.getOutputsBuilder(0)
                    .setContents(InferTensorContents.newBuilder()
                            .addFp32Contents(7)
                            .addFp32Contents(8)
                            .addFp32Contents(9));
            return answer.build();
        });
        try (PartitionedSession session = session(typed, RemoteOptions.DEFAULTS)) {
            assertThat(run(session)).containsExactly(7, 8, 9);
        }
    }

    @Test
    void anAnswerThatIsNotThePartsFailsTheRequestWithItsReason() throws Exception {
        ByteString three = floats(1, 2, 3);
        wrong(answer("y", "FP32", 1, 3).addRawOutputContents(floats(1)), "FP32 [1,3] needs 12 bytes, found 4");
        wrong(answer("y", "FP32", 1, 3), "needs 3 elements in the contents of its type, found 0");
        wrong(answer("y", "FP32", 1L << 40, 3).addRawOutputContents(three), "needs " + (3L << 42) + " bytes, found 12");
        wrong(
                answer("y", "FP32", Long.MAX_VALUE, Long.MAX_VALUE, 4).addRawOutputContents(three),
                "needs more bytes, found 12");
        wrong(answer("z", "FP32", 1, 3).addRawOutputContents(three), "gives 'z', which is none of its outputs");
        wrong(ModelInferResponse.newBuilder(), "does not give its outputs [y]");
        wrong(
                answer("y", "FP32", 1, 3)
                        .addOutputs(answer("y", "FP32", 1, 3).getOutputs(0))
                        .addRawOutputContents(three)
                        .addRawOutputContents(three),
                "gives 'y' twice");
        wrong(answer("y", "INT32", 1, 3).addRawOutputContents(three), "as INT32 [1,3] instead of FP32 [-1,3]");
        wrong(answer("y", "FP32", 3).addRawOutputContents(three), "as FP32 [3] instead of FP32 [-1,3]");
        wrong(answer("y", "FP32", -1, 3).addRawOutputContents(three), "negative size");
        wrong(answer("y", "FP32", 1, 3).addRawOutputContents(three).addRawOutputContents(three), "raw contents: one");
    }

    private void wrong(ModelInferResponse.Builder answer, String reason) throws Exception {
        try (PartitionedSession session =
                session(new ForeignServer(request -> answer.build()), RemoteOptions.DEFAULTS)) {
            assertThatThrownBy(() -> run(session))
                    .isInstanceOf(io.pepper.session.StageException.class)
                    .hasMessageContaining("grpc://127.0.0.1:")
                    .hasMessageContaining(reason);
        }
        stop();
    }

    @Test
    void anAnswerBeyondTheLimitFailsTheRequest() throws Exception {
        ForeignServer large = new ForeignServer(request -> answer("y", "FP32", 1000, 3)
                .addRawOutputContents(floats(new float[3000]))
                .build());
        try (PartitionedSession session = session(large, RemoteOptions.DEFAULTS.withMaxMessageBytes(2000))) {
            assertThatThrownBy(() -> run(session)).hasMessageContaining("2000");
        }
    }

    @Test
    void onlyAServerThatIsUnavailableIsAskedAgainAndNotForEver() throws Exception {
        ForeignServer service = new ForeignServer(request -> answer("y", "FP32", 1, 3)
                .addRawOutputContents(request.getRawInputContents(0))
                .build());
        try (PartitionedSession session = session(service, RemoteOptions.DEFAULTS.withRetries(2))) {
            service.unavailable.set(2);
            assertThat(run(session)).containsExactly(1, 2, 3);
            assertThat(service.requests).hasValue(3);
            service.requests.set(0);
            service.unavailable.set(99);
            assertThatThrownBy(() -> run(session)).hasMessageContaining("starting");
            assertThat(service.requests).hasValue(3);
        }
    }
}
