package io.pepper.examples.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.SizeUnit;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.ConflictResponse;
import io.javalin.http.ContentTooLargeResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.UnprocessableContentResponse;
import io.javalin.http.UploadedFile;
import io.pepper.cluster.DeviceState;
import io.pepper.distributed.ClusterClient;
import io.pepper.document.SafeText;
import io.pepper.export.PartitionManifest;
import io.pepper.model.ModelException;
import io.pepper.monitor.DeviceMonitor;
import io.pepper.monitor.DeviceRanking;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.MonitoringDocuments;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.PaperFeatures;
import io.pepper.onnx.TensorShapes;
import io.pepper.session.TemporaryDirectory;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services of the original PEPPER in one process, with its paths and fields: characteristics ({@code POST
 * /upload}), profiling ({@code POST /api/profiling}), and split jobs ({@code POST /jobs/upload}, {@code GET
 * /jobs/ID/status}, {@code POST /jobs/ID/submodels}). With a Prometheus, it also has the documents of the original's
 * monitor ({@code GET /monitoring/nodes}, {@code /monitoring/characterization}, {@code /monitoring/pods}). With a cluster, it
 * runs its deployments ({@code GET /deployments}, {@code POST /deployments/NAME/run}). With text generators, it completes
 * text as OpenAI does ({@code GET /v1/models}, {@code POST /v1/completions}). {@code GET /health} answers when the service
 * is ready. Times are in seconds. Errors are JSON with a {@code message}. {@code docs/http-service.md} describes requests,
 * answers and limits.
 *
 * <pre>{@code
 * examples/run http.PepperService 7002 --predictor pi4.predictor
 * curl -F file=@model.onnx -F shape=x=1x3x48x320 http://localhost:7002/upload
 * }</pre>
 *
 * <p>Anyone who can reach the address may upload models. The default is the loopback address; put an authenticating
 * proxy before any other address.
 */
