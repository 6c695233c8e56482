package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.FakeSystem;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An agent of a node whose files a test makes up. */
final class FakeNode implements AutoCloseable {
    static final String UUID = "01234567-89ab-cdef-0123-456789abcdef";
    static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final NodeAgent agent;

    private FakeNode(NodeAgent agent) {
        this.agent = agent;
    }

    /** Settings of an agent on a free port of the loopback address, whose node's files are in a directory. */
    static AgentSettings settings(Path root) throws IOException {
        return new AgentSettings(
                "127.0.0.1",
                0,
                Optional.of("pi4"),
                Map.of(),
                Optional.empty(),
                Optional.of(Files.writeString(root.resolve("uuid"), UUID)),
                Set.of(),
                false,
                List.of(),
                root,
                20_000);
    }

    static FakeNode start(Path root) throws IOException {
        return start(settings(root));
    }

    static FakeNode start(AgentSettings settings) throws IOException {
        return new FakeNode(NodeAgent.start(settings, name -> List.of()));
    }

    static FakeSystem system(Path root) {
        return new FakeSystem(root);
    }

    NodeAgent agent() {
        return agent;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + agent.address().getPort() + path);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path));
    }

    /** Returns the metrics in the text format. */
    String scrape() throws IOException, InterruptedException {
        return CLIENT.send(request("/metrics").build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    int status(HttpRequest.Builder request) throws IOException, InterruptedException {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Override
    public void close() {
        agent.close();
    }
}
