package io.pepper.monitor.internal.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.document.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Web configuration files in the format of Prometheus. */
class WebConfigTest {
    private static final String HASH = "$2y$10$" + "a".repeat(53);

    @TempDir
    Path directory;

    private WebConfig read(String text) throws IOException {
        return WebConfig.read(Files.writeString(directory.resolve("web.yml"), text));
    }

    @Test
    void certificatesAreRelativeToTheFileAndUsersHaveTheirHashes() throws IOException {
        WebConfig config = read(
                """
                tls_server_config:
                  cert_file: node.crt
                  key_file: /etc/node.key
                  client_auth_type: RequireAndVerifyClientCert
                  client_ca_file: ca.crt
                  min_version: TLS13
                http_server_config:
                  http2: false
                basic_auth_users:
                  prometheus: %s
                  "a: b": '%s'
                """
                        .formatted(HASH, HASH));
        WebConfig.Tls tls = config.tls().orElseThrow();
        assertThat(tls.certificate()).isEqualTo(directory.resolve("node.crt"));
        assertThat(tls.key()).isEqualTo(Path.of("/etc/node.key"));
        assertThat(tls.clients()).hasValue(directory.resolve("ca.crt"));
        assertThat(tls.protocols()).containsExactly("TLSv1.3");
        assertThat(config.users()).containsOnlyKeys("prometheus", "a: b").containsValue(HASH);
        assertThat(config.authenticates()).isTrue();
    }

    @Test
    void sectionsWithoutContentAskForNothingAndAnEmptyFileIsRefused() throws IOException {
        assertThatThrownBy(() -> read(""))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("is empty");
        assertThat(read("{}")).isEqualTo(WebConfig.NONE);
        assertThat(read("basic_auth_users:\n").authenticates()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tls_config: {}|1|tls_config: is an unknown field",
                "tls_server_config:\\n  key_file: k|2|tls_server_config.cert_file: is missing",
                "tls_server_config:\\n  cert_file: c\\n  key_file: k\\n  cipher_suites: [x]|4|cipher_suites: is an unknown field",
                "tls_server_config:\\n  cert_file: c\\n  key_file: k\\n  client_auth_type: RequireAnyClientCert|4|found 'RequireAnyClientCert'",
                "tls_server_config:\\n  cert_file: c\\n  key_file: k\\n  client_ca_file: a|4|are only given together",
                "tls_server_config:\\n  cert_file: c\\n  key_file: k\\n  min_version: TLS10|4|TLS12 or TLS13 is expected",
                "tls_server_config:\\n  cert_file: c\\n  key_file: k\\n  min_version: TLS13\\n  max_version: TLS12|4|above max_version",
                "basic_auth_users:\\n  a: secret|2|a bcrypt hash is expected",
                "basic_auth_users: [a]|1|fields are expected",
                "http_server_config:\\n  http2: true|2|HTTP/1.1 alone",
                "http_server_config:\\n  headers: {}|2|headers: is an unknown field",
            })
    void whatIsWrongIsNamedWithItsFileAndLine(String text, int line, String problem) {
        assertThatThrownBy(() -> read(text.replace("\\n", "\n")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(directory.resolve("web.yml") + ":" + line + ": ")
                .hasMessageContaining(problem)
                .hasMessageNotContaining("secret");
    }

    @Test
    void hashesThatTakeLongerThanASecondAreRefused() {
        assertThat(Passwords.problem(HASH)).isEmpty();
        assertThat(Passwords.problem(HASH.replace("$10$", "$31$")).orElseThrow())
                .contains("the cost 31");
        assertThat(Passwords.problem(HASH.replace("$10$", "$03$"))).isPresent();
        assertThat(Passwords.problem(HASH + "a")).isPresent();
    }
}
