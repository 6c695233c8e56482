package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.distributed.ClusterNode;
import io.pepper.distributed.ClusterNodeOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probes say what is true of a node. */
class NodeHealthTest {
    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private NodeHealth health;

    @BeforeEach
    void start() throws IOException {
        health = NodeHealth.start(new ListenAddress("127.0.0.1", 0));
    }

    @AfterEach
    void stop() {
        health.close();
    }

    private String answer(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + health.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body().strip();
    }

    @Test
    void aNodeIsAliveBeforeItIsReadyAndNotReadyAfterItLeft() throws Exception {
        assertThat(answer("GET", "/livez")).isEqualTo("200 alive");
        assertThat(answer("GET", "/readyz")).isEqualTo("503 the node starts");
        try (ClusterNode node = ClusterNode.start(ClusterNodeOptions.of("a", directory.resolve("store")))) {
            health.of(node);
            assertThat(answer("GET", "/readyz")).isEqualTo("200 ready");
        }
        assertThat(answer("GET", "/readyz")).isEqualTo("503 the node is not in the cluster");
        assertThat(answer("GET", "/livez")).isEqualTo("200 alive");
    }

    @Test
    void onlyTheTwoProbesAreAnswered() throws Exception {
        assertThat(answer("GET", "/")).isEqualTo("404 see /livez and /readyz");
        assertThat(answer("GET", "/readyz/more")).startsWith("404");
        assertThat(answer("POST", "/livez")).isEqualTo("405 GET is expected");
    }

    @Test
    void aPortInUseIsNamed() {
        ListenAddress taken = new ListenAddress("127.0.0.1", health.port());
        assertThatThrownBy(() -> NodeHealth.start(taken))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("127.0.0.1:" + health.port() + ": cannot listen there: ");
    }
}
