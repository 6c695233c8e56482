package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.pepper.cluster.LinkState;
import io.pepper.monitor.internal.agent.Keys;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole agents that measure the link between them, plain and protected, and the monitor that reads both. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class AgentLinksTest {
    private static final LinkOptions SMALL = LinkOptions.DEFAULTS.withLimits(1 << 20, Duration.ofSeconds(5), 0.5);

    @TempDir
    Path directory;

    private NodeExporterOptions options(String name) {
        return NodeExporterOptions.DEFAULTS
                .withAddress("127.0.0.1", 0)
                .withName(name)
                .withUuidFile(directory.resolve("uuid-" + name));
    }

    private static URI address(NodeExporter agent) {
        return URI.create(agent.metrics().toString().replace("/metrics", ""));
    }

    private static HttpResponse<String> measure(NodeExporter agent, String target) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(address(agent) + "/link/measure?target=" + target))
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void twoAgentsOnOneMachineAreTwoDevicesWithALink() throws Exception {
        try (NodeExporter cloud = NodeExporter.start(options("cloud"));
                NodeExporter pi = NodeExporter.start(options("pi"), SMALL.withPeer("cloud", address(cloud)))) {
            HttpResponse<String> measured = measure(pi, "cloud");
            assertThat(measured.statusCode()).as(measured.body()).isEqualTo(200);
            assertThat(measure(cloud, "pi").statusCode()).as("not a named peer").isEqualTo(404);
            AgentDeviceMonitor monitor = AgentDeviceMonitor.builder(
                            List.of(pi.metrics().toString(), cloud.metrics().toString()))
                    .window(Duration.ofMillis(300))
                    .build();
            Map<String, DeviceReading> readings = monitor.read();
            assertThat(readings).containsOnlyKeys("cloud", "pi");
            assertThat(readings.get("pi").state().memoryTotalBytes()).isPresent();
            assertThat(readings.get("pi").state().cores()).isPresent();
            assertThat(readings.get("pi").labels()).containsEntry("name", "pi").containsKey("uuid");
            assertThat(monitor.links())
                    .extracting(LinkState::from, LinkState::to)
                    .containsExactly(tuple("cloud", "pi"), tuple("pi", "cloud"));
            assertThatThrownBy(() -> NodeExporter.start(options("pi"), SMALL.withPeer("pi", address(cloud))))
                    .hasMessage("the device 'pi' has no link to itself");
        }
    }

    @Test
    void aProtectedAgentIsMeasuredWithItsCertificateAndUserOnly() throws Exception {
        Keys.pair(directory, "server", "EC");
        String hash = BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(6, "hush-hush".toCharArray());
        Path web = Files.writeString(
                directory.resolve("web.yml"),
                """
                tls_server_config: {cert_file: server.crt, key_file: server.key}
                basic_auth_users:
                  me: %s
                """
                        .formatted(hash));
        try (NodeExporter safe = NodeExporter.start(options("safe").withWebConfig(web))) {
            LinkOptions stranger = SMALL.withPeer("safe", address(safe));
            LinkOptions trusting = stranger.withTls(trusting(directory.resolve("server.crt")));
            String user = Base64.getEncoder().encodeToString("me:hush-hush".getBytes(StandardCharsets.UTF_8));
            assertThat(measured(stranger).body())
                    .contains("cannot be reached: ")
                    .contains("PKIX");
            assertThat(measured(trusting).body()).contains("answers HTTP 401: it asks for a password or a token");
            HttpResponse<String> known = measured(trusting.withHeader("Authorization", "Basic " + user));
            assertThat(known.statusCode()).as(known.body()).isEqualTo(200);
            assertThat(known.body()).contains("\"target\":\"safe\"");
        }
    }

    private HttpResponse<String> measured(LinkOptions links) throws Exception {
        try (NodeExporter pi = NodeExporter.start(options("pi"), links)) {
            HttpResponse<String> answer = measure(pi, "safe");
            assertThat(answer.body()).doesNotContain("hush");
            return answer;
        }
    }

    private static SSLContext trusting(Path certificate) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
