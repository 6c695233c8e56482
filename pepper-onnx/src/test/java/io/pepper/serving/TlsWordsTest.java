package io.pepper.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import io.pepper.export.PartitionManifest;
import io.pepper.session.PartitionedSession;
import io.pepper.session.PipelineSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With TLS on either side, both, or none: an answer, or the reason in words. */
class TlsWordsTest {
    @TempDir
    Path directory;

    private PartitionManifest manifest;

    @BeforeEach
    void make() throws Exception {
        manifest = Served.whole(Served.doubling(), directory.resolve("parts"));
        Certificates.pair(directory, "server");
        Certificates.pair(directory, "client");
    }

    private ServingSecurity served() {
        return ServingSecurity.NONE.withCertificate(directory.resolve("server.crt"), directory.resolve("server.key"));
    }

    private ServingSecurity trusting() {
        return ServingSecurity.NONE.withAuthority(directory.resolve("server.crt"));
    }

    /** Runs a request at a server with one protection by a client with another. */
    private void run(ServingSecurity server, ServingSecurity client, boolean grpc, boolean tls, String host)
            throws Exception {
        try (PipelineSession session = PipelineSession.openPart(directory.resolve("parts"), 0, Served.PIPELINE);
                InferenceServer running =
                        InferenceServer.start(Map.of("m", session), Served.BOTH.withSecurity(server));
                OnnxTensor x = Served.floats(new float[3], 1, 3)) {
            Endpoint served = Served.endpoint(running, grpc, "m");
            Endpoint.Scheme scheme = grpc
                    ? tls ? Endpoint.Scheme.GRPCS : Endpoint.Scheme.GRPC
                    : tls ? Endpoint.Scheme.HTTPS : Endpoint.Scheme.HTTP;
            RemoteOptions options = RemoteOptions.DEFAULTS
                    .withRetries(0)
                    .withTimeout(Duration.ofSeconds(5))
                    .withSecurity(client);
            try (PartitionedSession remote = PartitionedSession.of(
                    manifest,
                    List.of(RemoteStages.open(
                            new Endpoint(scheme, host, served.port(), "m", Optional.empty()),
                            manifest.parts().get(0),
                            options)),
                    Served.EXACT)) {
                remote.run(Map.of("x", x)).close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bothWithTlsOrBothWithoutAnswer(boolean grpc) throws Exception {
        run(served(), trusting(), grpc, true, "127.0.0.1");
        run(ServingSecurity.NONE, ServingSecurity.NONE, grpc, false, "127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anUnknownAuthorityIsSaid(boolean grpc) {
        assertThatThrownBy(() -> run(
                        served(),
                        ServingSecurity.NONE.withAuthority(directory.resolve("client.crt")),
                        grpc,
                        true,
                        "127.0.0.1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no trusted authority signed its certificate: name the file of its authority");
        assertThatThrownBy(() -> run(served(), ServingSecurity.NONE, grpc, true, "127.0.0.1"))
                .hasMessageContaining("no trusted authority signed its certificate");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCertificateOfAnotherHostIsSaid(boolean grpc) {
        assertThatThrownBy(() -> run(served(), trusting(), grpc, true, "localhost"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("its certificate does not fit: ")
                .hasMessageContaining("localhost");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientWithoutTlsLearnsThatTheServerMayUseIt(boolean grpc) {
        assertThatThrownBy(() -> run(served(), ServingSecurity.NONE, grpc, false, "127.0.0.1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it may use TLS");
    }

    /** Resets each connection after its first byte, until the socket is closed. */
    private static void reset(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket accepted = server.accept()) {
                accepted.setSoLinger(true, 0);
                assertThat(accepted.getInputStream().read()).isNotNegative();
            } catch (IOException ended) {
                assertThat(server.isClosed()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionThatIsResetMayBeOneOfTls(boolean grpc) throws Exception {
        try (ServerSocket resetting = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                OnnxTensor x = Served.floats(new float[3], 1, 3)) {
            Thread server = new Thread(() -> reset(resetting));
            server.start();
            RemoteOptions options = RemoteOptions.DEFAULTS.withRetries(0).withTimeout(Duration.ofSeconds(5));
            Endpoint endpoint = new Endpoint(
                    grpc ? Endpoint.Scheme.GRPC : Endpoint.Scheme.HTTP,
                    "127.0.0.1",
                    resetting.getLocalPort(),
                    "m",
                    Optional.empty());
            assertThatThrownBy(() -> {
                        try (PartitionedSession remote = PartitionedSession.of(
                                manifest,
                                List.of(RemoteStages.open(
                                        endpoint, manifest.parts().get(0), options)),
                                Served.EXACT)) {
                            remote.run(Map.of("x", x)).close();
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("it may use TLS");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerThatAsksForCertificatesSaysSo(boolean grpc) {
        ServingSecurity asking = served().withAuthority(directory.resolve("client.crt"));
        assertThatThrownBy(() -> run(asking, trusting(), grpc, true, "127.0.0.1"))
                .isInstanceOf(IOException.class)
                .message()
                .containsAnyOf("it expects a certificate of the client", "it may expect a certificate of the client");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true})
    void aServerWithoutTlsIsRecognised(boolean grpc) {
        assertThatThrownBy(() -> run(ServingSecurity.NONE, trusting(), grpc, true, "127.0.0.1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it uses no TLS");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAddressIsShownAsItWasGiven(boolean grpc) throws Exception {
        InetSocketAddress any = new InetSocketAddress("0.0.0.0", 0);
        try (PipelineSession session = PipelineSession.openPart(directory.resolve("parts"), 0, Served.PIPELINE);
                InferenceServer server = InferenceServer.start(
                        Map.of("m", session),
                        Served.BOTH
                                .withAddresses(Optional.of(any), Optional.of(any))
                                .withUnprotected(true))) {
            assertThat(Served.endpoint(server, grpc, "m").host()).isEqualTo("0.0.0.0");
        }
    }
}
