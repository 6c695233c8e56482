package io.pepper.examples.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.pepper.model.ModelException;
import io.pepper.session.StageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The conversion of errors to JSON objects with a {@code message}, which does not reveal the server's paths and
 * internals.
 */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "application/json";
    private static final int UNPROCESSABLE = 422;
    private static final int INTERNAL = 500;
    private static final String COMPLETIONS = "/v1/";

    private Failures() {}

    static void configure(JavalinConfig config) {
        config.routes.exception(ModelException.class, (e, request) -> fail(request, UNPROCESSABLE, e.getMessage()));
        config.routes.exception(
                IllegalArgumentException.class, (e, request) -> fail(request, UNPROCESSABLE, e.getMessage()));
        config.routes.exception(
                HttpResponseException.class,
                (e, request) -> fail(
                        request, e.getStatus(), e.getMessage(), e.getDetails().get("param")));
        config.routes.exception(Exception.class, (e, request) -> unexpected(request, e));
        config.jetty.modifyServer(server -> server.setErrorHandler(new OfServer()));
    }

    private static void fail(Context request, int status, @Nullable String message) {
        fail(request, status, message, null);
    }

    /** Answers with an error. Completions have the form of OpenAI, with the field that is wrong. */
    private static void fail(Context request, int status, @Nullable String message, @Nullable String field) {
        String text = String.valueOf(message);
        boolean isCompletion = request.path().startsWith(COMPLETIONS);
        request.status(status)
                .contentType(TYPE)
                .result(isCompletion ? ofCompletion(status, text, field).toString() : body(text));
    }

    private static ObjectNode ofCompletion(int status, String message, @Nullable String field) {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("error")
                .put("message", message)
                .put("type", status < INTERNAL ? "invalid_request_error" : "server_error")
                .put("param", field)
                .putNull("code");
        return root;
    }

    /** Returns the error of a completion that failed after its answer had begun. */
    static ObjectNode ofCompletion(Exception fault) {
        if (fault instanceof StageException failed) {
            HttpResponseException response = DeploymentSessions.response(failed);
            return ofCompletion(response.getStatus(), String.valueOf(response.getMessage()), null);
        }
        return ofCompletion(INTERNAL, logged(fault), null);
    }

    /**
     * Answers a request that the server itself refused during reading, or a fault, whose details only the log contains.
     */
    private static void unexpected(Context request, Exception fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpException refused) {
                fail(request, refused.getCode(), refused.getReason());
                return;
            }
        }
        fail(request, INTERNAL, logged(fault));
    }

    /** Returns the message for a client about a fault of the service. */
    static String logged(Throwable fault) {
        String id = UUID.randomUUID().toString();
        LOG.error("fault {}", id, fault);
        return "the service failed; its log has the details under " + id;
    }

    /** Removes the directory of an upload from a message. */
    static String without(Path directory, @Nullable String message) {
        return String.valueOf(message)
                .replace(directory + directory.getFileSystem().getSeparator(), "")
                .replace(directory.toString(), "the upload");
    }

    private static String body(String message) {
        try {
            return JSON.writeValueAsString(Map.of("status", "error", "message", message));
        } catch (JsonProcessingException never) {
            throw new IllegalStateException(never);
        }
    }

    /** Answers requests that reach no handler: malformed ones, or those with too large headers. */
    private static final class OfServer extends ErrorHandler {
        @Override
        protected void generateResponse(
                Request request, Response response, int code, String message, Throwable cause, Callback callback)
                throws IOException {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, TYPE);
            Content.Sink.write(response, true, body(String.valueOf(message)), callback);
        }
    }
}
