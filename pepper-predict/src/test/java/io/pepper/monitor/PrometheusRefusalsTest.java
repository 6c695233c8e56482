package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers that are no Prometheus, or that let nobody in: what is wrong is said in words, and no password with it. */
class PrometheusRefusalsTest {
    private FaultServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FaultServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private PrometheusDeviceMonitor.Builder builder() {
        return PrometheusDeviceMonitor.builder(server.uri())
                .retries(1, Duration.ofMillis(1))
                .timeout(Duration.ofSeconds(5));
    }

    private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(PrometheusDeviceMonitor.Builder builder) {
        return assertThatThrownBy(() -> builder.build().read())
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("http://127.0.0.1:");
    }

    @Test
    void namesWhereItIsRedirectedTo() {
        server.status(302)
                .header("Location", "https://me:hush@sso.example/login?state=hush#x")
                .raw("", "");
        assertRefused(builder())
                .hasMessageContaining("redirected to https://sso.example/login (HTTP 302), which is not followed")
                .hasMessageContaining("it is probably a sign-in page")
                .message()
                .doesNotContain("hush");
        server.header("Location", "/prometheus/api/v1/query?query=up");
        assertRefused(builder()).hasMessageContaining("redirected to /prometheus (HTTP 302)");
        server.status(301).header("Location", "http://h\u001b[31m/");
        assertRefused(builder()).message().doesNotContain("\u001b");
    }

    @Test
    void saysThatItIsASignInPage() {
        server.raw("", "<!doctype html><title>Sign in</title>").header("Content-Type", "text/html");
        assertRefused(builder()).hasMessageContaining("is a sign-in page: 'Sign in' (HTTP 200)");
        server.raw("", "<html><form action='/x'><input type='password'></form></html>");
        assertRefused(builder()).hasMessageContaining("is a sign-in page (HTTP 200)");
    }

    @Test
    void saysThatItIsAnotherPageOrText() {
        server.raw("", "<html><title>Welcome to nginx!</title></html>");
        assertRefused(builder()).hasMessageContaining("HTTP 200, and a web page instead of JSON: 'Welcome to nginx!'");
        server.raw("", "# HELP go_info\ngo_info 1");
        assertRefused(builder()).hasMessageContaining("HTTP 200, and not JSON: Unexpected character ('#'");
        server.raw("", "{\"name\":\"elastic\",\"version\":{}}");
        assertRefused(builder()).hasMessageContaining("HTTP 200, and no answer of Prometheus");
        server.status(404).raw("", "404 page not found");
        assertRefused(builder()).hasMessageContaining("has no /api/v1/query (HTTP 404): 404 page not found; is this");
        server.status(502).raw("", "<html><h1>502 Bad Gateway</h1></html>");
        assertRefused(builder())
                .hasMessageContaining("HTTP 502, and a web page instead of JSON: '502 Bad Gateway', after 2 attempts");
        server.status(400).raw("", "Client sent an HTTP request to an HTTPS server.\n");
        assertRefused(builder()).hasMessageContaining("HTTP 400: Client sent an HTTP request to an HTTPS server.");
    }

    @Test
    void saysWhatItAsksFor() {
        server.status(401).raw("", "<html><h1>401 Authorization Required</h1></html>");
        assertRefused(builder()).hasMessageContaining("asks for a password or a token (HTTP 401)");
        server.header("WWW-Authenticate", "Basic realm=\"prom\"");
        assertRefused(builder()).hasMessageContaining("asks for a user and a password (HTTP 401)");
        assertRefused(builder().basic("me", "hush"))
                .hasMessageContaining("does not accept the user, password or token that was sent (HTTP 401)");
        server.header("WWW-Authenticate", "Bearer");
        assertRefused(builder()).hasMessageContaining("asks for a token (HTTP 401)");
        server.raw("", "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"no org id\"}");
        assertRefused(builder()).hasMessageContaining("asks for a tenant, in the header X-Scope-OrgID (HTTP 401)");
        server.status(403).raw("", "{\"message\":\"Access denied\"}");
        assertRefused(builder()).hasMessageContaining("forbids the query (HTTP 403): Access denied");
        server.status(407).raw("", "");
        assertRefused(builder()).hasMessageContaining("the proxy before it asks for a password");
    }

    @Test
    void sendsHeadersAndTheUserOfTheAddress() throws IOException {
        String address = server.uri().toString().replace("http://", "http://us%65r:pa%73s@");
        server.answer("rate(", "{\"metric\":{\"instance\":\"nano:9100\"},\"value\":[1700000000.1,\"33\"]}");
        PrometheusDeviceMonitor monitor = PrometheusDeviceMonitor.builder(address)
                .header("X-Scope-OrgID", "plant-7")
                .build();
        assertThat(monitor.read()).containsOnlyKeys("nano");
        assertThat(server.authorizations).isNotEmpty().containsOnly("Basic dXNlcjpwYXNz");
        assertThat(server.tenants).isNotEmpty().containsOnly("plant-7");
    }

    @Test
    void refusesWhatCannotBeSentWithoutSayingIt() {
        assertThatThrownBy(() -> builder().bearerToken("hush\nhush"))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains("the bearer token")
                .doesNotContain("hush");
        Map.of("Host", "hush", "X-A", "hush\r\nX-B: 1", "a b", "hush")
                .forEach((name, value) -> assertThatThrownBy(() -> builder().header(name, value))
                        .isInstanceOf(IllegalArgumentException.class)
                        .message()
                        .contains("the header '" + name + "' cannot be sent")
                        .doesNotContain("hush"));
        assertThatThrownBy(() -> builder().basic("me", "hush").bearerToken("hush"))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains("two users or tokens")
                .doesNotContain("hush");
        assertThatThrownBy(() -> builder().timeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().deadline(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void endsAWholeReadingAtItsDeadline() {
        server.trickles();
        assertRefused(builder()
                        .retries(1000, Duration.ofMillis(1))
                        .timeout(Duration.ofMillis(200))
                        .deadline(Duration.ofMillis(900)))
                .hasMessageContaining("the whole reading may take 0.9 seconds");
        assertThat(server.requests).hasValueLessThanOrEqualTo(5);
    }

    @Test
    void namesAHostThatIsNotKnown() {
        assertThatThrownBy(() -> PrometheusDeviceMonitor.builder("http://no-such-host.invalid:9090")
                        .retries(0, Duration.ZERO)
                        .build()
                        .read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("http://no-such-host.invalid:9090: no such host is known");
    }

    @Test
    void doesNotFillTheMemory() {
        String one = "{\"metric\":{},\"value\":[0,\"1\"]}";
        server.answer("", one + ("," + one).repeat(60_000));
        assertRefused(builder()).hasMessageContaining("more than 50000 series");
        server.raw("", "[" + "1,".repeat(9 << 20) + "1]");
        assertRefused(builder()).hasMessageContaining("the answer has more than 16777216 bytes");
    }
}
