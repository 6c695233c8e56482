package io.pepper.examples.http;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import io.javalin.config.JavalinConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.ContentTooLargeResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.UnprocessableContentResponse;
import io.javalin.http.UploadedFile;
import io.pepper.distributed.Deployment;
import io.pepper.model.ModelException;
import io.pepper.model.TensorInfo;
import io.pepper.session.ModelSession;
import io.pepper.session.RunOutputs;
import io.pepper.session.TemporaryDirectory;
import io.pepper.session.TensorFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The routes that run deployments of a cluster: {@code GET /deployments}, and {@code POST /deployments/NAME/run} with a file
 * for each input, which answers a zip with a file for each output.
 */
final class DeploymentRoutes implements AutoCloseable {
    private final Optional<DeploymentSessions<ModelSession>> sessions;
    private final RunLimits limits;

    DeploymentRoutes(Optional<DeploymentSessions<ModelSession>> sessions, RunLimits limits) {
        this.sessions = sessions;
        this.limits = limits;
    }

    void configure(JavalinConfig config) {
        config.routes.get("/deployments", this::list);
        config.routes.post("/deployments/{name}/run", this::run);
    }

    private DeploymentSessions<ModelSession> sessions() {
        return sessions.orElseThrow(
                () -> new NotFoundResponse("this service belongs to no cluster: start it with --cluster"));
    }

    private void list(Context request) throws IOException {
        List<Map<String, Object>> deployments = new ArrayList<>();
        for (Deployment each : sessions().deployments()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("name", each.name());
            fields.put("version", each.version());
            fields.put("model", each.model());
            fields.put("complete", each.isComplete());
            fields.put("nodesByPart", each.nodes());
            deployments.add(fields);
        }
        request.json(Map.of("deployments", deployments));
    }

    private void run(Context request) throws IOException {
        DeploymentSessions<ModelSession> running = sessions();
        checkSize(request.req().getContentLengthLong());
        Map<String, List<UploadedFile>> files = request.uploadedFileMap();
        checkSize(files.values().stream()
                .flatMap(List::stream)
                .mapToLong(UploadedFile::size)
                .sum());
        try (TemporaryDirectory directory = TemporaryDirectory.create("run-")) {
            running.run(request.pathParam("name"), session -> {
                Map<String, OnnxTensor> inputs = inputs(session, files, directory);
                try (RunOutputs outputs = session.run(inputs)) {
                    answer(request, outputs, directory.path());
                } finally {
                    inputs.values().forEach(OnnxTensor::close);
                }
            });
        }
    }

    private void checkSize(long bytes) {
        if (bytes > limits.maxBytes()) {
            throw new ContentTooLargeResponse(
                    "the inputs of a request may have " + limits.maxBytes() + " bytes, these have " + bytes);
        }
    }

    private static Map<String, OnnxTensor> inputs(
            ModelSession session, Map<String, List<UploadedFile>> files, TemporaryDirectory directory)
            throws IOException {
        List<String> names = session.inputs().stream().map(TensorInfo::name).toList();
        for (String given : files.keySet()) {
            if (!names.contains(given)) {
                throw new BadRequestResponse("the model has no input '" + given + "', only " + session.inputs());
            }
        }
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        try {
            for (String name : names) {
                List<UploadedFile> given = files.getOrDefault(name, List.of());
                if (given.size() != 1) {
                    throw new BadRequestResponse("the form needs one file in '" + name + "', found " + given.size());
                }
                inputs.put(name, tensor(name, given.get(0), directory));
            }
            return inputs;
        } catch (IOException | RuntimeException refused) {
            inputs.values().forEach(OnnxTensor::close);
            throw refused;
        }
    }

    /** Reads an upload, whose name only selects the format. */
    private static OnnxTensor tensor(String name, UploadedFile upload, TemporaryDirectory directory)
            throws IOException {
        Path file = directory.path().resolve(upload.filename().endsWith(".npy") ? "input.npy" : "input.pb");
        try (InputStream content = upload.content()) {
            Files.copy(content, file);
            return TensorFiles.read(file);
        } catch (ModelException | IllegalArgumentException refused) {
            throw new UnprocessableContentResponse(
                    name + ": " + Failures.without(directory.path(), refused.getMessage()));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** Sends a zip with a file for each output that is a tensor. All of them are written before the first byte is sent. */
    private static void answer(Context request, RunOutputs outputs, Path directory) throws IOException {
        List<Path> written = new ArrayList<>();
        for (Map.Entry<String, OnnxValue> output : outputs.values().entrySet()) {
            if (output.getValue() instanceof OnnxTensor tensor) {
                String safe = output.getKey().replaceAll("[^A-Za-z0-9._-]", "_");
                Path file = directory.resolve(written.size() + "_" + safe + ".npy");
                TensorFiles.write(file, output.getKey(), tensor);
                written.add(file);
            }
        }
        request.contentType("application/zip");
        ZipOutputStream zip = new ZipOutputStream(request.outputStream());
        for (Path file : written) {
            zip.putNextEntry(new ZipEntry(String.valueOf(file.getFileName())));
            Files.copy(file, zip);
            zip.closeEntry();
        }
        zip.finish();
    }

    @Override
    public void close() {
        sessions.ifPresent(DeploymentSessions::close);
    }
}
