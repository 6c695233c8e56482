package io.pepper.export;

import io.pepper.onnx.internal.ModelContents;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** The hash of a model's file, computed on its own thread while parts are written. */
final class ModelHash implements AutoCloseable {
    private final Optional<FutureTask<String>> task;
    private final Thread worker;

    private volatile boolean closed;

    ModelHash(ModelContents model, boolean wanted) {
        task = wanted ? Optional.of(new FutureTask<>(() -> model.sha256(() -> closed))) : Optional.empty();
        worker = new Thread(() -> task.ifPresent(FutureTask::run), "pepper-model-hash");
        worker.setDaemon(true);
        worker.start();
    }

    /** Returns whether {@link #get} answers without waiting. */
    boolean isDone() {
        return task.map(FutureTask::isDone).orElse(true);
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
            if (failed.getCause() instanceof EOFException ended) {
                EOFException shortened = new EOFException(ended.getMessage());
                shortened.initCause(failed);
                throw shortened;
            }
            throw new IOException("cannot hash the model: " + failed.getCause(), failed);
        }
    }

    /**
     * Waits for the worker, which ends with the next buffer. It is not interrupted, because an interrupt would close
     * the file that it reads.
     */
    @Override
    public void close() {
        closed = true;
        boolean interrupted = false;
        while (worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException early) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