public final class PepperService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PepperService.class);
    private static final int DEFAULT_DISTANCE = 6;

    /** Makes Jetty end the connection instead of answering. */
    private static final int ABORT = -1;

    /** The maximum time without data. */
    private static final long IDLE_MILLIS = 20_000;

    private static final long MAX_JSON_BYTES = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final DeviceMonitor devices;
    private final LatencyPredictor predictor;
    private final ServiceOptions options;
    private final MonitoringRoutes monitoring;
    private final DeploymentRoutes deployments;
    private final CompletionRoutes completions;
    private final SplitJobs jobs;
    private final Javalin server;

    private PepperService(
            ServiceOptions options,
            DeviceMonitor devices,
            LatencyPredictor predictor,
            Optional<MonitoringDocuments> documents,
            Optional<ClusterClient> cluster,
            TextGenerators generators) {
        this.devices = devices;
        this.predictor = predictor;
        this.options = options;
        this.monitoring = new MonitoringRoutes(documents, Clock.systemUTC());
        this.deployments = new DeploymentRoutes(
                cluster.map(client -> DeploymentSessions.of(client, options.runs())), options.runs());
        this.completions =
                new CompletionRoutes(new CompletionModels(generators, cluster, options), options.generations());
        this.jobs = new SplitJobs(options, Clock.systemUTC());
        this.server = Javalin.create(this::configure);
    }

    /**
     * Starts the service.
     *
     * @param options its address and limits
     * @param devices reads the devices and their states
     * @param predictor predicts the times, for instance {@link io.pepper.workload.DevicePredictors}; for requests with
     *     characteristics alone, it must be trained on {@link io.pepper.predict.FeatureSchema#PAPER}
     * @return the service, which is ready
     */
    public static PepperService start(ServiceOptions options, DeviceMonitor devices, LatencyPredictor predictor) {
        return start(options, devices, predictor, Optional.empty(), Optional.empty(), new TextGenerators());
    }

    /**
     * Starts the service with the documents of the original's monitor, for the deployments of a cluster, and for text
     * generators.
     *
     * @param options its address and limits
     * @param devices reads the devices and their states
     * @param predictor predicts the times
     * @param documents reads the documents; without them, their paths are not found
     * @param cluster the member by which deployments run, for the caller to close after the service
     * @param generators the text generators of this process, for the caller to close after the service
     * @return the service, which is ready
     */
    public static PepperService start(
            ServiceOptions options,
            DeviceMonitor devices,
            LatencyPredictor predictor,
            Optional<MonitoringDocuments> documents,
            Optional<ClusterClient> cluster,
            TextGenerators generators) {
        PepperService service = new PepperService(options, devices, predictor, documents, cluster, generators);
        try {
            service.server.start(options.address(), options.port());
        } catch (RuntimeException e) {
            service.close();
            throw e;
        }
        return service;
    }

    /**
     * Starts the service from the command line.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        ServiceCommand.run(arguments);
    }

    /**
     * Returns the port of the service.
     *
     * @return the port
     */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
        deployments.close();
        completions.close();
        jobs.close();
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.http.maxRequestSize = MAX_JSON_BYTES;
        config.jetty.multipartConfig.maxFileSize(options.maxUploadBytes(), SizeUnit.BYTES);
        config.jetty.multipartConfig.maxTotalRequestSize(options.maxUploadBytes(), SizeUnit.BYTES);
        config.jetty.multipartConfig.maxInMemoryFileSize(1, SizeUnit.MB);
        config.jetty.modifyHttpConfiguration(http -> {
            http.setIdleTimeout(IDLE_MILLIS);
            http.setSendServerVersion(false);
        });
        config.jetty.modifyServer(ConnectionBounds::apply);
        CallerCheck callers = new CallerCheck(options.hostNames());
        config.routes.before(callers::check);
        config.routes.before(this::checkLength);
        config.routes.get("/health", request -> request.json(Map.of("status", "ready")));
        config.routes.post("/upload", this::characteristics);
        config.routes.post("/api/profiling", this::profiling);
        config.routes.post("/jobs/upload", this::submitJob);
        config.routes.get("/jobs/{id}/status", this::jobStatus);
        config.routes.post("/jobs/{id}/submodels", this::jobSubmodels);
        monitoring.configure(config);
        deployments.configure(config);
        completions.configure(config);
        Failures.configure(config);
    }

    private void checkLength(Context request) {
        if (request.req().getContentLengthLong() > options.maxUploadBytes()) {
            throw new ContentTooLargeResponse("a request may have " + options.maxUploadBytes() + " bytes, this one has "
                    + request.req().getContentLengthLong());
        }
    }

    // Characteristics and profiling.

    private void characteristics(Context request) throws IOException {
        UploadedFile upload = RequestFields.upload(request, "file");
        try (TemporaryDirectory directory = TemporaryDirectory.create("upload-")) {
            try (OnnxModel model = OnnxModel.load(save(upload, directory), options.reading())) {
                request.status(201).json(characterised(request, RequestFields.modelName(upload), model));
            } catch (ModelException | IllegalArgumentException refused) {
                throw new UnprocessableContentResponse(Failures.without(directory.path(), refused.getMessage()));
            }
        }
    }

    private ObjectNode characterised(Context request, String name, OnnxModel model) throws IOException {
        TensorShapes shapes = model.shapes(RequestFields.sizes(request));
        if (!shapes.openDimensions().isEmpty()) {
            throw new UnprocessableContentResponse("give sizes by 'shape' or 'dim': open are "
                    + SafeText.line(String.join(", ", shapes.openDimensions())));
        }
        ModelCosts costs = model.costs(shapes);
        costs.flops(); // Refuses unknown sizes: a prediction from unknown amounts would look valid.
        PaperFeatures found = costs.characteristics().paper();
        Workload work = costs.workload();
        ObjectNode described = JsonNodeFactory.instance
                .objectNode()
                .put("model", name)
                .put("conv_layers", found.convLayers())
                .put("pool_layers", found.poolLayers())
                .put("fc_layers", found.fcLayers())
                .put("filter_details", found.filters())
                .put("total_parameters", found.totalParameters())
                .put(
                        "model_input_size",
                        RequestFields.number(
                                request,
                                "model_input_size",
                                work.get(WorkloadMeasure.INPUT_BYTES).orElseThrow()))
                .put(
                        "model_output_size",
                        RequestFields.number(
                                request,
                                "model_output_size",
                                work.get(WorkloadMeasure.OUTPUT_BYTES).orElseThrow()));
        return answer(described, work, devices);
    }

    private void profiling(Context request) throws IOException {
        JsonNode body;
        try {
            body = JSON.readTree(request.bodyAsBytes());
        } catch (JsonProcessingException malformed) {
            throw new BadRequestResponse("the body is not JSON: " + malformed.getOriginalMessage());
        }
        if (body == null || !body.isObject()) {
            throw new BadRequestResponse("a JSON object is needed");
        }
        Workload work = Workload.builder()
                .set(WorkloadMeasure.CONV_LAYERS, RequestFields.number(body, "conv_layers"))
                .set(WorkloadMeasure.POOL_LAYERS, RequestFields.number(body, "pool_layers"))
                .set(WorkloadMeasure.FC_LAYERS, RequestFields.number(body, "fc_layers"))
                .set(WorkloadMeasure.FILTERS, RequestFields.number(body, "filter_details"))
                .set(WorkloadMeasure.PARAMETERS, RequestFields.number(body, "total_parameters"))
                .set(WorkloadMeasure.INPUT_BYTES, RequestFields.number(body, "model_input_size"))
                .set(WorkloadMeasure.OUTPUT_BYTES, RequestFields.number(body, "model_output_size"))
                .build();
        request.json(answer((ObjectNode) body, work, standalone(body).orElse(devices)));
    }

    /** Returns the device that a request itself describes. */
    private static Optional<DeviceMonitor> standalone(JsonNode body) {
        if (!body.has("device_type")) {
            return Optional.empty();
        }
        String type = body.get("device_type").asText();
        DeviceState state = DeviceState.of(type)
                .withModel(type)
                .withCpuLoadPercent(RequestFields.number(body, "cpu_usage(percentage)"))
                .withDiskUsagePercent(RequestFields.number(body, "disk_usage(percentage)"));
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
        ArrayNode notes = answer.putArray("notes");
        ranking.problems()
                .forEach((device, problems) -> problems.forEach(problem -> notes.add(device + ": " + problem)));
        predictor.caveats(reading.state()).forEach(caveat -> notes.add("the predictor " + caveat));
        if (fastest.prediction().extrapolated()) {
            notes.add("the prediction is extrapolated: the predictor knows nothing that is like this model");
        }
        return answer;
    }

    // Split jobs.

    private void submitJob(Context request) throws IOException {
        UploadedFile upload = RequestFields.upload(request, "model");
        int distance = RequestFields.count(request, "bridge_dist", DEFAULT_DISTANCE);
        TemporaryDirectory directory = TemporaryDirectory.create("job-");
        boolean taken = false;
        try {
            SplitJobs.Job job =
                    jobs.submit(RequestFields.modelName(upload), directory, save(upload, directory), distance);
            taken = true;
            request.status(202).json(Map.of("job_id", job.id(), "status", text(SplitJobs.Status.PENDING)));
        } finally {
            if (!taken) {
                directory.close();
            }
        }
    }

    private static String text(SplitJobs.Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    private void jobStatus(Context request) {
        SplitJobs.Job job = job(request);
        request.json(Map.of(
                "job_id", job.id(), "model_name", job.model(), "status", text(job.status()), "message", job.message()));
    }

    /** Sends {@code MODEL_partI.onnx} for each part. */
    private void jobSubmodels(Context request) throws IOException {
        SplitJobs.Job job = job(request);
        if (job.status() != SplitJobs.Status.DONE) {
            throw new ConflictResponse("the job is not done: " + text(job.status()));
        }
        List<PartitionManifest.Part> parts = PartitionManifest.read(job.parts()).parts();
        request.contentType("application/zip")
                .header("Content-Disposition", "attachment; filename=\"" + job.model() + ".zip\"");
        try {
            zip(job, parts, request.outputStream());
        } catch (IOException broken) {
            // The job was deleted in the meantime, or the client is gone: the sent bytes must not look complete.
            LOG.warn("the parts of job {} were not sent completely", job.id(), broken);
            request.res().sendError(ABORT);
        }
    }

    /** Writes a zip. Its directory at the end, without which it is invalid, is only written if all parts were. */
    private static void zip(SplitJobs.Job job, List<PartitionManifest.Part> parts, OutputStream out)
            throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        int number = 0;
        for (PartitionManifest.Part part : parts) {
            zip.putNextEntry(new ZipEntry(job.model() + "_part" + ++number + ".onnx"));
            Files.copy(job.parts().resolve(part.file()), zip);
            zip.closeEntry();
        }
        zip.finish();
    }

    private SplitJobs.Job job(Context request) {
        return jobs.find(request.pathParam("id")).orElseThrow(() -> new NotFoundResponse("there is no such job"));
    }

    /** Saves an upload, whose name never becomes a path. */
    private static Path save(UploadedFile upload, TemporaryDirectory directory) throws IOException {
        Path file = directory.path().resolve("model.onnx");
        try (InputStream content = upload.content()) {
            Files.copy(content, file);
        }
        return file;
    }
}
