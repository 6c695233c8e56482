package io.pepper.examples.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.cluster.LinkState;
import io.pepper.examples.ExamplePlan;
import io.pepper.export.DeploymentPlan;
import io.pepper.monitor.LinkReading;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server of the dashboard: what it sends, to whom, and to how many. */
@Timeout(120)
class DashboardTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DashboardOptions QUICK =
            DashboardOptions.DEFAULTS.withEvery(Duration.ofMillis(20)).withMaxListeners(2);

    private final HttpClient client = HttpClient.newHttpClient();
    private final FakeSource source = new FakeSource().with("pi4", 37, Duration.ZERO);
    private Dashboard dashboard;

    @TempDir
    Path directory;

    @BeforeEach
    void start() throws IOException {
        dashboard = Dashboard.start(QUICK, source, Optional.empty());
    }

    @AfterEach
    void stop() {
        dashboard.close();
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + dashboard.port() + path);
    }

    /** A page that listens. */
    private final class Listener implements AutoCloseable {
        private final InputStream body;
        private final BufferedReader lines;

        Listener() throws IOException, InterruptedException {
            HttpResponse<InputStream> response = client.send(
                    HttpRequest.newBuilder(uri("/events")).build(), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/event-stream");
            body = response.body();
            lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        }

        /** Returns the state of the next event. */
        JsonNode next() throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data: ")) {
                    return JSON.readTree(line.substring("data: ".length()));
                }
            }
            throw new IOException("the events have ended");
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }

    private interface Expected {
        boolean test(JsonNode state);
    }

    private static JsonNode await(Listener listener, Expected expected) throws IOException {
        while (true) {
            JsonNode state = listener.next();
            if (expected.test(state)) {
                return state;
            }
        }
    }

    @Test
    void thePageRunsOnlyItsOwnStyleAndScript() throws Exception {
        HttpResponse<String> page = get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        String policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertThat(policy)
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe", "*", "http");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(page.body()).doesNotContain("http://", "https://", " style=", "onclick");
        assertThat(get("/dashboard.js").body()).startsWith("(function () {").doesNotContain("innerHTML", "http://p");
    }

    @Test
    void eachReadingIsAnEvent() throws Exception {
        try (Listener listener = new Listener()) {
            JsonNode board = await(listener, state -> state.get("boards").size() == 1)
                    .get("boards")
                    .get(0);
            assertThat(board.get("name").asText()).isEqualTo("pi4");
            assertThat(board.get("load").asDouble()).isEqualTo(37);
            assertThat(board.get("known").asBoolean()).isTrue();
            assertThat(board.has("watts")).as("it has no sensor").isFalse();
            source.with("pi4", 80, Duration.ZERO);
            await(listener, state -> state.get("boards").get(0).get("load").asDouble() == 80);
        }
    }

    @Test
    void valuesOfABoardThatIsLostAreNotSent() throws Exception {
        try (Listener listener = new Listener()) {
            await(listener, state -> state.get("boards").size() == 1);
            source.with(FakeSource.lost("pi4", "pi4:9100: Prometheus cannot reach it"));
            JsonNode lost = await(
                    listener, state -> !state.get("boards").get(0).get("known").asBoolean());
            JsonNode board = lost.get("boards").get(0);
            assertThat(board.has("load")).isFalse();
            assertThat(board.has("readAt")).isFalse();
            assertThat(board.get("problems").get(0).asText()).contains("cannot reach it");
            assertThat(board.get("seen").asLong())
                    .isLessThanOrEqualTo(lost.get("now").asLong());
            source.boards = Map.of();
            JsonNode gone = await(listener, state -> state.get("boards")
                    .get(0)
                    .get("problems")
                    .toString()
                    .contains("no longer among"));
            assertThat(gone.get("boards").get(0).get("known").asBoolean()).isFalse();
        }
    }

    @Test
    void aSourceThatFailsIsNamedAndTheTimesStayOld() throws Exception {
        try (Listener listener = new Listener()) {
            JsonNode before = await(listener, state -> state.get("boards").size() == 1);
            source.failure = "http://prometheus:9090: no server listens there\u001b[2J";
            JsonNode failed = await(listener, state -> state.get("source").has("failure"));
            assertThat(failed.at("/source/failure").asText())
                    .contains("no server listens there")
                    .doesNotContain("\u001b");
            assertThat(failed.at("/boards/0/readAt").asLong())
                    .isEqualTo(before.at("/boards/0/readAt").asLong());
            long answered = failed.at("/source/answered").asLong();
            assertThat(listener.next().at("/source/answered").asLong()).isEqualTo(answered);
            source.failure = "";
            await(listener, state -> !state.get("source").has("failure"));
        }
    }

    @Test
    void aFailureOfLinksLeavesTheBoards() throws Exception {
        source.partial = "too many samples";
        try (Listener listener = new Listener()) {
            JsonNode state = await(listener, all -> all.get("source").has("partial"));
            assertThat(state.get("boards")).hasSize(1);
            assertThat(state.get("links")).isEmpty();
        }
    }

    @Test
    void linksAndPartsAreComparedWithThePlan() throws Exception {
        DeploymentPlan plan = ExamplePlan.export(directory);
        String file = plan.partition().parts().get(0).file();
        source.links = List.of(new LinkReading(
                LinkState.of("camera", "gateway").withBytesPerSecond(4e8),
                OptionalDouble.of(5),
                false,
                OptionalLong.empty(),
                List.of()));
        source.stages = Map.of(file, 0.02, "another.onnx", 1.0);
        try (Dashboard planned = Dashboard.start(QUICK, source, Optional.of(plan))) {
            dashboard.close();
            dashboard = planned;
            try (Listener listener = new Listener()) {
                JsonNode state = await(listener, all -> all.get("links").size() == 2);
                JsonNode link = state.get("links").get(0);
                assertThat(link.get("bytesPerSecond").asDouble()).isEqualTo(4e8);
                assertThat(link.get("plannedBytesPerSecond").asDouble()).isEqualTo(1e9);
                assertThat(state.get("links").get(1).has("bytesPerSecond")).isFalse();
                JsonNode part = state.at("/plan/parts/0");
                assertThat(part.get("device").asText()).isEqualTo("camera");
                assertThat(part.get("predicted").asDouble()).isEqualTo(0.01);
                assertThat(part.get("measured").asDouble()).isEqualTo(0.02);
                assertThat(state.at("/plan/parts/1").has("measured")).isFalse();
            }
        }
    }

    @Test
    void furtherListenersAreRefusedUntilOneLeaves() throws Exception {
        try (Listener one = new Listener()) {
            try (Listener two = new Listener()) {
                one.next();
                two.next();
                HttpResponse<String> third = get("/events");
                assertThat(third.statusCode()).isEqualTo(503);
                assertThat(third.body()).contains("at most 2 pages");
                assertThat(get("/").statusCode()).as("the page itself").isEqualTo(200);
            }
            int status = 503;
            while (status == 503) {
                Thread.sleep(20);
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), dashboard.port())) {
                    socket.getOutputStream()
                            .write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                    status = Integer.parseInt(
                            new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                                    .readLine()
                                    .split(" ", 3)[1]);
                }
            }
            assertThat(status).isEqualTo(200);
        }
    }

    @Test
    void manyListenersDoNotReadTheSourceMoreOften() throws Exception {
        DashboardOptions slow = QUICK.withEvery(Duration.ofHours(1));
        FakeSource counted = new FakeSource().with("pi4", 1, Duration.ZERO);
        try (Dashboard once = Dashboard.start(slow, counted, Optional.empty())) {
            dashboard.close();
            dashboard = once;
            try (Listener one = new Listener();
                    Listener two = new Listener()) {
                one.next();
                two.next();
                assertThat(counted.reads).hasValue(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "localhost.evil.example:80", ""})
    void foreignHostNamesAreRefused(String host) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), dashboard.port())) {
            socket.getOutputStream()
                    .write(("GET /events HTTP/1.1\r\nConnection: close\r\nHost: " + host + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).matches("(?s)HTTP/1.1 (403|400) .*").doesNotContain("pi4");
        }
    }

    @Test
    void pagesOfOtherOriginsAreRefused() throws Exception {
        assertThat(get("/events", "Origin", "https://evil.example").statusCode())
                .isEqualTo(403);
    }

    @Test
    void anAddressThatIsTakenIsNamed() {
        DashboardOptions taken = DashboardOptions.DEFAULTS.withAddress("127.0.0.1", dashboard.port());
        assertThatThrownBy(() -> Dashboard.start(taken, source, Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + dashboard.port() + ": cannot listen there");
    }

    @Test
    void onlySoManyBoardsAreShown() throws Exception {
        for (int i = 0; i < 250; i++) {
            source.with("board" + i, 1, Duration.ZERO);
        }
        try (Listener listener = new Listener()) {
            JsonNode state = await(listener, all -> all.get("omitted").asInt() == 51);
            assertThat(state.get("boards")).hasSize(200);
        }
    }
}
