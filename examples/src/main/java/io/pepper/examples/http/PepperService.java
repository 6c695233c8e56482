package io.pepper.examples.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.SizeUnit;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.ConflictResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.ServiceUnavailableResponse;
import io.javalin.http.UnprocessableContentResponse;
import io.javalin.http.UploadedFile;
import io.pepper.cluster.DeviceState;
import io.pepper.cost.LatencyPredictor;
import io.pepper.cost.Measure;
import io.pepper.cost.Workload;
import io.pepper.examples.SizeText;
import io.pepper.monitor.DeviceMonitor;
import io.pepper.monitor.DeviceRanking;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.LocalDeviceMonitor;
import io.pepper.monitor.PrometheusDeviceMonitor;
import io.pepper.onnx.InputShapes;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.PaperFeatures;
import io.pepper.onnx.PartitionManifest;
import io.pepper.onnx.ProgressListener;
import io.pepper.onnx.SubmodelExporter;
import io.pepper.onnx.TensorShapes;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.predict.RooflinePredictor;
import io.pepper.predict.TrainedPredictor;
import io.pepper.runtime.TemporaryDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The three services of the original PEPPER in one process, with its paths and fields: characteristics ({@code POST /upload}),
 * profiling ({@code POST /api/profiling}), and split jobs ({@code POST /jobs/upload}, {@code GET /jobs/ID/status},
 * {@code POST /jobs/ID/submodels}). Times are seconds. Errors are JSON with a {@code message}.
 *
 * <pre>{@code
 * java -cp ... io.pepper.examples.http.PepperService 7002 [PREDICTOR [PROMETHEUS_URL]]
 * curl -F file=@model.onnx -F shape=x=1x3x48x320 http://localhost:7002/upload
 * }</pre>
 *
 * <p>Whoever reaches the port may upload models: put a proxy that authenticates before it.
 */
public final class PepperService implements AutoCloseable {
    private static final int DEFAULT_DISTANCE = 6;
    private static final int MOST_MEGABYTES = 2048;
    private static final int MOST_WAITING = 16;
    private static final int MOST_KEPT = 32;

    /** States of a job, as the original names them. */
    private static final String PENDING = "pending";

    private static final String DONE = "done";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Logger LOG = LoggerFactory.getLogger(PepperService.class);

