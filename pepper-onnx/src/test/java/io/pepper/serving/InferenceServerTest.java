package io.pepper.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import io.pepper.export.PartitionManifest;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.session.ModelSession;
import io.pepper.session.PartitionedSession;
import io.pepper.session.PipelineSession;
import io.pepper.session.RunOutputs;
import io.pepper.session.Stage;
import io.pepper.session.StageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits, protection and the end of requests and servers, in both forms; and the REST form's own paths and bodies. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class InferenceServerTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** Long enough for what does not end by itself. */
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private PartitionManifest manifest;

    @BeforeEach
    void write() throws IOException {
        manifest = Served.whole(Served.doubling(), directory.resolve("parts"));
    }

    private PipelineSession doubling() throws IOException {
        return PipelineSession.openPart(directory.resolve("parts"), 0, Served.PIPELINE);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder at(InferenceServer server, String path) {
        int port = Served.endpoint(server, false, "m").port();
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private static HttpResponse<String> infer(InferenceServer server, String body) throws Exception {
        return send(at(server, "/v2/models/m/infer").POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void thePathsOfTheRestFormAnswer() throws Exception {
        try (PipelineSession session = doubling();
                InferenceServer server = InferenceServer.start(Map.of("m", session), Served.BOTH)) {
            assertThat(send(at(server, "/v2/health/live")).body()).isEqualTo("{\"live\":true}");
            assertThat(send(at(server, "/v2/health/ready")).statusCode()).isEqualTo(200);
            assertThat(send(at(server, "/v2")).body())
                    .contains("\"name\":\"pepper\"")
                    .contains("binary_tensor_data");
            assertThat(send(at(server, "/v2/models/m")).body())
                    .isEqualTo("{\"name\":\"m\",\"versions\":[\"1\"],\"platform\":\"onnx_onnxruntime\","
                            + "\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,3]}],"
                            + "\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[-1,3]}]}");
            assertThat(send(at(server, "/v2/models/m/versions/1/ready")).body()).isEqualTo("{\"ready\":true}");
            assertThat(send(at(server, "/v2/models/m/versions/2/ready")).statusCode())
                    .isEqualTo(404);
            assertThat(send(at(server, "/v2/models/absent")).body()).contains("there is no model 'absent', only [m]");
            assertThat(send(at(server, "/v2/models/m/infer")).statusCode()).isEqualTo(405);
            assertThat(send(at(server, "/v2/models/m/infer/more")).statusCode()).isEqualTo(404);
            assertThat(send(at(server, "/")).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void jsonIsAnsweredWithJsonAndInAnyOrderOfFields() throws Exception {
        try (PipelineSession session = doubling();
                InferenceServer server = InferenceServer.start(Map.of("m", session), Served.BOTH)) {
            String answer = infer(
                            server,
                            "{\"more\":{\"a\":[1]},\"inputs\":[{\"data\":[[1,2.5,-3]],\"shape\":[1,3],"
                                    + "\"datatype\":\"FP32\",\"name\":\"x\"}],\"id\":\"7\"}")
                    .body();
            assertThat(answer)
                    .isEqualTo(
                            "{\"model_name\":\"m\",\"model_version\":\"1\",\"id\":\"7\",\"outputs\":[{\"name\":\"y\","
                                    + "\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":[2.0,5.0,-6.0]}]}");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "|the body: an object is expected, found nothing",
                "[]|the body: an object is expected, found an array",
                "{\"inputs\":7}|inputs: an array is expected, found an integer",
                "{\"inputs\":[7]}|inputs[0]: an object is expected",
                "{\"inputs\":[]}|input 'x' is missing: FP32 [-1,3] is expected",
                "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":[1,2,3]}]}|inputs[0] has no name",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"F\",\"shape\":[1],\"data\":[1]}]}|the datatype 'F' is none",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":[1,2]}]}|needs 3 values, its data have 2",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":[1,2,3,4]}]}|needs 3 values, its data have 4",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":[1,2,\"a\"]}]}|have 'a', which is no FP32",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":[1,2,1e99]}]}|have '1e99', which is no FP32",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":[1,2,null]}]}|have 'null', which is no FP32",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[9223372036854775807,3],\"data\":[1]}]}|needs more values",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,3],\"data\":[1]}]}|negative size",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3]}]}|has neither data nor binary_data_size",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3],\"parameters\":{\"binary_data_size\":12}}]}|no header Inference-Header-Content-Length",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP16\",\"shape\":[1,3],\"data\":[1,2,3]}]}|JSON has no values of FP16",
                "{\"inputs\":[{\"name\":\"x\",\"name\":\"x\"}]}|not JSON: Duplicate",
                "{\"inputs\":[|not JSON",
                "{} {}|something after its JSON object"
            })
    void aWrongBodyIsRefusedWithItsFault(String body, String reason) throws Exception {
        try (PipelineSession session = doubling();
                InferenceServer server = InferenceServer.start(Map.of("m", session), Served.BOTH)) {
            HttpResponse<String> answer = infer(server, body == null ? "" : body);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).startsWith("{\"error\":\"").contains(reason);
        }
    }

    @Test
    void aBinaryBodyThatIsTooShortOrTooLongIsRefused() throws Exception {
        String json = "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3],"
                + "\"parameters\":{\"binary_data_size\":12}}]}";
        try (PipelineSession session = doubling();
                InferenceServer server = InferenceServer.start(Map.of("m", session), Served.BOTH)) {
            for (Map.Entry<Integer, String> tail : Map.of(
                            3, "the body ends within tensor 'x'", 12, "\"outputs\"", 13, "bytes after its last tensor")
                    .entrySet()) {
                HttpRequest.Builder request = at(server, "/v2/models/m/infer")
                        .header("Inference-Header-Content-Length", Integer.toString(json.length()))
                        .POST(HttpRequest.BodyPublishers.ofString(json + "\0".repeat(tail.getKey())));
                assertThat(send(request).body()).contains(tail.getValue());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRequestBeyondTheLimitOfBytesIsRefused(boolean grpc) throws Exception {
        try (PipelineSession session = doubling();
                InferenceServer server =
                        InferenceServer.start(Map.of("m", session), Served.BOTH.withMaxMessageBytes(2000));
                PartitionedSession remote = remote(server, grpc, RemoteOptions.DEFAULTS);
                OnnxTensor x = Served.floats(new float[3000], 1000, 3);
                OnnxTensor small = Served.floats(new float[3], 1, 3)) {
            assertThatThrownBy(() -> remote.run(Map.of("x", x))).isInstanceOf(StageException.class);
            remote.run(Map.of("x", small)).close();
        }
    }

    private PartitionedSession remote(InferenceServer server, boolean grpc, RemoteOptions options) throws IOException {
        Stage stage = RemoteStages.open(
                Served.endpoint(server, grpc, "m"), manifest.parts().get(0), options);
        return PartitionedSession.of(manifest, List.of(stage), Served.EXACT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void requestsBeyondTheLimitAreRefusedUntilOneEnds(boolean grpc) throws Exception {
        ControlledSession model = new ControlledSession();
        try (PipelineSession session = model.session();
                InferenceServer server = InferenceServer.start(Map.of("m", session), Served.BOTH.withMaxRequests(1));
                PartitionedSession remote = remote(server, grpc, RemoteOptions.DEFAULTS);
                OnnxTensor x = Served.floats(new float[3], 1, 3)) {
            CompletableFuture<RunOutputs> first = async(remote, x);
            model.started.await();
            assertThatThrownBy(() -> remote.run(Map.of("x", x)))
                    .isInstanceOf(StageException.class)
                    .hasMessageContaining("the server has 1 requests, which is its limit");
            model.released.countDown();
            first.get().close();
            assertThat(model.runs).hasValue(1);
        }
    }

    private static CompletableFuture<RunOutputs> async(ModelSession session, OnnxTensor x) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return session.run(Map.of("x", x));
            } catch (IOException failed) {
                throw new java.io.UncheckedIOException(failed);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeadlineEndsTheRunOnTheServer(boolean grpc) throws Exception {
        ControlledSession model = new ControlledSession();
        try (PipelineSession session = model.session();
                InferenceServer server = InferenceServer.start(Map.of("m", session), Served.BOTH);
                PartitionedSession remote =
                        remote(server, grpc, RemoteOptions.DEFAULTS.withTimeout(Duration.ofSeconds(1)));
                OnnxTensor x = Served.floats(new float[3], 1, 3)) {
            assertThatThrownBy(() -> remote.run(Map.of("x", x)))
                    .isInstanceOfSatisfying(StageException.class, late -> assertThat(late.kind())
                            .isEqualTo(StageException.Kind.TIMED_OUT));
            model.cancelled.await();
        }
    }

    /** Only gRPC tells a server that its caller has gone. */
    @Test
    void aCancelledRequestIsCancelledOnTheServer() throws Exception {
        ControlledSession model = new ControlledSession();
        try (PipelineSession session = model.session();
                InferenceServer server = InferenceServer.start(Map.of("m", session), Served.BOTH);
                PipelineSession remote = PipelineSession.of(
                        manifest,
                        List.of(RemoteStages.open(
                                Served.endpoint(server, true, "m"),
                                manifest.parts().get(0),
                                RemoteOptions.DEFAULTS.withTimeout(LONG))),
                        Served.PIPELINE)) {
            CompletableFuture<RunOutputs> request = remote.submit(Map.of("x", Served.floats(new float[3], 1, 3)));
            model.started.await();
            assertThat(request.cancel(true)).isTrue();
            model.cancelled.await();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closingLetsRequestsEndAndCancelsThoseThatDoNot(boolean grpc) throws Exception {
        ControlledSession model = new ControlledSession();
        try (PipelineSession session = model.session();
                OnnxTensor x = Served.floats(new float[3], 1, 3)) {
            InferenceServer server =
                    InferenceServer.start(Map.of("m", session), Served.BOTH.withDrainTime(Duration.ofMillis(50)));
            try (PartitionedSession remote = remote(server, grpc, RemoteOptions.DEFAULTS)) {
                CompletableFuture<RunOutputs> hanging = async(remote, x);
                model.started.await();
                server.close();
                model.cancelled.await();
                assertThatThrownBy(hanging::get).hasRootCauseInstanceOf(IOException.class);
                assertThatThrownBy(() -> remote.run(Map.of("x", x))).isInstanceOf(StageException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClosedSessionIsNotReady(boolean grpc) throws Exception {
        PipelineSession session = doubling();
        try (InferenceServer server = InferenceServer.start(Map.of("m", session), Served.BOTH);
                PartitionedSession remote = remote(server, grpc, RemoteOptions.DEFAULTS.withRetries(0));
                OnnxTensor x = Served.floats(new float[3], 1, 3)) {
            session.close();
            assertThatThrownBy(() -> remote.run(Map.of("x", x))).hasMessageContaining("the session is closed");
            assertThat(send(at(server, "/v2/health/ready")).body()).isEqualTo("{\"ready\":false}");
            assertThatThrownBy(() -> remote(server, grpc, RemoteOptions.DEFAULTS))
                    .hasMessageContaining("the model is not ready");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTokenIsExpectedAndNeverPrinted(boolean grpc) throws Exception {
        ServingSecurity secret = ServingSecurity.NONE.withToken("s3cret");
        try (PipelineSession session = doubling();
                InferenceServer server = InferenceServer.start(Map.of("m", session), Served.BOTH.withSecurity(secret));
                OnnxTensor x = Served.floats(new float[3], 1, 3)) {
            assertThatThrownBy(() -> remote(server, grpc, RemoteOptions.DEFAULTS))
                    .hasMessageContaining("a token is expected");
            assertThatThrownBy(() -> remote(
                            server, grpc, RemoteOptions.DEFAULTS.withSecurity(ServingSecurity.NONE.withToken("s3cre"))))
                    .hasMessageContaining("the token is wrong");
            try (PartitionedSession remote = remote(server, grpc, RemoteOptions.DEFAULTS.withSecurity(secret))) {
                remote.run(Map.of("x", x)).close();
            }
            assertThat(secret.toString() + RemoteOptions.DEFAULTS.withSecurity(secret))
                    .doesNotContain("s3cret");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void certificatesOfBothSidesAreChecked(boolean grpc) throws Exception {
        Certificates.pair(directory, "server");
        Certificates.pair(directory, "client");
        Certificates.pair(directory, "stranger");
        ServingSecurity served = ServingSecurity.NONE
                .withCertificate(directory.resolve("server.crt"), directory.resolve("server.key"))
                .withAuthority(directory.resolve("client.crt"));
        try (PipelineSession session = doubling();
                InferenceServer server = InferenceServer.start(Map.of("m", session), Served.BOTH.withSecurity(served));
                OnnxTensor x = Served.floats(new float[3], 1, 3)) {
            assertThat(Served.endpoint(server, grpc, "m").scheme().isSecured()).isTrue();
            try (PartitionedSession remote = remote(server, grpc, client("client", "server"))) {
                remote.run(Map.of("x", x)).close();
            }
            assertThatThrownBy(() -> remote(server, grpc, client("stranger", "server")))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> remote(server, grpc, client("client", "stranger")))
                    .isInstanceOf(IOException.class);
        }
    }

    private RemoteOptions client(String own, String authority) {
        return RemoteOptions.DEFAULTS
                .withRetries(0)
                .withSecurity(ServingSecurity.NONE
                        .withCertificate(directory.resolve(own + ".crt"), directory.resolve(own + ".key"))
                        .withAuthority(directory.resolve(authority + ".crt")));
    }

    @Test
    void aWrongFileOfCertificatesIsNamed() throws Exception {
        Certificates.pair(directory, "server");
        Path empty = Files.writeString(directory.resolve("empty.key"), "");
        ServingSecurity broken = ServingSecurity.NONE.withCertificate(directory.resolve("server.crt"), empty);
        try (PipelineSession session = doubling()) {
            for (InferenceServerOptions options : List.of(
                    Served.BOTH.withAddresses(Optional.of(Served.ANY_PORT), Optional.empty()),
                    Served.BOTH.withAddresses(Optional.empty(), Optional.of(Served.ANY_PORT)))) {
                assertThatThrownBy(() -> InferenceServer.start(Map.of("m", session), options.withSecurity(broken)))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("empty.key");
            }
        }
    }

    @Test
    void otherMachinesReachOnlyAProtectedServer() throws Exception {
        InferenceServerOptions open = Served.BOTH.withGrpc(new InetSocketAddress("0.0.0.0", 0));
        try (PipelineSession session = doubling()) {
            assertThatThrownBy(() -> InferenceServer.start(Map.of("m", session), open))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("without TLS and a token or certificates of clients");
            assertThatThrownBy(() -> InferenceServer.start(
                            Map.of("m", session), open.withSecurity(ServingSecurity.NONE.withToken("t"))))
                    .hasMessageContaining("without TLS");
            assertThatThrownBy(() -> RemoteStages.open(
                            Endpoint.parse("http://192.0.2.1:8000/m"),
                            manifest.parts().get(0),
                            RemoteOptions.DEFAULTS.withSecurity(ServingSecurity.NONE.withToken("t"))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the token would travel to another machine without TLS");
        }
    }

    /** A page of a stranger must not run models through a visitor's browser. */
    @Test
    void webPagesOfOthersAreRefused() throws Exception {
        try (PipelineSession session = doubling();
                InferenceServer server = InferenceServer.start(Map.of("m", session), Served.BOTH)) {
            assertThat(send(at(server, "/v2").header("Origin", "http://evil.example"))
                            .statusCode())
                    .isEqualTo(403);
            int port = Served.endpoint(server, false, "m").port();
            try (Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream()
                        .write("GET /v2 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 403");
            }
        }
    }

    @Test
    void aModelThatTheProtocolCannotCarryIsRefusedByName() throws Exception {
        TensorInfo sequence = new TensorInfo("s", Optional.of("seq(tensor(float))"), Optional.empty());
        TensorInfo complex = new TensorInfo("c", Optional.of("complex64"), Optional.of(List.of(Dimension.of(1))));
        for (TensorInfo unfit : List.of(sequence, complex)) {
            PartitionManifest.Part part = manifest.parts().get(0);
            PartitionManifest.Part with = new PartitionManifest.Part(
                    part.file(), part.sha256(), 0, 1, 0, 0, 0, part.inputs(), List.of(unfit), List.of());
            assertThatThrownBy(() ->
                            RemoteStages.open(Endpoint.parse("http://127.0.0.1:9/m"), with, RemoteOptions.DEFAULTS))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "'" + unfit.name() + "' is " + unfit.type().orElseThrow());
        }
    }
}
