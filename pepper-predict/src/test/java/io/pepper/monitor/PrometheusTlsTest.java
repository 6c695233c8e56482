package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Prometheus behind TLS with a certificate of its own. */
class PrometheusTlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private Path directory;

    /** A key and its self-signed certificate, by the tool of the JDK. */
    private SSLContext certificate() throws IOException, InterruptedException, GeneralSecurityException {
        Path file = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "prometheus",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=prometheus",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD)))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void trustsTheCertificateThatItIsGivenAndNoOther()
            throws IOException, InterruptedException, GeneralSecurityException {
        SSLContext certificate = certificate();
        try (FaultServer server = FaultServer.secure(certificate)) {
            server.answer("rate(", "{\"metric\":{\"instance\":\"nano:9100\"},\"value\":[1700000000.1,\"33\"]}");
            PrometheusDeviceMonitor.Builder builder = PrometheusDeviceMonitor.builder(server.uri())
                    .retries(0, Duration.ofMillis(10))
                    .timeout(Duration.ofSeconds(5));
            assertThatThrownBy(() -> builder.build().read())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("unable to find valid certification path");
            assertThat(builder.tls(certificate).bearerToken("secret").build().read())
                    .containsOnlyKeys("nano");
            assertThat(server.authorizations).isNotEmpty().containsOnly("Bearer secret");
        }
    }
}
