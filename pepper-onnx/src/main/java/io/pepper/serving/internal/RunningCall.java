package io.pepper.serving.internal;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import io.pepper.onnx.internal.session.PartOutputs;
import io.pepper.session.ModelSession;
import io.pepper.session.RunOutputs;
import io.pepper.session.StageException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** One run of a model on the calling thread, which another thread can stop. Used once. */
final class RunningCall {
    private final String model;
    private final ModelSession session;
    private final CallWatch watch;
    private @Nullable Thread submitting;
    private @Nullable CompletableFuture<RunOutputs> answer;

    RunningCall(String model, ModelSession session, CallWatch watch) {
        this.model = model;
        this.session = session;
        this.watch = watch;
    }

    /** Runs the model; the tensors are closed in any case. */
    RunOutputs run(Map<String, OnnxTensor> tensors) throws IOException {
        watch.onStop(this::stop);
        try {
            return submit(tensors).get();
        } catch (CancellationException stopped) {
            throw stopped(stopped);
        } catch (InterruptedException overdue) {
            watch.stop(ServingException.Reason.TIMED_OUT);
            throw stopped(overdue);
        } catch (ExecutionException failed) {
            throw failure(failed.getCause() == null ? failed : failed.getCause());
        }
    }

    private CompletableFuture<RunOutputs> submit(Map<String, OnnxTensor> tensors) throws IOException {
        begin();
        boolean taken = false;
        try {
            CompletableFuture<RunOutputs> future = session.submit(Map.<String, OnnxTensorLike>copyOf(tensors));
            taken = true;
            return submitted(future);
        } catch (IOException | RuntimeException failed) {
            throw failure(failed);
        } finally {
            end();
            if (!taken) {
                PartOutputs.close(tensors.values());
            }
        }
    }

    private synchronized void begin() {
        submitting = Thread.currentThread();
        if (watch.reason().isPresent()) {
            submitting.interrupt();
        }
    }

    private synchronized CompletableFuture<RunOutputs> submitted(CompletableFuture<RunOutputs> future) {
        answer = future;
        if (watch.reason().isPresent()) {
            future.cancel(true);
        }
        return future;
    }

    /** Ends the time in which a stop interrupts this thread, whose next request is another one. */
    private synchronized void end() {
        submitting = null;
        if (watch.reason().isPresent()) {
            Thread.interrupted();
        }
    }

    private synchronized void stop() {
        if (answer != null) {
            answer.cancel(true);
        } else if (submitting != null) {
            submitting.interrupt();
        }
    }

    private ServingException failure(Throwable thrown) {
        if (watch.reason().isPresent()) {
            return stopped(thrown);
        }
        String what = "model '" + model + "': "
                + Optional.ofNullable(thrown.getMessage()).orElse(thrown.toString());
        boolean stageClosed = thrown instanceof StageException stage && stage.kind() == StageException.Kind.CLOSED;
        if (stageClosed || thrown instanceof IllegalStateException) {
            return new ServingException(ServingException.Reason.UNAVAILABLE, what, thrown);
        }
        if (thrown instanceof StageException stage && stage.kind() == StageException.Kind.TIMED_OUT) {
            return new ServingException(ServingException.Reason.TIMED_OUT, what, thrown);
        }
        return new ServingException(ServingException.Reason.FAILED, what, thrown);
    }

    private ServingException stopped(Throwable cause) {
        ServingException.Reason reason = watch.reason().orElse(ServingException.Reason.CANCELLED);
        String why =
                switch (reason) {
                    case TIMED_OUT -> "the time of the request is over";
                    case UNAVAILABLE -> "the server closes";
                    default -> "the request was cancelled";
                };
        return new ServingException(reason, "model '" + model + "': " + why, cause);
    }
}
