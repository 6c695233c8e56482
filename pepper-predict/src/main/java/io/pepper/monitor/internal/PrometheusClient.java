package io.pepper.monitor.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks Prometheus instant queries. Answers are not trusted: their size and depth are bounded. Thread-safe. */
public final class PrometheusClient {
    private static final int MOST_BYTES = 16 << 20;
    private static final int MOST_DEPTH = 16;
    private static final int SERVER_ERROR = 500;
    private static final int TOO_MANY = 429;
    private static final int OK = 200;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION) // UTF-8, as RFC 8259 says
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_DEPTH)
                    .maxStringLength(1 << 16)
                    .build())
            .build());

    private final HttpClient http;
    private final URI server;
    private final Optional<String> authorization;
    private final Duration timeout;
    private final int retries;
    private final Duration backOff;

    /**
     * Prepares.
     *
     * @param http the client
     * @param server the server, with a path if it stands behind one
     * @param authorization the value of that header
     * @param timeout of a request
     * @param retries how often to ask again after a failure that may pass
     * @param backOff how long to wait before the first time; twice as long each time after
     */
    public PrometheusClient(
            HttpClient http,
            URI server,
            Optional<String> authorization,
            Duration timeout,
            int retries,
            Duration backOff) {
        this.http = http;
        this.server = server;
        this.authorization = authorization;
        this.timeout = timeout;
        this.retries = retries;
        this.backOff = backOff;
    }

    /** Thrown where no answer came at all: asking something else does not help either. */
    public static final class NoAnswerException extends IOException {
        private static final long serialVersionUID = 1L;

        private NoAnswerException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** A failure after which asking again may help. */
    private static final class PassingException extends IOException {
        private static final long serialVersionUID = 1L;

        PassingException(String message) {
            super(message);
        }
    }

    /**
     * Asks.
     *
     * @param query in PromQL
     * @return the elements of the vector
     * @throws InterruptedIOException if the thread is interrupted
     * @throws NoAnswerException if the server cannot be reached, or does not answer in time
     * @throws IOException if there is no usable answer, with the reason
     */
    public List<Sample> query(String query) throws IOException {
        String base = server.toString().replaceAll("/+$", "");
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(base + "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8)))
                .timeout(timeout)
                .header("Accept", "application/json");
        authorization.ifPresent(value -> request.header("Authorization", value));
        Duration wait = backOff;
        for (int attempt = 0; ; attempt++) {
            try {
                return ask(request.build());
            } catch (InterruptedIOException stopped) {
                throw stopped;
            } catch (RefusedException refused) {
                throw refused;
            } catch (IOException failed) {
                if (attempt == retries) {
                    String said = server + ": " + reason(failed) + ", after " + (attempt + 1) + " attempts";
                    throw failed instanceof PassingException
                            ? new IOException(said, failed)
                            : new NoAnswerException(said, failed);
                }
                sleep(wait);
                wait = wait.multipliedBy(2);
            }
        }
    }

    private static String reason(IOException failed) {
        String message = failed.getMessage();
        return message == null || message.isEmpty() ? failed.getClass().getSimpleName() : message;
    }

    /** An answer that says no, or nothing that can be understood: asking again does not help. */
    private static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    private List<Sample> ask(HttpRequest request) throws IOException {
        HttpResponse<byte[]> response = send(request);
        int status = response.statusCode();
        if (status >= SERVER_ERROR || status == TOO_MANY) {
            throw new PassingException("HTTP " + status);
        }
        if (response.body().length > MOST_BYTES) {
            throw new RefusedException(server + ": the answer has more than " + MOST_BYTES + " bytes");
        }
        return samples(server.toString(), status, response.body());
    }

    /** The client's own time-out ends with the headers; the body has as long again. */
    private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request, headers -> new BoundedBody(MOST_BYTES));
        try {
            return answer.get(2 * timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("the query was interrupted").initCause(stopped);
        } catch (TimeoutException late) {
            answer.cancel(true);
            throw new IOException("the answer did not end in time", late);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            throw cause instanceof IOException broken ? broken : new IOException(String.valueOf(cause), failed);
        }
    }

    /** What an answer says, whatever is in it. */
    static List<Sample> samples(String server, int status, byte[] bytes) throws IOException {
        JsonNode answer;
        try {
            answer = MAPPER.readTree(bytes);
        } catch (JsonProcessingException garbage) {
            throw new RefusedException(server + ": HTTP " + status + ", and no JSON: " + garbage.getOriginalMessage());
        }
        if (status != OK || !answer.path("status").asText().equals("success")) {
            throw new RefusedException(
                    server + ": HTTP " + status + " " + answer.path("errorType").asText() + " "
                            + answer.path("error").asText());
        }
        JsonNode data = answer.path("data");
        if (!data.path("resultType").asText().equals("vector")
                || !data.path("result").isArray()) {
            throw new RefusedException(server + ": the answer is no vector");
        }
        List<Sample> samples = new ArrayList<>();
        for (JsonNode element : data.path("result")) {
            Map<String, String> labels = new HashMap<>();
            element.path("metric")
                    .properties()
                    .forEach(
                            label -> labels.put(label.getKey(), label.getValue().asText()));
            samples.add(new Sample(labels, number(element.path("value").path(1).asText())));
        }
        return samples;
    }

    /** As Prometheus writes numbers; what is none is NaN. */
    private static double number(String text) {
        try {
            return switch (text) {
                case "+Inf" -> Double.POSITIVE_INFINITY;
                case "-Inf" -> Double.NEGATIVE_INFINITY;
                default -> Double.parseDouble(text);
            };
        } catch (NumberFormatException none) {
            return Double.NaN;
        }
    }

    private static void sleep(Duration duration) throws InterruptedIOException {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("the query was interrupted").initCause(stopped);
        }
    }
}
