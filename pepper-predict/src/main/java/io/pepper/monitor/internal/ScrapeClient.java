package io.pepper.monitor.internal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A client for the metrics of exporters. Their answers are not trusted: size, time and content are bounded. Redirects are
 * not followed, so that no other server receives the password. Thread-safe.
 */
public final class ScrapeClient {
    /** The largest answer, some ten times that of a large node_exporter. */
    static final int MAX_BYTES = 4 << 20;

    private static final int OK = 200;

    private final HttpClient http;
    private final Map<String, String> headers;
    private final Secrets secrets;
    private final Duration timeout;

    /**
     * Creates a client.
     *
     * @param http the HTTP client
     * @param headers the headers of each request, for instance {@code Authorization}
     * @param timeout limit of an answer's headers, and again of its body
     */
    public ScrapeClient(HttpClient http, Map<String, String> headers, Duration timeout) {
        this.http = http;
        this.headers = Map.copyOf(headers);
        this.secrets = Secrets.of(headers);
        this.timeout = timeout;
    }

    /**
     * Reads the metrics of an exporter.
     *
     * @param exporter its address, without the path {@code /metrics}
     * @param wanted whether to keep the samples of a metric
     * @param deadline the deadline of the whole reading
     * @return the samples by metric
     * @throws InterruptedIOException if the thread is interrupted
     * @throws IOException if there is no answer, or one that is not in Prometheus' text format; the message has the
     *     address
     */
    public Map<String, List<Sample>> metrics(URI exporter, Predicate<String> wanted, Deadline deadline)
            throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(exporter + "/metrics")).header("Accept", "text/plain; version=0.0.4");
        headers.forEach(request::setHeader);
        try {
            HttpResponse<byte[]> response = BoundedExchange.send(http, request, MAX_BYTES, timeout, deadline);
            if (response.body().length > MAX_BYTES) {
                throw new IOException("the metrics have more than " + MAX_BYTES + " bytes");
            }
            if (response.statusCode() != OK) {
                throw new IOException(refusal(response.statusCode()));
            }
            return ScrapeReader.read(PlainBody.of(response, MAX_BYTES), wanted);
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException failed) {
            throw new IOException(exporter + ": " + secrets.hide(BoundedExchange.reason(failed)), failed);
        }
    }

    private static String refusal(int status) {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> "redirected (HTTP " + status + "), which is not followed";
            case 401, 403 -> "asks for a password or a token, or does not accept the given one (HTTP " + status + ")";
            case 404 -> "has no /metrics (HTTP 404): it may be another program";
            default -> "answers HTTP " + status;
        };
    }
}
