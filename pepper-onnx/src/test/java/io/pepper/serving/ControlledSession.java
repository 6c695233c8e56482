package io.pepper.serving;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import io.pepper.export.PartitionManifest;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.session.Cancellation;
import io.pepper.session.PipelineSession;
import io.pepper.session.Stage;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A model whose runs wait until the test lets them go on, or until they are cancelled. It gives its input back. */
final class ControlledSession implements Stage {
    final CountDownLatch started = new CountDownLatch(1);
    final CountDownLatch released = new CountDownLatch(1);
    final CountDownLatch cancelled = new CountDownLatch(1);
    final AtomicInteger runs = new AtomicInteger();

    /** Returns a session that runs this model. */
    PipelineSession session() throws IOException {
        TensorInfo tensor =
                new TensorInfo("x", Optional.of("float"), Optional.of(List.of(Dimension.of("n"), Dimension.of(3))));
        PartitionManifest.Part part = new PartitionManifest.Part(
                "waits.onnx", Optional.empty(), 0, 1, 0, 0, 0, List.of(tensor), List.of(named("y", tensor)), List.of());
        PartitionManifest manifest = new PartitionManifest(
                "test",
                "waits",
                Optional.empty(),
                io.pepper.export.WeightStorage.INLINE,
                part.inputs(),
                part.outputs(),
                List.of(part),
                List.of(),
                0,
                List.of(),
                Map.of(),
                io.pepper.onnx.RecognizedInputs.NONE);
        return PipelineSession.of(manifest, List.of(this), Served.PIPELINE);
    }

    private static TensorInfo named(String name, TensorInfo like) {
        return new TensorInfo(name, like.type(), like.shape());
    }

    @Override
    public String name() {
        return "waits.onnx";
    }

    @Override
    public List<String> inputs() {
        return List.of("x");
    }

    @Override
    public List<String> outputs() {
        return List.of("y");
    }

    @Override
    public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation)
            throws IOException {
        runs.incrementAndGet();
        Cancellation.Registration watching = cancellation.onRequest(() -> {
            cancelled.countDown();
            released.countDown();
        });
        started.countDown();
        try {
            released.await();
        } catch (InterruptedException early) {
            Thread.currentThread().interrupt();
        } finally {
            watching.close();
        }
        if (cancellation.isRequested()) {
            throw new IOException("cancelled");
        }
        Map<String, OnnxValue> outputs = new LinkedHashMap<>();
        outputs.put("y", (OnnxValue) inputs.get("x"));
        return outputs;
    }

    @Override
    public void close() {}
}
