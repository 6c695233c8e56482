package io.pepper.monitor.internal.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent with certificates and users. */
class ProtectedAgentTest {
    @TempDir
    Path root;

    private KeyStore pair(String name, String algorithm) throws Exception {
        return Keys.pair(root, name, algorithm);
    }

    private FakeNode start(String address, String config) throws IOException {
        AgentSettings usual = FakeNode.settings(root);
        return FakeNode.start(new AgentSettings(
                address,
                0,
                usual.name(),
                usual.location(),
                Optional.of(Files.writeString(root.resolve("web.yml"), config)),
                usual.uuidFile(),
                Set.of(),
                false,
                List.of(),
                root,
                usual.maxMillis()));
    }

    private static HttpClient client(KeyStore trusted, Optional<KeyStore> own) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore certificates = KeyStore.getInstance(KeyStore.getDefaultType());
        certificates.load(null, null);
        String alias = trusted.aliases().nextElement();
        certificates.setCertificateEntry(alias, trusted.getCertificate(alias));
        trust.init(certificates);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own.orElse(null), Keys.PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context)
                .build();
    }

    private static HttpRequest.Builder metrics(FakeNode node) {
        return HttpRequest.newBuilder(
                URI.create("https://127.0.0.1:" + node.agent().address().getPort() + "/metrics"));
    }

    private static String basic(String both) {
        return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void usersWithTheirPasswordsMayReadItFromOtherMachines() throws Exception {
        KeyStore server = pair("server", "RSA");
        String hash = BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(4, "geheim:ß".toCharArray());
        String config = "tls_server_config: {cert_file: server.crt, key_file: server.key}\nbasic_auth_users: {anna: '"
                + hash + "'}\n";
        try (FakeNode node = start("0.0.0.0", config)) {
            HttpClient client = client(server, Optional.empty());
            assertThat(node.agent().isSecured()).isTrue();
            HttpResponse<String> anonymous = client.send(metrics(node).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(anonymous.statusCode()).isEqualTo(401);
            assertThat(anonymous.headers().firstValue("WWW-Authenticate")).hasValue("Basic");
            for (String wrong : List.of(
                    basic("anna:geheim"),
                    basic("anna:"),
                    basic("anna"),
                    basic("bert:geheim:ß"),
                    basic("anna:" + "x".repeat(5000)),
                    "Basic ***",
                    "Bearer geheim",
                    "")) {
                assertThat(client.send(
                                        metrics(node)
                                                .header("Authorization", wrong)
                                                .build(),
                                        HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                        .as(wrong)
                        .isEqualTo(401);
            }
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(
                                        metrics(node)
                                                .header("Authorization", basic("anna:geheim:ß"))
                                                .build(),
                                        HttpResponse.BodyHandlers.ofString())
                                .body())
                        .contains("node_uname_info");
            }
        }
    }

    @Test
    void clientsWithACertificateMayReadItAndOthersMayNot() throws Exception {
        KeyStore server = pair("server", "EC");
        KeyStore friend = pair("friend", "EC");
        KeyStore stranger = pair("stranger", "EC");
        String config =
                """
                tls_server_config:
                  cert_file: server.crt
                  key_file: server.key
                  client_auth_type: RequireAndVerifyClientCert
                  client_ca_file: friend.crt
                """;
        try (FakeNode node = start("0.0.0.0", config)) {
            HttpRequest request = metrics(node).build();
            assertThat(client(server, Optional.of(friend))
                            .send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .contains("node_uname_info");
            for (Optional<KeyStore> other : List.of(Optional.of(stranger), Optional.<KeyStore>empty())) {
                assertThatThrownBy(() -> client(server, other).send(request, HttpResponse.BodyHandlers.ofString()))
                        .isInstanceOfAny(SSLException.class, IOException.class);
            }
        }
    }

    @Test
    void halfOfTheProtectionIsNotEnoughForOtherMachines() throws Exception {
        pair("server", "EC");
        assertThatThrownBy(() -> start("0.0.0.0", "tls_server_config: {cert_file: server.crt, key_file: server.key}"))
                .hasMessageContaining("without users or certificates of clients");
        String hash = BCrypt.withDefaults().hashToString(4, "x".toCharArray());
        assertThatThrownBy(() -> start("0.0.0.0", "basic_auth_users: {anna: '" + hash + "'}"))
                .hasMessageContaining("without TLS:");
    }

    @Test
    void filesThatHaveNoCertificateOrNoKeyAreNamed() throws Exception {
        pair("server", "EC");
        pair("other", "EC");
        pair("rsa", "RSA");
        Files.writeString(
                root.resolve("old.key"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        Files.writeString(root.resolve("bad.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        for (String[] files : new String[][] {
            {"server.crt", "missing.key", "missing.key"},
            {"server.crt", "old.key", "openssl pkcs8"},
            {"server.crt", "bad.key", "is damaged"},
            {"server.key", "server.key", "has no certificate in PEM form"},
            {"server.crt", "other.key", "does not belong to the certificate"},
            {"server.crt", "rsa.key", "does not belong to the certificate"},
        }) {
            assertThatThrownBy(() -> start(
                            "127.0.0.1",
                            "tls_server_config: {cert_file: " + files[0] + ", key_file: " + files[1] + "}"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(files[2]);
        }
    }
}
