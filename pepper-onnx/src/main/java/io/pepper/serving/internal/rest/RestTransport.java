package io.pepper.serving.internal.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.internal.net.Certificates;
import io.pepper.serving.internal.ClientSettings;
import io.pepper.serving.internal.InferAnswer;
import io.pepper.serving.internal.InferCall;
import io.pepper.serving.internal.ModelDescription;
import io.pepper.serving.internal.Protection;
import io.pepper.serving.internal.ServerDescription;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.ServingException.Reason;
import io.pepper.serving.internal.TensorSpec;
import io.pepper.serving.internal.Transport;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The protocol's REST client. Thread-safe. */
public final class RestTransport implements Transport {
    private static final int MAX_DESCRIPTION = 8 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ClientSettings settings;
    private final HttpClient client;
    private final String base;
    private volatile Optional<ServerDescription> server = Optional.empty();

    private RestTransport(ClientSettings settings, HttpClient client) {
        this.settings = settings;
        this.client = client;
        String host = settings.host().indexOf(':') < 0 ? settings.host() : "[" + settings.host() + "]";
        this.base = (settings.tls() ? "https://" : "http://") + host + ":" + settings.port() + "/v2";
    }

    /**
     * Creates a client, which connects when it is used.
     *
     * @param settings the server and how to reach it
     * @return the client
     * @throws IOException if a file of certificates is wrong
     */
    public static RestTransport open(ClientSettings settings) throws IOException {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connect());
        if (settings.tls()) {
            Protection protection = settings.protection();
            builder.sslContext(Certificates.client(protection.own(), protection.authority()));
        }
        return new RestTransport(settings, builder.build());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        settings.protection().header().ifPresent(value -> request.header(Protection.HEADER, value));
        return request;
    }

    private static String path(String model, String version) {
        return "/models/" + encoded(model) + (version.isEmpty() ? "" : "/versions/" + encoded(version));
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private RestExchange.Reply get(String path, Duration within) throws IOException {
        return RestExchange.start(client, request(path).GET().build(), MAX_DESCRIPTION, within)
                .await();
    }

    @Override
    public boolean isReady(String model, String version, Duration within) throws IOException {
        RestExchange.Reply reply = get(path(model, version) + "/ready", within);
        if (reply.status() == HttpStatuses.OK) {
            return true;
        }
        if (reply.status() == HttpStatuses.INVALID || reply.status() == HttpStatuses.UNAVAILABLE) {
            return false;
        }
        throw HttpStatuses.failure(reply.status(), error(reply));
    }

    @Override
    public ModelDescription describe(String model, String version, Duration within) throws IOException {
        JsonNode found = json(get(path(model, version), within));
        List<String> versions = new ArrayList<>();
        found.path("versions").forEach(each -> versions.add(each.asText()));
        return new ModelDescription(
                found.path("name").asText(),
                versions,
                found.path("platform").asText(),
                tensors(found.path("inputs")),
                tensors(found.path("outputs")));
    }

    private static List<TensorSpec> tensors(JsonNode found) throws ServingException {
        List<TensorSpec> tensors = new ArrayList<>();
        for (JsonNode tensor : found) {
            List<Long> shape = new ArrayList<>();
            for (JsonNode size : tensor.path("shape")) {
                if (!size.isIntegralNumber()) {
                    throw ServingException.invalid("the server describes a shape with '" + size + "'");
                }
                shape.add(size.asLong());
            }
            tensors.add(TensorSpec.of(
                    tensor.path("name").asText(), tensor.path("datatype").asText(), shape));
        }
        return tensors;
    }

    /** Returns the server's description, which is asked for once. */
    private ServerDescription server(Duration within) throws IOException {
        if (server.isEmpty()) {
            JsonNode found = json(get("", within));
            List<String> extensions = new ArrayList<>();
            found.path("extensions").forEach(each -> extensions.add(each.asText()));
            server = Optional.of(new ServerDescription(
                    found.path("name").asText(), found.path("version").asText(), extensions));
        }
        return server.get();
    }

    private static JsonNode json(RestExchange.Reply reply) throws IOException {
        if (reply.status() != HttpStatuses.OK) {
            throw HttpStatuses.failure(reply.status(), error(reply));
        }
        try {
            JsonNode found = JSON.readTree(reply.body());
            if (found == null || !found.isObject()) {
                throw new ServingException(Reason.FAILED, "the server's description is no JSON object", null);
            }
            return found;
        } catch (JsonProcessingException wrong) {
            throw new ServingException(
                    Reason.FAILED, "the server's description is no JSON: " + wrong.getOriginalMessage(), wrong);
        }
    }

    /** Returns the reason of a failure, which servers give in a field or as text. */
    private static String error(RestExchange.Reply reply) throws IOException {
        String text = new String(reply.body().readAllBytes(), StandardCharsets.UTF_8);
        try {
            JsonNode found = JSON.readTree(text);
            return found == null || !found.path("error").isTextual()
                    ? text
                    : found.path("error").asText();
        } catch (JsonProcessingException plain) {
            return text;
        }
    }

    @Override
    public Exchange infer(InferCall call, Duration within) throws IOException {
        ServerDescription known = server(within);
        boolean timed = known.extensions().contains(ServerDescription.TIMEOUT)
                || known.extensions().contains(ServerDescription.POLICY);
        InferCall sent = new InferCall(
                call.model(),
                call.version(),
                call.id(),
                timed ? Optional.of(within) : Optional.empty(),
                call.inputs(),
                call.outputs());
        MessageWriter.Body body = MessageWriter.request(sent, known.extensions().contains(ServerDescription.BINARY));
        HttpRequest.Builder request = request(path(call.model(), call.version()) + "/infer")
                .header("Content-Type", body.binary().isEmpty() ? "application/json" : "application/octet-stream")
                .POST(BodyBuffers.publisher(body));
        if (!body.binary().isEmpty()) {
            request.header(
                    MessageReader.JSON_LENGTH, Integer.toString(body.json().remaining()));
        }
        RestExchange exchange = RestExchange.start(client, request.build(), settings.maxMessageBytes(), within);
        return new Exchange() {
            @Override
            public InferAnswer await() throws IOException {
                return answer(exchange.await());
            }

            @Override
            public void cancel() {
                exchange.cancel();
            }
        };
    }

    private InferAnswer answer(RestExchange.Reply reply) throws IOException {
        if (reply.status() != HttpStatuses.OK) {
            throw HttpStatuses.failure(reply.status(), error(reply));
        }
        MessageReader reader = MessageReader.of(
                reply.body(), MessageReader.jsonLength(reply.jsonLength()), settings.maxMessageBytes());
        JsonMessage message = reader.message();
        return new InferAnswer(
                message.text("model_name"),
                message.text("model_version"),
                message.text("id"),
                reader.tensors("outputs", message.outputs()));
    }

    /** Does nothing: idle connections end by themselves. */
    @Override
    public void close() {}
}
