package io.pepper.serving.internal.rest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.pepper.document.SafeText;
import io.pepper.internal.net.Callers;
import io.pepper.internal.net.TimedExecutor;
import io.pepper.serving.internal.CallWatch;
import io.pepper.serving.internal.InferAnswer;
import io.pepper.serving.internal.InferCall;
import io.pepper.serving.internal.ModelService;
import io.pepper.serving.internal.Protection;
import io.pepper.serving.internal.ServingException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The handler of all requests to a REST server. Thread-safe. */
final class RestHandler implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RestHandler.class);
    private static final int CHUNK = 1 << 16;
    private static final int MAX_TEXT = 1000;
    private static final String JSON = "application/json";
    private static final Set<String> UNSERVED = Set.of("classification", "shared_memory_region");

    private final ModelService service;
    private final RestRoutes routes;
    private final Protection protection;
    private final Optional<Callers> callers;
    private final int maxMessageBytes;

    RestHandler(ModelService service, Protection protection, Optional<Callers> callers, int maxMessageBytes) {
        this.service = service;
        this.routes = new RestRoutes(service);
        this.protection = protection;
        this.callers = callers;
        this.maxMessageBytes = maxMessageBytes;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        TimedExecutor.received();
        try {
            answer(exchange);
        } catch (ServingException failed) {
            refuse(exchange, HttpStatuses.of(failed.reason()), failed.what());
        } catch (RuntimeException | OutOfMemoryError failed) {
            LOG.warn("a request failed", failed);
            refuse(exchange, HttpStatuses.FAILED, String.valueOf(failed.getMessage()));
        } finally {
            exchange.close();
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        Optional<String> refusal =
                callers.flatMap(check -> check.refusal(header(exchange, "Host"), optionalHeader(exchange, "Origin")));
        if (refusal.isPresent()) {
            refuse(exchange, HttpStatuses.FORBIDDEN, refusal.get());
            return;
        }
        protection.check(optionalHeader(exchange, Protection.HEADER));
        String path = exchange.getRequestURI().getRawPath();
        Optional<RestRoutes.ModelPath> model = RestRoutes.model(path);
        boolean infers = model.isPresent() && model.get().verb().equals("infer");
        String method = infers ? "POST" : "GET";
        if (!exchange.getRequestMethod().equals(method)) {
            exchange.getResponseHeaders().set("Allow", method);
            refuse(exchange, HttpStatuses.NOT_ALLOWED, method + " is expected");
        } else if (infers) {
            infer(exchange, model.get());
        } else {
            RestRoutes.Simple found = routes.read(path)
                    .orElseThrow(() -> new ServingException(
                            ServingException.Reason.NOT_FOUND, "there is no such path: see /v2/models/NAME", null));
            send(exchange, found.status(), body(found.body()));
        }
    }

    private void infer(HttpExchange exchange, RestRoutes.ModelPath model) throws IOException {
        if (!header(exchange, "Content-Encoding").isEmpty()) {
            throw ServingException.invalid("compressed bodies are not supported");
        }
        ModelService.Permit permit = service.admit();
        try {
            MessageReader reader = MessageReader.of(
                    exchange.getRequestBody(),
                    MessageReader.jsonLength(header(exchange, MessageReader.JSON_LENGTH)),
                    maxMessageBytes);
            JsonMessage message = reader.message();
            InferCall call = new InferCall(
                    model.name(),
                    model.version(),
                    message.text("id"),
                    timeout(message),
                    reader.tensors("inputs", message.inputs()),
                    message.outputs().stream().map(JsonTensor::name).toList());
            Set<String> binary = binaryOutputs(message);
            service.infer(call, new CallWatch(), answer -> write(exchange, answer, binary, isBinary(message)));
        } finally {
            permit.close();
        }
    }

    private static Optional<Duration> timeout(JsonMessage message) {
        return message.parameters().get(MessageWriter.TIMEOUT) instanceof Long micros && micros > 0
                ? Optional.of(Duration.of(micros, ChronoUnit.MICROS))
                : Optional.empty();
    }

    private static boolean isBinary(JsonMessage message) {
        return Boolean.TRUE.equals(message.parameters().get(MessageWriter.BINARY_OUTPUTS));
    }

    /** Returns the outputs that are wanted in binary form. */
    private static Set<String> binaryOutputs(JsonMessage message) throws ServingException {
        Set<String> binary = new HashSet<>();
        for (JsonTensor output : message.outputs()) {
            if (output.parameters().keySet().stream().anyMatch(UNSERVED::contains)) {
                throw ServingException.invalid("output '" + output.name()
                        + "': its parameters are of an extension that is not served: "
                        + output.parameters().keySet());
            }
            Object wanted = output.parameters().get(MessageWriter.BINARY_OUTPUT);
            if (wanted == null ? isBinary(message) : wanted.equals(true)) {
                binary.add(output.name());
            }
        }
        return binary;
    }

    private static void write(HttpExchange exchange, InferAnswer answer, Set<String> chosen, boolean all)
            throws IOException {
        boolean any = all || !chosen.isEmpty();
        MessageWriter.Body body = MessageWriter.answer(answer, name -> chosen.isEmpty() ? all : chosen.contains(name));
        if (any) {
            exchange.getResponseHeaders()
                    .set(MessageReader.JSON_LENGTH, Integer.toString(body.json().remaining()));
        }
        send(exchange, HttpStatuses.OK, body);
    }

    /** Sends an answer. Small parts are put together: each write is a packet. */
    private static void send(HttpExchange exchange, int status, MessageWriter.Body body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", body.binary().isEmpty() ? JSON : "application/octet-stream");
        exchange.sendResponseHeaders(status, body.length());
        try (OutputStream out = exchange.getResponseBody()) {
            byte[] chunk = new byte[(int) Math.min(CHUNK, body.length())];
            int used = 0;
            for (ByteBuffer part : body.all()) {
                while (part.hasRemaining()) {
                    int step = Math.min(chunk.length - used, part.remaining());
                    part.get(chunk, used, step);
                    used += step;
                    if (used == chunk.length) {
                        out.write(chunk, 0, used);
                        used = 0;
                    }
                }
            }
            out.write(chunk, 0, used);
        }
    }

    /** Sends a failure, unless an answer has begun. */
    private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
        if (exchange.getResponseCode() >= 0) {
            return;
        }
        if (status == HttpStatuses.UNAUTHENTICATED) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        }
        send(exchange, status, body(JsonNodeFactory.instance.objectNode().put("error", SafeText.line(why, MAX_TEXT))));
    }

    private static MessageWriter.Body body(ObjectNode object) {
        return new MessageWriter.Body(ByteBuffer.wrap(object.toString().getBytes(StandardCharsets.UTF_8)), List.of());
    }

    private static String header(HttpExchange exchange, String name) {
        return optionalHeader(exchange, name).orElse("");
    }

    private static Optional<String> optionalHeader(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }
}
