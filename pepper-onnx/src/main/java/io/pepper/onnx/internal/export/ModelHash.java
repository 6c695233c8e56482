package io.pepper.onnx.internal.export;

import io.pepper.onnx.internal.wire.ByteSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** The hash of a model's file, computed on a thread of its own while parts are written. */
final class ModelHash implements AutoCloseable {
    private final Optional<FutureTask<String>> task;
    private final Thread worker;

    ModelHash(ByteSource source, boolean wanted) {
        task = wanted ? Optional.of(new FutureTask<>(() -> Sha256.of(source))) : Optional.empty();
        worker = new Thread(() -> task.ifPresent(FutureTask::run), "pepper-model-hash");
        worker.setDaemon(true);
        worker.start();
    }

    Optional<String> get() throws IOException {
        if (task.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(task.get().get());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            InterruptedIOException stopped = new InterruptedIOException("the export was interrupted");
            stopped.initCause(interrupted);
            throw stopped;
        } catch (ExecutionException failed) {
            throw new IOException("cannot hash the model: " + failed.getCause(), failed);
        }
    }

    /** Does not interrupt the worker, which would close the file that it reads; it ends with the next buffer. */
    @Override
    public void close() {
        task.ifPresent(running -> running.cancel(false));
    }
}
