package io.pepper.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.cluster.DeviceState;
import io.pepper.examples.ExampleModels;
import io.pepper.monitor.DeviceReading;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.predict.StarterPredictors;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.WorkloadMeasure;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The services of the original, asked over HTTP as its clients ask them. */
class PepperServiceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BOUNDARY = "----------7d4a6d158c9";

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private PepperService service;

    @BeforeEach
    void start() {
        // Slower with load, and with what the model holds: so that the answers show which values came through.
        LatencyPredictor predictor = (work, threads, state) -> {
            double seconds = (work.get(WorkloadMeasure.PARAMETERS).orElseThrow()
                            + work.get(WorkloadMeasure.INPUT_BYTES).orElseThrow())
                    * (1 + state.cpuLoadPercent().orElse(0));
            return new Prediction(seconds, seconds, false);
        };
        Map<String, DeviceReading> devices = new TreeMap<>();
        devices.put("busy", new DeviceReading(DeviceState.of("busy").withCpuLoadPercent(90), Map.of(), List.of()));
        devices.put(
                "free",
                new DeviceReading(
                        DeviceState.of("free").withModel("Raspberry Pi 4B").withCpuLoadPercent(10),
                        Map.of("class", "edge", "uuid", "u-1"),
                        List.of()));
        service = PepperService.start(ServiceOptions.DEFAULTS, () -> devices, predictor);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void anUploadIsCharacterisedAndProfiled() throws IOException, InterruptedException {
        HttpResponse<byte[]> response =
                post("/upload", form("file", "odd name.onnx", recogniser(), Map.of("shape", "x=1x3x48x320")));
        JsonNode answer = json(response);
        assertThat(response.statusCode()).as(answer.toString()).isEqualTo(201);
        JsonNode model = answer.get("model_characteristics");
        assertThat(model.get("model").asText()).isEqualTo("odd_name");
        assertThat(model.get("pool_layers").asInt()).isEqualTo(3);
        assertThat(model.get("model_input_size").asLong()).isEqualTo(4L * 3 * 48 * 320);
        assertThat(model.get("model_output_size").asLong()).isEqualTo(4L * 40 * 6625);
        JsonNode prediction = answer.get("profiling_prediction");
        assertThat(prediction.get("node").asText()).isEqualTo("free");
        assertThat(answer.get("notes")).isEmpty();
        assertThat(prediction.get("class").asText()).isEqualTo("edge");
        assertThat(prediction.get("node_uuid").asText()).isEqualTo("u-1");
        assertThat(prediction.get("device_model").asText()).isEqualTo("Raspberry Pi 4B");
        assertThat(prediction.get("predicted_execution_time").asDouble())
                .isEqualTo((model.get("total_parameters").asLong()
                                + model.get("model_input_size").asLong())
                        * 11.0);
    }

    @Test
    void sizesThatAreOpenAreAskedFor() throws IOException, InterruptedException {
        HttpResponse<byte[]> response = post("/upload", form("file", "rec.onnx", recogniser(), Map.of()));
        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(json(response).get("message").asText()).contains("open are", "x");
    }

    /** How many elements are not zero is known when it runs; a prediction from nothing would look like one. */
    @Test
    void aModelOfWhichSizesAreNotKnownIsNotPredicted() throws IOException, InterruptedException {
        TypeProto.Tensor.Builder matrix = TypeProto.Tensor.newBuilder()
                .setElemType(TensorProto.DataType.FLOAT_VALUE)
                .setShape(TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(2))
                        .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(3)));
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(GraphProto.newBuilder()
                        .addNode(NodeProto.newBuilder()
                                .setOpType("NonZero")
                                .addInput("x")
                                .addOutput("where"))
                        .addNode(NodeProto.newBuilder()
                                .setOpType("Abs")
                                .addInput("where")
                                .addOutput("y"))
                        .addInput(ValueInfoProto.newBuilder()
                                .setName("x")
                                .setType(TypeProto.newBuilder().setTensorType(matrix)))
                        .addOutput(ValueInfoProto.newBuilder()
                                .setName("y")
                                .setType(TypeProto.newBuilder()
                                        .setTensorType(TypeProto.Tensor.newBuilder()
                                                .setElemType(TensorProto.DataType.INT64_VALUE)))))
                .build();
        HttpResponse<byte[]> response = post("/upload", form("file", "where.onnx", model.toByteArray(), Map.of()));
        JsonNode answer = json(response);
        assertThat(response.statusCode()).as(answer.toString()).isEqualTo(422);
        assertThat(answer.get("message").asText()).contains("size of");
    }

    @Test
    void theClientsOwnSizesCount() throws IOException, InterruptedException {
        Map<String, String> fields =
                Map.of("shape", "x=1x3x48x320", "model_input_size", "1000", "model_output_size", "2000");
        JsonNode answer = json(post("/upload", form("file", "rec.onnx", recogniser(), fields)));
        assertThat(answer.at("/model_characteristics/model_input_size").asLong())
                .isEqualTo(1000);
        assertThat(answer.at("/model_characteristics/model_output_size").asLong())
                .isEqualTo(2000);
    }

    @Test
    void characteristicsAloneAreProfiled() throws IOException, InterruptedException {
        String request =
                """
                {"model":"vgg16","conv_layers":13,"pool_layers":5,"fc_layers":3,"filter_details":4224,
                 "total_parameters":100,"model_input_size":7,"model_output_size":4000}
                """;
        JsonNode answer = json(post("/api/profiling", "application/json", request.getBytes(StandardCharsets.UTF_8)));
        assertThat(answer.at("/profiling_prediction/predicted_execution_time").asDouble())
                .isEqualTo(107 * 11.0);
        assertThat(answer.at("/profiling_prediction/model").asText()).isEqualTo("vgg16");
        assertThat(answer.at("/model_characteristics/conv_layers").asInt()).isEqualTo(13);
    }

    @Test
    void aRequestMayDescribeItsDevice() throws IOException, InterruptedException {
        String request =
                """
                {"model":"vgg16","conv_layers":13,"pool_layers":5,"fc_layers":3,"filter_details":4224,
                 "total_parameters":100,"model_input_size":0,"model_output_size":4000,
                 "cpu_usage(percentage)":"1","disk_usage(percentage)":20,"device_type":"jetson"}
                """;
        JsonNode answer = json(post("/api/profiling", "application/json", request.getBytes(StandardCharsets.UTF_8)));
        assertThat(answer.at("/profiling_prediction/node").asText()).isEqualTo("jetson");
        assertThat(answer.at("/profiling_prediction/predicted_execution_time").asDouble())
                .isEqualTo(200.0);
    }

    private static String counts(String device) {
        return """
                {"model":"vgg16","conv_layers":13,"pool_layers":5,"fc_layers":3,"filter_details":4224,
                 "total_parameters":138000000,"model_input_size":602112,"model_output_size":4000,
                 "cpu_usage(percentage)":0,"disk_usage(percentage)":20,"device_type":"%s"}
                """
                .formatted(device);
    }

    /** Starts the service with another predictor, and returns its answer to counts of layers on a device. */
    private JsonNode refusal(LatencyPredictor predictor, String device) throws IOException, InterruptedException {
        service.close();
        service = PepperService.start(ServiceOptions.DEFAULTS, Map::of, predictor);
        HttpResponse<byte[]> refused =
                post("/api/profiling", "application/json", counts(device).getBytes(StandardCharsets.UTF_8));
        assertThat(refused.statusCode())
                .as(new String(refused.body(), StandardCharsets.UTF_8))
                .isEqualTo(422);
        return json(refused);
    }

    /** A time from amounts that nobody stated would look like one. */
    @ParameterizedTest
    @ValueSource(strings = {"x86-64", "raspberry-pi-4"})
    void countsOfLayersAloneAreRefusedByPredictorsThatNeedKernels(String kind)
            throws IOException, InterruptedException {
        LatencyPredictor needsKernels = StarterPredictors.of(kind).orElseThrow();
        for (LatencyPredictor predictor : List.of(
                needsKernels,
                DevicePredictors.of(needsKernels),
                DevicePredictors.NONE.withPredictor(kind, needsKernels, "starter"))) {
            assertThat(refusal(predictor, kind).get("message").asText())
                    .contains("counts of layers", "needs kernels", kind);
        }
    }

    @Test
    void aKindOfDeviceThatThePredictorWasNotTrainedOnIsRefused() throws IOException, InterruptedException {
        LatencyPredictor pi = StarterPredictors.of("raspberry-pi-4").orElseThrow();
        assertThat(refusal(DevicePredictors.of(pi), "Jetson Nano")
                        .get("message")
                        .asText())
                .contains("Jetson Nano", "is another device", "Raspberry Pi 4")
                .doesNotContain("--");
        assertThat(refusal(DevicePredictors.NONE.withPredictor("Raspberry Pi 4", pi, "starter"), "Jetson Nano")
                        .get("message")
                        .asText())
                .contains("there is no predictor for device 'Jetson Nano'", "only for Raspberry Pi 4");
    }

    @Test
    void missingFieldsAndJobsAreReported() throws IOException, InterruptedException {
        HttpResponse<byte[]> noNumber =
                post("/api/profiling", "application/json", "{\"model\":\"x\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(noNumber.statusCode()).isEqualTo(400);
        assertThat(json(noNumber).get("message").asText()).contains("conv_layers");
        HttpResponse<byte[]> noFile = post("/upload", form("other", "a.onnx", new byte[1], Map.of()));
        assertThat(noFile.statusCode()).isEqualTo(400);
        HttpResponse<byte[]> noModel =
                post("/upload", form("file", "a.onnx", "nonsense".getBytes(StandardCharsets.UTF_8), Map.of()));
        assertThat(noModel.statusCode()).isEqualTo(422);
        assertThat(get("/jobs/none/status").statusCode()).isEqualTo(404);
    }

    @Test
    void aJobDivides() throws IOException, InterruptedException {
        HttpResponse<byte[]> taken =
                post("/jobs/upload", form("model", "rec.onnx", recogniser(), Map.of("bridge_dist", "100")));
        assertThat(taken.statusCode()).isEqualTo(202);
        assertThat(json(taken).get("status").asText()).isEqualTo("pending");
        String id = json(taken).get("job_id").asText();
        assertThat(finished(id)).isEqualTo("done");

        HttpResponse<byte[]> zip = post("/jobs/" + id + "/submodels", "text/plain", new byte[0]);
        assertThat(zip.statusCode()).isEqualTo(200);
        List<String> parts = new ArrayList<>();
        try (ZipInputStream entries = new ZipInputStream(new ByteArrayInputStream(zip.body()))) {
            for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                parts.add(entry.getName());
                OnnxModel.load(entries.readAllBytes(), entry.getName()).close();
            }
        }
        assertThat(parts).hasSizeGreaterThan(2).first().isEqualTo("rec_part1.onnx");
    }

    @Test
    void aJobThatFailsSaysWhy() throws IOException, InterruptedException {
        HttpResponse<byte[]> taken =
                post("/jobs/upload", form("model", "x.onnx", "nonsense".getBytes(StandardCharsets.UTF_8), Map.of()));
        String id = json(taken).get("job_id").asText();
        assertThat(finished(id)).isEqualTo("error");
        assertThat(json(get("/jobs/" + id + "/status")).get("message").asText()).isNotBlank();
        assertThat(post("/jobs/" + id + "/submodels", "text/plain", new byte[0]).statusCode())
                .isEqualTo(409);
    }

    private String finished(String id) throws IOException, InterruptedException {
        String status = "pending";
        while (status.equals("pending") || status.equals("processing")) {
            Thread.sleep(20);
            status = json(get("/jobs/" + id + "/status")).get("status").asText();
        }
        return status;
    }

    private byte[] recogniser() throws IOException {
        return Files.readAllBytes(ExampleModels.textRecogniser(directory));
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> post(String path, byte[] form) throws IOException, InterruptedException {
        return post(path, "multipart/form-data; boundary=" + BOUNDARY, form);
    }

    private HttpResponse<byte[]> post(String path, String type, byte[] body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(path))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + service.port() + path);
    }

    private static JsonNode json(HttpResponse<byte[]> response) throws IOException {
        return JSON.readTree(response.body());
    }

    private static byte[] form(String field, String file, byte[] content, Map<String, String> others)
            throws IOException {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        for (Map.Entry<String, String> other : others.entrySet()) {
            text(form, "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + other.getKey());
            text(form, "\"\r\n\r\n" + other.getValue() + "\r\n");
        }
        text(form, "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"" + file);
        text(form, "\"\r\nContent-Type: application/octet-stream\r\n\r\n");
        form.write(content);
        text(form, "\r\n--" + BOUNDARY + "--\r\n");
        return form.toByteArray();
    }

    private static void text(ByteArrayOutputStream form, String text) throws IOException {
        form.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
