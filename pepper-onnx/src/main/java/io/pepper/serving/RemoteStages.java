package io.pepper.serving;

import io.pepper.export.PartitionManifest;
import io.pepper.serving.internal.ClientSettings;
import io.pepper.serving.internal.ModelDescription;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.TensorSpec;
import io.pepper.serving.internal.Transport;
import io.pepper.serving.internal.grpc.GrpcTransport;
import io.pepper.serving.internal.rest.RestTransport;
import io.pepper.session.Stage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parts that run on inference servers of the Open Inference Protocol, version 2. {@link
 * io.pepper.session.PipelineSession#of} and {@link io.pepper.session.PartitionedSession#of} run a model over such
 * stages, alone or together with stages in this process. Stateless and therefore thread-safe.
 *
 * <pre>{@code
 * PartitionManifest manifest = PartitionManifest.read(directory);
 * Stage first = Stage.open(directory, manifest, 0, SessionOptions.DEFAULTS);
 * Stage second = RemoteStages.open(
 *         Endpoint.parse("grpc://board:8001/ocr-2"), manifest.parts().get(1), RemoteOptions.DEFAULTS);
 * try (PipelineSession session =
 *         PipelineSession.of(manifest, List.of(first, second), PipelineOptions.DEFAULTS)) {
 *     …
 * }
 * }</pre>
 */
public final class RemoteStages {
    private RemoteStages() {}

    /**
     * Opens a part that a server runs. Unless the options leave this out, asks whether the model is ready, and compares
     * its description with the part: names, types and shapes, where an open size fits every size.
     *
     * <p>The stage checks each answer against the part before it makes tensors of it. Its failures are {@link
     * io.pepper.session.StageException}s that name the part and the endpoint. It may be called by several threads.
     *
     * @param endpoint the model on the server
     * @param part the part
     * @param options time, retries, limits and protection
     * @return the stage, for the caller to close
     * @throws IllegalArgumentException if the part has a value that the protocol cannot carry, or a token would travel to
     *     another machine without TLS
     * @throws IllegalStateException if the library for gRPC is missing
     * @throws IOException if a file of certificates is wrong, the server does not answer, the model is not ready, or its
     *     description differs from the part; the message lists the differences
     */
    public static Stage open(Endpoint endpoint, PartitionManifest.Part part, RemoteOptions options) throws IOException {
        requireEncryption(endpoint, options);
        Map<String, TensorSpec> inputs = new LinkedHashMap<>();
        Map<String, TensorSpec> outputs = new LinkedHashMap<>();
        try {
            part.inputs().forEach(input -> inputs.put(input.name(), TensorSpec.of(input)));
            part.outputs().forEach(output -> outputs.put(output.name(), TensorSpec.of(output)));
        } catch (IllegalArgumentException unfit) {
            throw new IllegalArgumentException(part.file() + ": " + unfit.getMessage(), unfit);
        }
        Transport transport = transport(endpoint, options);
        try {
            if (options.checked()) {
                check(endpoint, part, transport, options, inputs, outputs);
            }
            return new RemoteStage(part.file() + " at " + endpoint, endpoint, transport, options, inputs, outputs);
        } catch (ServingException failed) {
            transport.close();
            throw new IOException(part.file() + " at " + endpoint + ": " + failed.what(), failed);
        } catch (IOException | RuntimeException failed) {
            transport.close();
            throw failed;
        }
    }

    private static void requireEncryption(Endpoint endpoint, RemoteOptions options) throws IOException {
        boolean secret = options.security().token().isPresent();
        if (secret && !endpoint.scheme().isSecured() && !isLoopback(endpoint.host())) {
            throw new IllegalArgumentException(
                    endpoint + ": the token would travel to another machine without TLS: use "
                            + (endpoint.scheme().isGrpc() ? "grpcs" : "https"));
        }
    }

    private static boolean isLoopback(String host) throws IOException {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            throw new IOException(host + ": no such address is known", unknown);
        }
    }

    private static Transport transport(Endpoint endpoint, RemoteOptions options) throws IOException {
        ClientSettings settings = new ClientSettings(
                endpoint.host(),
                endpoint.port(),
                endpoint.scheme().isSecured(),
                options.security().protection(),
                options.maxMessageBytes(),
                options.flowControlWindow(),
                options.keepAlive(),
                options.connectTimeout());
        return endpoint.scheme().isGrpc()
                ? GrpcLibrary.with(() -> GrpcTransport.open(settings))
                : RestTransport.open(settings);
    }

    private static void check(
            Endpoint endpoint,
            PartitionManifest.Part part,
            Transport transport,
            RemoteOptions options,
            Map<String, TensorSpec> inputs,
            Map<String, TensorSpec> outputs)
            throws IOException {
        String version = endpoint.version().orElse("");
        if (!transport.isReady(endpoint.model(), version, options.timeout())) {
            throw new IOException(part.file() + " at " + endpoint + ": the model is not ready");
        }
        ModelDescription found = transport.describe(endpoint.model(), version, options.timeout());
        List<String> differences = new ArrayList<>();
        compare("input", inputs, found.inputs(), differences);
        compare("output", outputs, found.outputs(), differences);
        found.inputs().stream()
                .filter(input -> !inputs.containsKey(input.name()))
                .forEach(input -> differences.add("the server also expects the input '" + input.name() + "'"));
        if (!differences.isEmpty()) {
            throw new IOException(endpoint + " is not " + part.file() + ": " + String.join("; ", differences));
        }
    }

    private static void compare(
            String kind, Map<String, TensorSpec> expected, List<TensorSpec> found, List<String> differences) {
        Map<String, TensorSpec> byName = new LinkedHashMap<>();
        found.forEach(tensor -> byName.put(tensor.name(), tensor));
        expected.forEach((name, tensor) -> {
            TensorSpec served = byName.get(name);
            if (served == null) {
                differences.add("the server has no " + kind + " '" + name + "', only " + byName.keySet());
            } else if (!tensor.fits(served)) {
                differences.add("the " + kind + " '" + name + "' is " + tensor + " in the part and " + served
                        + " on the server");
            }
        });
    }
}