    private final DeviceMonitor devices;
    private final LatencyPredictor predictor;
    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final ThreadPoolExecutor worker =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING));
    private final Javalin server;

    private PepperService(DeviceMonitor devices, LatencyPredictor predictor) {
        this.devices = devices;
        this.predictor = predictor;
        this.server = Javalin.create(this::configure);
    }

    /**
     * Starts the service.
     *
     * @param port 0 for any that is free
     * @param devices tells the devices, and what they do
     * @param predictor predicts for all devices; for requests that give characteristics alone it must be trained on
     *     {@link io.pepper.predict.FeatureSchema#PAPER}
     * @return the service, which answers on all interfaces of this machine
     */
    public static PepperService start(int port, DeviceMonitor devices, LatencyPredictor predictor) {
        PepperService service = new PepperService(devices, predictor);
        service.server.start(port);
        return service;
    }

    /**
     * Starts the service for a port, a predictor's file (without, the machine is calibrated) and a Prometheus (without, this machine
     * is the only device).
     *
     * @param arguments the port, and perhaps the others
     * @throws IOException if the predictor cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 1 || arguments.length > 3) {
            throw new IllegalArgumentException("arguments: PORT [PREDICTOR [PROMETHEUS_URL]]");
        }
        LatencyPredictor predictor = arguments.length > 1
                ? TrainedPredictor.load(Path.of(arguments[1]))
                : RooflinePredictor.calibrate(ProgressListener.NONE);
        DeviceMonitor devices = arguments.length > 2
                ? PrometheusDeviceMonitor.builder(arguments[2]).build()
                : LocalDeviceMonitor.of("here", Duration.ofMillis(200));
        PepperService service = start(Integer.parseInt(arguments[0]), devices, predictor);
        Runtime.getRuntime().addShutdownHook(new Thread(service::close));
    }

    /**
     * Where it answers.
     *
     * @return the port
     */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
        worker.shutdownNow();
        try {
            worker.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (jobs) {
            jobs.values().forEach(PepperService::delete);
            jobs.clear();
        }
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.jetty.multipartConfig.maxFileSize(MOST_MEGABYTES, SizeUnit.MB);
        config.jetty.multipartConfig.maxTotalRequestSize(MOST_MEGABYTES, SizeUnit.MB);
        config.jetty.multipartConfig.maxInMemoryFileSize(1, SizeUnit.MB);
        config.routes.post("/upload", this::characteristics);
        config.routes.post("/api/profiling", this::profiling);
        config.routes.post("/jobs/upload", this::submitJob);
        config.routes.get("/jobs/{id}/status", this::jobStatus);
        config.routes.post("/jobs/{id}/submodels", this::jobSubmodels);
        config.routes.exception(ModelException.class, (e, request) -> fail(request, 422, e));
        config.routes.exception(HttpResponseException.class, (e, request) -> fail(request, e.getStatus(), e));
        config.routes.exception(IllegalArgumentException.class, (e, request) -> fail(request, 422, e));
    }

    private static void fail(Context request, int status, Exception e) {
        request.status(status).json(Map.of("status", "error", "message", String.valueOf(e.getMessage())));
    }

    // Characteristics and profiling.

    private void characteristics(Context request) throws IOException {
        UploadedFile upload = uploaded(request, "file");
        try (TemporaryDirectory directory = TemporaryDirectory.create("upload-");
                OnnxModel model = OnnxModel.load(save(upload, directory))) {
            TensorShapes shapes = model.shapes(sizes(request));
            if (!shapes.openDimensions().isEmpty()) {
                throw new UnprocessableContentResponse(
                        "give sizes by 'shape' or 'dim': open are " + shapes.openDimensions());
            }
            ModelCosts costs = model.costs(shapes);
            PaperFeatures found = costs.characteristics().paper();
            Workload work = costs.workload();
            ObjectNode described = JsonNodeFactory.instance
                    .objectNode()
                    .put("model", modelName(upload))
                    .put("conv_layers", found.convLayers())
                    .put("pool_layers", found.poolLayers())
                    .put("fc_layers", found.fcLayers())
                    .put("filter_details", found.filters())
                    .put("total_parameters", found.totalParameters())
                    .put("model_input_size", given(request, "model_input_size", work.get(Measure.INPUT_BYTES)))
                    .put("model_output_size", given(request, "model_output_size", work.get(Measure.OUTPUT_BYTES)));
            request.status(201).json(answer(described, work, devices));
        }
    }

    private void profiling(Context request) throws IOException {
        JsonNode body = JSON.readTree(request.bodyAsBytes());
        if (!body.isObject()) {
            throw new BadRequestResponse("a JSON object is needed");
        }
        Workload work = Workload.builder()
                .set(Measure.CONV_LAYERS, number(body, "conv_layers"))
                .set(Measure.POOL_LAYERS, number(body, "pool_layers"))
                .set(Measure.FC_LAYERS, number(body, "fc_layers"))
                .set(Measure.FILTERS, number(body, "filter_details"))
                .set(Measure.PARAMETERS, number(body, "total_parameters"))
                .set(Measure.INPUT_BYTES, number(body, "model_input_size"))
                .set(Measure.OUTPUT_BYTES, number(body, "model_output_size"))
                .build();
        request.json(answer((ObjectNode) body, work, standalone(body).orElse(devices)));
    }

    /** The device that a request itself describes. */
    private static Optional<DeviceMonitor> standalone(JsonNode body) {
        if (!body.has("device_type")) {
            return Optional.empty();
        }
        String type = body.get("device_type").asText();
        DeviceState state = DeviceState.of(type)
                .withModel(type)
                .withCpuLoadPercent(number(body, "cpu_usage(percentage)"))
                .withDiskUsagePercent(number(body, "disk_usage(percentage)"));
        return Optional.of(() -> Map.of(type, new DeviceReading(state, Map.of(), List.of())));
    }

    private ObjectNode answer(ObjectNode model, Workload work, DeviceMonitor among) throws IOException {
        DeviceRanking ranking = DeviceRanking.of(work, 1, among, predictor);
        DeviceRanking.Forecast fastest = ranking.fastest()
                .orElseThrow(() -> new UnprocessableContentResponse("no prediction: " + ranking.problems()));
        DeviceReading reading = fastest.reading();
        ObjectNode answer = JsonNodeFactory.instance
                .objectNode()
                .put("status", "success")
                .put("message", "fastest of " + ranking.devices().size());
        answer.set("model_characteristics", model);
        answer.putObject("profiling_prediction")
                .put("class", reading.labels().getOrDefault("class", ""))
                .put("device_model", reading.state().model().orElse(""))
                .put("model", model.path("model").asText())
                .put("node", reading.state().device())
                .put("node_uuid", reading.labels().getOrDefault("uuid", ""))
                .put("predicted_execution_time", fastest.prediction().medianSeconds());
        return answer;
    }

    // Split jobs: one after the other, in a thread of their own; the parts of the latest are kept.

    /** One upload. */
    private static final class Job {
        private final String id = UUID.randomUUID().toString();
        private final String model;
        private final TemporaryDirectory directory;
        private volatile String status = PENDING;
        private volatile String message = "";

        private Job(String model, TemporaryDirectory directory) {
            this.model = model;
            this.directory = directory;
        }

        private Path parts() {
            return directory.path().resolve("parts");
        }
    }

    private void submitJob(Context request) throws IOException {
        UploadedFile upload = uploaded(request, "model");
        int distance = (int) given(request, "bridge_dist", DEFAULT_DISTANCE);
        if (distance < 0) {
            throw new BadRequestResponse("bridge_dist: negative: " + distance);
        }
        TemporaryDirectory directory = TemporaryDirectory.create("job-");
        try {
            Path file = save(upload, directory);
            Job job = new Job(modelName(upload), directory);
            worker.execute(() -> split(job, file, distance));
            keep(job);
            request.status(202).json(Map.of("job_id", job.id, "status", PENDING));
        } catch (IOException e) {
            directory.close();
            throw e;
        } catch (RejectedExecutionException e) {
            directory.close();
            throw new ServiceUnavailableResponse("too many jobs wait");
        }
    }

    private static void split(Job job, Path file, int distance) {
        job.status = "processing";
        try (OnnxModel model = OnnxModel.load(file)) {
            Partition partition = Partitioner.minimumDistance(distance).partition(model.cuts());
            SubmodelExporter.export(model, partition, job.parts());
            job.status = DONE;
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("job {} failed", job.id, e);
            job.message = String.valueOf(e.getMessage());
            job.status = "error";
        }
    }

    /** And forgets the oldest, which is done: fewer can wait. */
    private void keep(Job job) {
        synchronized (jobs) {
            jobs.put(job.id, job);
            while (jobs.size() > MOST_KEPT) {
                delete(jobs.remove(jobs.keySet().iterator().next()));
            }
        }
    }

    private static void delete(Job job) {
        try {
            job.directory.close();
        } catch (IOException e) {
            LOG.warn("cannot delete {}", job.directory.path(), e);
        }
    }

    private void jobStatus(Context request) {
        Job job = job(request);
        request.json(Map.of("job_id", job.id, "model_name", job.model, "status", job.status, "message", job.message));
    }

    /** {@code MODEL_partI.onnx} for each part. */
    private void jobSubmodels(Context request) throws IOException {
        Job job = job(request);
        if (!job.status.equals(DONE)) {
            throw new ConflictResponse("the job is not done: " + job.status);
        }
        request.contentType("application/zip")
                .header("Content-Disposition", "attachment; filename=\"" + job.model + ".zip\"");
        try (ZipOutputStream zip = new ZipOutputStream(request.outputStream())) {
            int number = 0;
            for (PartitionManifest.Part part :
                    PartitionManifest.read(job.parts()).parts()) {
                zip.putNextEntry(new ZipEntry(job.model + "_part" + ++number + ".onnx"));
                Files.copy(job.parts().resolve(part.file()), zip);
                zip.closeEntry();
            }
        }
    }

    private Job job(Context request) {
        String id = request.pathParam("id");
        synchronized (jobs) {
            return Optional.ofNullable(jobs.get(id)).orElseThrow(() -> new NotFoundResponse("there is no job " + id));
        }
    }

    // What requests hold.

    private static UploadedFile uploaded(Context request, String field) {
        UploadedFile upload = request.uploadedFile(field);
        if (upload == null) {
            throw new BadRequestResponse("the form has no file in '" + field + "'");
        }
        return upload;
    }

    /** The name of an upload never becomes a path. */
    private static Path save(UploadedFile upload, TemporaryDirectory directory) throws IOException {
        Path file = directory.path().resolve("model.onnx");
        try (InputStream content = upload.content()) {
            Files.copy(content, file);
        }
        return file;
    }

    /** Letters, digits and a few others of a file's name, without its ending. */
    private static String modelName(UploadedFile upload) {
        String name = upload.filename().replaceFirst("\\.onnx$", "").replaceAll("[^A-Za-z0-9_.-]", "_");
        return name.isEmpty() ? "model" : name;
    }

    /** Sizes that the model leaves open, as fields {@code shape} and {@code dim}, which may be repeated. */
    private static InputShapes sizes(Context request) {
        InputShapes sizes = InputShapes.NONE;
        for (String shape : request.formParams("shape")) {
            sizes = SizeText.withShape(sizes, shape);
        }
        for (String dimension : request.formParams("dim")) {
            sizes = SizeText.withDimension(sizes, dimension);
        }
        return sizes;
    }

    private static double given(Context request, String field, double otherwise) {
        String value = request.formParam(field);
        return value == null ? otherwise : parsed(field, value);
    }

    private static double number(JsonNode body, String field) {
        JsonNode value = body.path(field);
        if (value.isNumber()) {
            return value.asDouble();
        }
        if (value.isTextual()) {
            return parsed(field, value.asText());
        }
        throw new BadRequestResponse(field + ": a number is needed, found " + value);
    }

    private static double parsed(String field, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new BadRequestResponse(field + ": a number is needed, found '" + value + "'");
        }
    }
}
