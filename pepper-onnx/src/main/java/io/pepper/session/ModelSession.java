package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.model.TensorInfo;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * A model that answers requests: as a sequence of parts ({@link PartitionedSession}), as a pipeline ({@link
 * PipelineSession}), or with a changing placement ({@link AdaptiveSession}). Thread-safe.
 */
public interface ModelSession extends AutoCloseable {
    /**
     * Returns the model's inputs.
     *
     * @return the inputs, in the model's order
     */
    List<TensorInfo> inputs();

    /**
     * Returns the model's outputs.
     *
     * @return the outputs, in the model's order
     */
    List<TensorInfo> outputs();

    /**
     * Answers a request and waits for it.
     *
     * @param inputs the model's inputs by name; the caller keeps them, and must keep them open until the return
     * @return the model's outputs, for the caller to close
     * @throws IllegalArgumentException if an input is missing or closed
     * @throws IllegalStateException if the session is closed
     * @throws StageException if a stage failed, timed out, or was closed meanwhile
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if the request fails for another reason
     */
    RunOutputs run(Map<String, ? extends OnnxTensorLike> inputs) throws IOException;

    /**
     * Submits a request. The call waits while too many requests are in progress. Answers come in the order of the
     * requests. Cancelling the future cancels the request.
     *
     * @param inputs the model's inputs by name; the session takes them over, and closes each after its last reader. If
     *     this throws, the caller keeps them
     * @return a future of the outputs, for the caller to close; it fails as {@link #run} does
     * @throws IllegalArgumentException if an input is missing or closed
     * @throws IllegalStateException if the session is closed
     * @throws java.io.InterruptedIOException if the thread is interrupted while it waits
     */
    CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) throws IOException;

    /**
     * Maps a stream of requests to a stream of outcomes in the same order. The publisher requests no more than the
     * subscriber requests outcomes, and no more than may be in progress. A failed request is an outcome; it does not
     * end the stream.
     *
     * @param requests the model's inputs by name, which the session takes over as in {@link #submit}
     * @param maxUnderWay the largest number of requests of the stream in progress, at least 1
     * @return a publisher of outcomes for one subscriber, which closes the outputs
     * @throws IllegalArgumentException if the number is out of its range
     */
    default Flow.Publisher<Outcome> process(
            Flow.Publisher<? extends Map<String, ? extends OnnxTensorLike>> requests, int maxUnderWay) {
        return new OutcomeStream(this, requests, maxUnderWay);
    }

    /**
     * Returns the metrics of the stages so far.
     *
     * @return one entry per stage, in the order of the model
     */
    List<StageMetrics> metrics();

    /**
     * Returns the metrics of the ways to stages on other devices so far.
     *
     * @return one entry for each stage, in the order of the model, and one for the answers; empty if the stages run in this
     *     process
     */
    default List<HopMetrics> hops() {
        return List.of();
    }

    /**
     * Ends the requests in progress, waits for them, and releases everything. These requests fail with {@link
     * StageException.Kind#CLOSED}. May be called at any time, by any thread, and repeatedly.
     *
     * @throws IOException if a resource cannot be released
     */
    @Override
    void close() throws IOException;

    /**
     * The outcome of a request in a stream: outputs or a failure.
     *
     * @param index the request's place in the stream, from 0
     * @param outputs the model's outputs, for the receiver to close; empty if the request failed
     * @param failure the failure; empty if the request was answered
     */
    public record Outcome(long index, Optional<RunOutputs> outputs, Optional<Throwable> failure) {}
}
