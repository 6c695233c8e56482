package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.model.TensorInfo;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** A session that tells when it is being closed. The first call of {@code close} waits; others do not. */
record SlowToClose(ModelSession session, CountDownLatch closing, CountDownLatch goOn) implements ModelSession {
    @Override
    public List<TensorInfo> inputs() {
        return session.inputs();
    }

    @Override
    public List<TensorInfo> outputs() {
        return session.outputs();
    }

    @Override
    public RunOutputs run(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        return session.run(inputs);
    }

    @Override
    public CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        return session.submit(inputs);
    }

    @Override
    public List<StageMetrics> metrics() {
        return session.metrics();
    }

    @Override
    public void close() throws IOException {
        boolean first = closing.getCount() > 0;
        closing.countDown();
        try {
            if (first) {
                goOn.await();
            }
        } catch (InterruptedException interrupted) {
            throw new InterruptedIOException("interrupted while closing");
        }
        session.close();
    }
}
