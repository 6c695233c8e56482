package io.pepper.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.ClusterClientOptions;
import io.pepper.distributed.ClusterNode;
import io.pepper.distributed.ClusterNodeOptions;
import io.pepper.examples.ExamplePlan;
import io.pepper.model.InputShapes;
import io.pepper.model.ProgressListener;
import io.pepper.session.PartitionedSession;
import io.pepper.session.RandomInputs;
import io.pepper.session.RunOutputs;
import io.pepper.session.TensorFiles;
import io.pepper.workload.Prediction;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The service runs a deployment on two nodes, as the parts run in one process. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterServiceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BOUNDARY = "part-of-a-form";
    private static final long MAX_BYTES = 1 << 20;

    @TempDir
    private static Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<ClusterNode> nodes = new ArrayList<>();
    private ClusterClient client;
    private PepperService service;
    private byte[] image;
    private Path expected;

    @BeforeAll
    void deploy() throws Exception {
        ExamplePlan.export(directory);
        Path parts = directory.resolve("plan");
        nodes.add(ClusterNode.start(ClusterNodeOptions.of("camera", directory.resolve("camera"))));
        List<String> seeds = List.of(nodes.get(0).address());
        nodes.add(ClusterNode.start(
                ClusterNodeOptions.of("gateway", directory.resolve("gateway")).withSeeds(seeds)));
        client = ClusterClient.join(ClusterClientOptions.of(seeds));
        client.deploy("ocr", parts, 0, ProgressListener.NONE);
        service = PepperService.start(
                ServiceOptions.DEFAULTS.withRuns(
                        new RunLimits(MAX_BYTES, 4, Duration.ofMinutes(1), Duration.ofSeconds(1))),
                Map::of,
                (work, threads, device) -> new Prediction(1, 1, false),
                Optional.empty(),
                Optional.of(client),
                new TextGenerators());
        try (PartitionedSession local = PartitionedSession.open(parts)) {
            Map<String, OnnxTensor> inputs =
                    RandomInputs.of(local.inputs(), InputShapes.NONE.withInputShape("x", 1, 3, 48, 320), 42);
            Path file = directory.resolve("x.npy");
            TensorFiles.write(file, "x", inputs.get("x"));
            image = Files.readAllBytes(file);
            expected = directory.resolve("expected.npy");
            try (RunOutputs outputs = local.run(inputs)) {
                TensorFiles.write(
                        expected, "y", outputs.tensor(local.outputs().get(0).name()));
            }
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    @AfterAll
    void stop() throws IOException {
        service.close();
        client.close();
        for (ClusterNode node : nodes) {
            node.close();
        }
    }

    private HttpResponse<byte[]> run(String deployment, String field, String file, byte[] content) throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\""
                        + file + "\"\r\nContent-Type: application/octet-stream\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(content);
        body.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return http.send(
                HttpRequest.newBuilder(at("/deployments/" + deployment + "/run"))
                        .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + service.port() + path);
    }

    private static void refused(HttpResponse<byte[]> answer, int status, String message) throws IOException {
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.path("message").asText()).contains(message).doesNotContain(directory.toString());
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    @Test
    @Order(1)
    void aDeploymentIsListedWithItsNodes() throws Exception {
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(at("/deployments")).build(), HttpResponse.BodyHandlers.ofString());
        JsonNode deployment = JSON.readTree(answer.body()).path("deployments").path(0);
        assertThat(deployment.path("name").asText()).isEqualTo("ocr");
        assertThat(deployment.path("complete").asBoolean()).isTrue();
        assertThat(deployment.path("nodesByPart").toString()).isEqualTo("[[\"camera\"],[\"gateway\"]]");
    }

    @Test
    @Order(2)
    void anAnswerIsThatOfThePartsInOneProcess() throws Exception {
        HttpResponse<byte[]> answer = run("ocr", "x", "x.npy", image);
        assertThat(answer.statusCode())
                .as(new String(answer.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(answer.body()))) {
            assertThat(zip.getNextEntry().getName()).startsWith("0_").endsWith(".npy");
            assertThat(zip.readAllBytes()).isEqualTo(Files.readAllBytes(expected));
            assertThat(zip.getNextEntry()).isNull();
        }
    }

    @Test
    @Order(3)
    void wrongRequestsAreRefusedWithTheirReason() throws Exception {
        refused(run("nothing", "x", "x.npy", image), 404, "no reachable node has a deployment 'nothing'");
        refused(run("ocr", "y", "x.npy", image), 400, "the model has no input 'y', only ");
        refused(run("ocr", "x", "x.npy", new byte[10]), 422, "x: ");
        refused(run("ocr", "x", "x.pb", image), 422, "x: ");
        refused(run("ocr", "x", "x.npy", new byte[(int) MAX_BYTES + 1]), 413, "may have " + MAX_BYTES + " bytes");
        HttpResponse<byte[]> empty = http.send(
                HttpRequest.newBuilder(at("/deployments/ocr/run"))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        refused(empty, 400, "the form needs one file in 'x', found 0");
    }

    @Test
    @Order(4)
    void aLostNodeIsSaidAndItsReturnIsUsed() throws Exception {
        nodes.remove(1).close();
        refused(run("ocr", "x", "x.npy", image), 503, "part");
        nodes.add(ClusterNode.start(ClusterNodeOptions.of("gateway", directory.resolve("gateway"))
                .withSeeds(List.of(nodes.get(0).address()))));
        int status = 0;
        for (int attempt = 0; attempt < 100 && status != 200; attempt++) {
            Thread.sleep(100); // The nodes are asked at most once a second.
            status = run("ocr", "x", "x.npy", image).statusCode();
        }
        assertThat(status).isEqualTo(200);
    }
}
