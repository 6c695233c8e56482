package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.model.TensorInfo;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A model that answers requests, whatever it is made of: parts one after the other ({@link PartitionedSession}), a pipeline
 * ({@link PipelineSession}), or parts that move ({@link AdaptiveSession}). Thread-safe.
 */
public interface ModelSession extends AutoCloseable {
    /**
     * What the model takes.
     *
     * @return its inputs, in its order
     */
    List<TensorInfo> inputs();

    /**
     * What the model gives.
     *
     * @return its outputs, in its order
     */
    List<TensorInfo> outputs();

    /**
     * Answers a request and waits for it.
     *
     * @param inputs the model's inputs by name; they stay the caller's, and must stay open until this returns
     * @return the model's outputs, for the caller to close
     * @throws IllegalArgumentException if an input is missing or closed
     * @throws IllegalStateException if the session is closed
     * @throws StageException if a stage failed, was too slow, or was closed meanwhile
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if there is no answer for another reason
     */
    RunOutputs run(Map<String, ? extends OnnxTensorLike> inputs) throws IOException;

    /**
     * Takes a request, to be answered later. It waits while too many requests are under way. Answers come in the order of the
     * requests. Cancelling the future cancels the request.
     *
     * @param inputs the model's inputs by name; from now on they are the session's, which closes each after its last reader. If
     *     this throws, they are still the caller's
     * @return the outputs, for the caller to close; it fails as {@link #run} does
     * @throws IllegalArgumentException if an input is missing or closed
     * @throws IllegalStateException if the session is closed
     * @throws java.io.InterruptedIOException if the thread is interrupted while it waits
     */
    CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) throws IOException;

    /**
     * What the stages did so far.
     *
     * @return one entry for each stage, in the order of the model
     */
    List<StageMetrics> metrics();

    /**
     * Ends what is under way, waits for it, and releases everything. Requests under way fail with {@link StageException.Kind#CLOSED}.
     * May be called at any time, by any thread, and again.
     *
     * @throws IOException if something cannot be released
     */
    @Override
    void close() throws IOException;
}
