package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Runs one part of a model, wherever that is: in this process through ONNX Runtime ({@link RuntimeStages}), or elsewhere.
 *
 * <p>An implementation is called by several threads at once. It must not close its inputs, and must not read them after it has returned. A
 * stage elsewhere sends them as {@linkplain TensorMessages messages of ONNX's own form}. Whatever it throws, errors too, fails the request as a
 * {@link StageException}; so does an answer that lacks an output, or has one that is null, closed or not listed.
 */
public interface Stage extends AutoCloseable {
    /**
     * What messages and metrics call it.
     *
     * @return a name, for instance the part's file
     */
    String name();

    /**
     * The tensors it reads.
     *
     * @return names
     */
    List<String> inputs();

    /**
     * The tensors it gives.
     *
     * @return names
     */
    List<String> outputs();

    /**
     * Runs the part once.
     *
     * @param inputs the tensors by name, which stay the caller's
     * @param cancellation says when nobody waits for the answer any more
     * @return all outputs by name and nothing else, open, for the caller to close; one may be an input, which stays whose it is
     * @throws IOException if it cannot; a {@link StageException} says why
     */
    Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation) throws IOException;

    /**
     * Releases what it holds. Not called while it runs, but for calls that were abandoned: these it must survive.
     *
     * @throws IOException if it cannot
     */
    @Override
    void close() throws IOException;
}
