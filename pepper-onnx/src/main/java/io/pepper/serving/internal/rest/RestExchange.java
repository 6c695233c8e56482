package io.pepper.serving.internal.rest;

import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.ServingException.Reason;
import io.pepper.serving.internal.TlsFaults;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;

/** A request and its whole answer, for which one thread waits. */
final class RestExchange {
    private final CompletableFuture<HttpResponse<InputStream>> future;
    private final AtomicBoolean answered;
    private final long end;
    private final String address;
    private final boolean tls;

    private RestExchange(
            CompletableFuture<HttpResponse<InputStream>> future, AtomicBoolean answered, long end, URI address) {
        this.future = future;
        this.answered = answered;
        this.end = end;
        this.address = address.getAuthority();
        this.tls = "https".equals(address.getScheme());
    }

    /**
     * An answer.
     *
     * @param status its status
     * @param jsonLength the header with the length of its JSON object; empty if missing
     * @param body its body, all of which has arrived
     */
    record Reply(int status, String jsonLength, InputStream body) {}

    static RestExchange start(HttpClient client, HttpRequest request, int most, Duration within) {
        AtomicBoolean answered = new AtomicBoolean();
        CompletableFuture<HttpResponse<InputStream>> future = client.sendAsync(request, info -> {
            answered.set(true);
            return new BodyCollector(most);
        });
        return new RestExchange(future, answered, System.nanoTime() + within.toNanos(), request.uri());
    }

    void cancel() {
        future.cancel(true);
    }

    Reply await() throws IOException {
        try {
            HttpResponse<InputStream> response = future.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            return new Reply(
                    response.statusCode(),
                    response.headers().firstValue(MessageReader.JSON_LENGTH).orElse(""),
                    response.body());
        } catch (TimeoutException late) {
            cancel();
            throw new ServingException(Reason.TIMED_OUT, address + " does not answer in time", late);
        } catch (CancellationException cancelled) {
            throw new ServingException(Reason.CANCELLED, "the request was cancelled", cancelled);
        } catch (InterruptedException interrupted) {
            cancel();
            Thread.currentThread().interrupt();
            InterruptedIOException stopped = new InterruptedIOException("the request was interrupted");
            stopped.initCause(interrupted);
            throw stopped;
        } catch (ExecutionException failed) {
            throw failure(failed.getCause() == null ? failed : failed.getCause());
        }
    }

    private String described(Throwable thrown) {
        String what = thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
        String ended = what.contains("received no bytes") ? "it ended the connection" : what;
        return TlsFaults.silence(what, tls)
                .map(meaning -> ended + "; " + meaning)
                .orElse(what);
    }

    private ServingException failure(Throwable thrown) {
        if (thrown instanceof ServingException known) {
            return known;
        }
        String why = TlsFaults.of(thrown).orElseGet(() -> described(thrown));
        Reason reason = thrown instanceof SSLException ? Reason.FAILED : Reason.UNAVAILABLE;
        return new ServingException(
                reason,
                address + (answered.get() ? " does not end its answer: " : " does not answer: ") + why,
                thrown,
                !answered.get());
    }
}
