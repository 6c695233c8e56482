package io.pepper.serving.internal.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.pepper.serving.internal.ServingException;
import java.util.List;
import java.util.Optional;

/** A handler of a method that answers at once. Thread-safe if its function is. */
final class UnaryHandler<Q extends MessageLite, A extends MessageLite>
        implements ServerCallHandler<Framed<Q>, Framed<A>> {
    /** A function of a request. */
    @FunctionalInterface
    interface Body<Q, A> {
        /** Answers a request. */
        A answer(Q request) throws ServingException;
    }

    private final Body<Q, A> body;

    UnaryHandler(Body<Q, A> body) {
        this.body = body;
    }

    @Override
    public ServerCall.Listener<Framed<Q>> startCall(ServerCall<Framed<Q>, Framed<A>> call, Metadata headers) {
        call.request(1);
        return new ServerCall.Listener<>() {
            private Optional<Framed<Q>> request = Optional.empty();

            @Override
            public void onMessage(Framed<Q> message) {
                request = Optional.of(message);
            }

            @Override
            public void onHalfClose() {
                try {
                    A answer = body.answer(only(request).readable().message());
                    call.sendHeaders(new Metadata());
                    call.sendMessage(Framed.of(answer, List.of()));
                    call.close(Status.OK, new Metadata());
                } catch (ServingException failed) {
                    call.close(Statuses.of(failed), new Metadata());
                }
            }
        };
    }

    /** Returns the message of a call that has one. */
    static <M> M only(Optional<M> message) throws ServingException {
        return message.orElseThrow(() -> ServingException.invalid("the call has no message"));
    }
}
