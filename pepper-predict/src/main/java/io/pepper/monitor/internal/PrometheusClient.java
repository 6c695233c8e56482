package io.pepper.monitor.internal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client for instant queries to Prometheus. Answers are not trusted: their size, depth and time are bounded, and
 * answers of other servers are explained. Redirects are not followed, so that no other server receives the password.
 * Thread-safe.
 */
public final class PrometheusClient {
    private static final int MAX_BYTES = 16 << 20;
    private static final int SERVER_ERROR = 500;
    private static final int TOO_MANY = 429;
    private static final int OK = 200;
    private static final int BAD_QUERY = 400;
    private static final int BAD_EXPRESSION = 422;

    private final HttpClient http;
    private final URI server;
    private final Map<String, String> headers;
    private final Secrets secrets;
    private final Patience patience;

    /**
     * The limits of waiting and retrying.
     *
     * @param timeout limit of a request
     * @param retries number of retries after a failure that may pass
     * @param backOff wait before the first retry; it doubles with each further one
     */
    public record Patience(Duration timeout, int retries, Duration backOff) {}

    /**
     * Creates a client.
     *
     * @param http the HTTP client
     * @param server the server, with a path if it is behind one and without a user
     * @param headers the headers of each request, for instance {@code Authorization}
     * @param patience the limits of waiting and retrying
     */
    public PrometheusClient(HttpClient http, URI server, Map<String, String> headers, Patience patience) {
        this.http = http;
        this.server = server;
        this.headers = Map.copyOf(headers);
        this.secrets = Secrets.of(headers);
        this.patience = patience;
    }

    /** Thrown if there was no answer at all, or one that all other queries would get. Further queries are pointless. */
    public static final class NoAnswerException extends IOException {
        private static final long serialVersionUID = 1L;

        private NoAnswerException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Thrown if this query was refused, or its answer cannot be understood. A retry is pointless. */
    private static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * Sends a query.
     *
     * @param query the query in PromQL
     * @param deadline the deadline of the whole reading
     * @return the elements of the vector
     * @throws InterruptedIOException if the thread is interrupted
     * @throws NoAnswerException if the server cannot be reached, or does not answer in time
     * @throws IOException if there is no usable answer; the message states the reason
     */
    public Answer query(String query, Deadline deadline) throws IOException {
        return vector("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8), deadline);
    }

    /**
     * Asks as if it were another time.
     *
     * @param query in PromQL
     * @param time in seconds since 1970
     * @param deadline when the whole reading ends
     * @return the elements of the vector
     * @throws InterruptedIOException if the thread is interrupted
     * @throws NoAnswerException if the server cannot be reached, or does not answer in time
     * @throws IOException if there is no usable answer, with the reason
     */
    public Answer query(String query, double time, Deadline deadline) throws IOException {
        return vector(
                "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8) + "&time=" + Math.round(time),
                deadline);
    }

    private Answer vector(String resource, Deadline deadline) throws IOException {
        AnswerReader.Contents contents = get(resource, deadline);
        if (!contents.hasVector() || !"vector".equals(contents.texts().get("data.resultType"))) {
            throw new RefusedException(server + ": the answer is not a vector");
        }
        Answer answer = contents.answer();
        return new Answer(
                answer.samples(), answer.warnings().stream().map(secrets::hide).toList());
    }

    /**
     * Requests a text that is not in a vector.
     *
     * @param resource the path, relative to the server's
     * @param name the text's name in the answer, for instance {@code data.version}
     * @param deadline the deadline of the whole reading
     * @return the text; empty if there is none
     * @throws IOException if there is no usable answer; the message states the reason
     */
    public String text(String resource, String name, Deadline deadline) throws IOException {
        return get(resource, deadline).text(name);
    }

    @Override
    public String toString() {
        return server.toString();
    }

    private AnswerReader.Contents get(String resource, Deadline deadline) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(server + resource)).header("Accept", "application/json");
        headers.forEach(request::setHeader);
        Duration wait = patience.backOff();
        for (int attempt = 0; ; attempt++) {
            try {
                return ask(request, deadline);
            } catch (InterruptedIOException | RefusedException | NoAnswerException stopped) {
                throw stopped;
            } catch (IOException failed) {
                boolean over = deadline.isOver();
                if (attempt == patience.retries() || over) {
                    throw new NoAnswerException(
                            server + ": " + BoundedExchange.reason(failed) + ", after " + (attempt + 1) + " attempts"
                                    + (over ? "; the whole reading may take " + seconds(deadline.most()) : ""),
                            failed);
                }
                sleep(deadline.millis(wait));
                wait = wait.multipliedBy(2);
            }
        }
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1e3 + " seconds";
    }

    private AnswerReader.Contents ask(HttpRequest.Builder request, Deadline deadline) throws IOException {
        HttpResponse<byte[]> response = BoundedExchange.send(http, request, MAX_BYTES, patience.timeout(), deadline);
        if (response.body().length > MAX_BYTES) {
            throw new RefusedException(server + ": the answer has more than " + MAX_BYTES + " bytes");
        }
        int status = response.statusCode();
        byte[] body = PlainBody.of(response, MAX_BYTES);
        Refusals refusals =
                new Refusals(status, response.headers(), body, headers.containsKey("Authorization"), secrets);
        AnswerReader.Contents contents;
        try {
            contents = AnswerReader.read(body);
        } catch (AnswerReader.NotUnderstoodException garbage) {
            throw refused(status, refusals.unreadable(secrets.hide(String.valueOf(garbage.getMessage()))));
        }
        if (status == OK && !contents.texts().containsKey("status")) {
            throw refused(status, "HTTP 200, and no answer of Prometheus");
        }
        if (status != OK || !contents.isSuccess()) {
            throw refused(status, refusals.sentence(error(contents)));
        }
        return contents;
    }

    /** Returns the error in Prometheus's format, or in that of other servers. */
    private String error(AnswerReader.Contents contents) {
        String message = (text(contents, "errorType") + " " + text(contents, "error")).strip();
        return message.isEmpty() ? text(contents, "message") : message;
    }

    /** Hides secrets before the text is shortened. */
    private String text(AnswerReader.Contents contents, String name) {
        return SafeText.of(secrets.hide(contents.texts().getOrDefault(name, "")));
    }

    /** Errors of the server and rate limits may pass; other statuses apply to all queries. */
    private IOException refused(int status, String sentence) {
        return switch (status) {
            case OK, BAD_QUERY, BAD_EXPRESSION -> new RefusedException(server + ": " + sentence);
            default ->
                status >= SERVER_ERROR || status == TOO_MANY
                        ? new IOException(sentence)
                        : new NoAnswerException(server + ": " + sentence, null);
        };
    }

    private static void sleep(long millis) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("the query was interrupted").initCause(stopped);
        }
    }
}
