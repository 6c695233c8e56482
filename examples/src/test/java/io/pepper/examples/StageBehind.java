package io.pepper.examples;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import io.pepper.session.Cancellation;
import io.pepper.session.Stage;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A stage behind a gate, which each run passes first.
 *
 * @param stage the stage
 * @param gate may wait or fail
 */
public record StageBehind(Stage stage, Gate gate) implements Stage {
    /** What happens before a run. */
    @FunctionalInterface
    public interface Gate {
        void pass() throws IOException;
    }

    @Override
    public String name() {
        return stage.name();
    }

    @Override
    public List<String> inputs() {
        return stage.inputs();
    }

    @Override
    public List<String> outputs() {
        return stage.outputs();
    }

    @Override
    public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation)
            throws IOException {
        gate.pass();
        return stage.run(inputs, cancellation);
    }

    @Override
    public void close() throws IOException {
        stage.close();
    }
}
