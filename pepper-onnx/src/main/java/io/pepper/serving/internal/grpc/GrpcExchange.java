package io.pepper.serving.internal.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.pepper.serving.internal.ServingException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A call with one answer, for which one thread waits. */
final class GrpcExchange<A extends MessageLite> extends ClientCall.Listener<Framed<A>> {
    private final BiConsumer<String, @Nullable Throwable> canceller;
    private final CountDownLatch closed = new CountDownLatch(1);
    // gRPC writes these before it counts the latch down.
    private boolean answered;
    private int messages;
    private Optional<Framed<A>> answer = Optional.empty();
    private Status status = Status.UNKNOWN;

    GrpcExchange(BiConsumer<String, @Nullable Throwable> canceller) {
        this.canceller = canceller;
    }

    @Override
    public void onHeaders(Metadata headers) {
        answered = true;
    }

    @Override
    public void onMessage(Framed<A> message) {
        messages++;
        answer = Optional.of(message);
    }

    @Override
    public void onClose(Status end, Metadata trailers) {
        status = end;
        closed.countDown();
    }

    void cancel() {
        canceller.accept("the request was cancelled", null);
    }

    /** Waits until gRPC has closed the call, so that it does not read the request's buffers any more. */
    Framed<A> await() throws IOException {
        try {
            closed.await();
        } catch (InterruptedException interrupted) {
            cancel();
            awaitEnd();
            InterruptedIOException stopped = new InterruptedIOException("the request was interrupted");
            stopped.initCause(interrupted);
            throw stopped;
        }
        if (!status.isOk()) {
            throw Statuses.failure(status, !answered);
        }
        if (messages != 1) {
            throw new ServingException(
                    ServingException.Reason.FAILED, "the server sent " + messages + " answers instead of one", null);
        }
        return answer.orElseThrow().readable();
    }

    /** Waits for the end of a cancelled call, which is soon, and keeps the interrupt for later. */
    private void awaitEnd() {
        boolean open = true;
        while (open) {
            try {
                closed.await();
                open = false;
            } catch (InterruptedException again) {
                open = closed.getCount() > 0;
            }
        }
        Thread.currentThread().interrupt();
    }
}
