package io.pepper.serving.internal.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.pepper.serving.internal.CallWatch;
import io.pepper.serving.internal.ModelService;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.ServingException.Reason;
import io.pepper.serving.internal.proto.ModelInferRequest;
import io.pepper.serving.internal.proto.ModelInferResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The handler of requests to models: a request is admitted before its message is read. Thread-safe. */
final class InferHandler implements ServerCallHandler<Framed<ModelInferRequest>, Framed<ModelInferResponse>> {
    private static final Logger LOG = LoggerFactory.getLogger(InferHandler.class);

    private final ModelService service;

    InferHandler(ModelService service) {
        this.service = service;
    }

    @Override
    public ServerCall.Listener<Framed<ModelInferRequest>> startCall(
            ServerCall<Framed<ModelInferRequest>, Framed<ModelInferResponse>> call, Metadata headers) {
        try {
            Running running = new Running(call, service.admit());
            Context.current().addListener(running::ended, Runnable::run);
            call.request(1);
            return running;
        } catch (ServingException refused) {
            call.close(Statuses.of(refused), new Metadata());
            return new ServerCall.Listener<>() {};
        }
    }

    /** A request in progress. gRPC calls it from one thread at a time, except for the end of its context. */
    private final class Running extends ServerCall.Listener<Framed<ModelInferRequest>> {
        private final ServerCall<Framed<ModelInferRequest>, Framed<ModelInferResponse>> call;
        private final ModelService.Permit permit;
        private final CallWatch watch = new CallWatch();
        private Optional<Framed<ModelInferRequest>> request = Optional.empty();

        Running(ServerCall<Framed<ModelInferRequest>, Framed<ModelInferResponse>> call, ModelService.Permit permit) {
            this.call = call;
            this.permit = permit;
        }

        /** Stops the run when the caller cancels or the deadline is over. */
        void ended(Context context) {
            boolean late = context.cancellationCause() instanceof TimeoutException;
            watch.stop(late ? Reason.TIMED_OUT : Reason.CANCELLED);
        }

        @Override
        public void onMessage(Framed<ModelInferRequest> message) {
            request = Optional.of(message);
        }

        @Override
        public void onHalfClose() {
            Status status = Status.OK;
            try {
                Framed<ModelInferRequest> message = UnaryHandler.only(request).readable();
                request = Optional.empty();
                service.infer(GrpcMessages.call(message), watch, answer -> {
                    call.sendHeaders(new Metadata());
                    call.sendMessage(GrpcMessages.response(answer));
                });
            } catch (ServingException failed) {
                status = Statuses.of(failed);
            } catch (IOException | RuntimeException | OutOfMemoryError failed) {
                LOG.warn("a request failed", failed);
                status = Statuses.of(new ServingException(Reason.FAILED, String.valueOf(failed.getMessage()), failed));
            }
            if (!call.isCancelled()) {
                call.close(status, new Metadata());
            }
        }

        @Override
        public void onCancel() {
            watch.stop(Reason.CANCELLED);
            permit.close();
        }

        @Override
        public void onComplete() {
            permit.close();
        }
    }
}
