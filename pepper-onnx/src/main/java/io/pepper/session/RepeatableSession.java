package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A session whose requests can be repeated on another session if its devices are lost. Thread-safe. */
public interface RepeatableSession extends ModelSession {
    /**
     * Submits a request like {@link #submit}, but gives the inputs back if it fails since devices were lost, or since the
     * session was closed: with {@link StageException.Kind#LOST} or {@link StageException.Kind#CLOSED}. They are open then, and
     * no longer read.
     *
     * @param inputs the model's inputs by name
     * @return a future of the outputs
     * @throws IllegalArgumentException if an input is missing or closed
     * @throws IllegalStateException if the session is closed; the caller keeps the inputs
     * @throws IOException if the thread is interrupted
     */
    CompletableFuture<RunOutputs> submitRepeatable(Map<String, ? extends OnnxTensorLike> inputs) throws IOException;
}
