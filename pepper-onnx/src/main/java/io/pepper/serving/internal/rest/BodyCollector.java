package io.pepper.serving.internal.rest;

import io.pepper.serving.internal.ServingException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A collector of a body up to a limit, as the buffers of the network. */
final class BodyCollector implements BodySubscriber<InputStream> {
    private final int most;
    private final CompletableFuture<InputStream> body = new CompletableFuture<>();
    private final Deque<ByteBuffer> buffers = new ArrayDeque<>();
    private long bytes;
    private Flow.@Nullable Subscription source;

    BodyCollector(int most) {
        this.most = most;
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        source = subscription;
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> next) {
        for (ByteBuffer buffer : next) {
            bytes += buffer.remaining();
            buffers.add(buffer);
        }
        if (bytes > most) {
            buffers.clear();
            if (source != null) {
                source.cancel();
            }
            body.completeExceptionally(new ServingException(
                    ServingException.Reason.TOO_LARGE,
                    "the answer is larger than its limit of " + most + " bytes",
                    null));
        }
    }

    @Override
    public void onError(Throwable thrown) {
        body.completeExceptionally(thrown);
    }

    @Override
    public void onComplete() {
        body.complete(new Buffers(buffers));
    }

    /** A stream of buffers that are there. */
    private static final class Buffers extends InputStream {
        private final Deque<ByteBuffer> rest;

        Buffers(Deque<ByteBuffer> rest) {
            this.rest = rest;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            while (!rest.isEmpty() && !rest.getFirst().hasRemaining()) {
                rest.removeFirst();
            }
            if (rest.isEmpty() || length == 0) {
                return length == 0 ? 0 : -1;
            }
            int step = Math.min(length, rest.getFirst().remaining());
            rest.getFirst().get(target, offset, step);
            return step;
        }
    }
}
