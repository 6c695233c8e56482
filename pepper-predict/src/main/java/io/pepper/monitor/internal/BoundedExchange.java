package io.pepper.monitor.internal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** An HTTP exchange with bounded time and size. */
final class BoundedExchange {
    private BoundedExchange() {}

    /**
     * Sends a request. The HTTP client's own timeout ends with the headers; the body may take the same time again. Both
     * end with the deadline.
     *
     * @param http the client
     * @param request the request
     * @param maxBytes the largest body; a longer one is cut off one byte later
     * @param timeout limit of the headers, and again of the body
     * @param deadline the deadline of the whole reading
     * @throws InterruptedIOException if the thread is interrupted
     * @throws IOException if there is no answer in time
     */
    static HttpResponse<byte[]> send(
            HttpClient http, HttpRequest.Builder request, int maxBytes, Duration timeout, Deadline deadline)
            throws IOException {
        long most = deadline.millis(timeout);
        if (most == 0) {
            throw new IOException("the time is over");
        }
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request.timeout(Duration.ofMillis(most)).build(), headers -> new BoundedBody(maxBytes));
        try {
            return answer.get(deadline.millis(timeout.multipliedBy(2)), TimeUnit.MILLISECONDS);
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

    /** Returns why there was no answer, with advice. */
    static String reason(IOException failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "no such host is known";
            }
        }
        String message = failed.getMessage();
        if (message == null || message.isEmpty()) {
            return failed instanceof ConnectException
                    ? "no server listens there, or a firewall blocks the connection"
                    : failed.getClass().getSimpleName();
        }
        return SafeText.of(message) + (failed instanceof SSLException ? hint(message) : "");
    }

    /** Returns advice on a TLS error. */
    private static String hint(String message) {
        if (message.contains("SSL message")) {
            return " (it may speak http, not https)";
        }
        return message.contains("PKIX") || message.contains("certificat")
                ? " (its certificate is not trusted: give the certificate of its authority, --ca-file)"
                : "";
    }
}
