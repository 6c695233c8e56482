package io.pepper.serving.internal.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.pepper.serving.internal.Protection;
import io.pepper.serving.internal.ServingException;
import java.util.Optional;

/** The check of each call's token. Thread-safe. */
final class TokenInterceptor implements ServerInterceptor {
    static final Metadata.Key<String> KEY = Metadata.Key.of(Protection.HEADER, Metadata.ASCII_STRING_MARSHALLER);

    private final Protection protection;

    TokenInterceptor(Protection protection) {
        this.protection = protection;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        try {
            protection.check(Optional.ofNullable(headers.get(KEY)));
        } catch (ServingException refused) {
            call.close(Statuses.of(refused), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return next.startCall(call, headers);
    }
}
