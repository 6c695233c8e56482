package io.pepper.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtSession;
import io.pepper.export.internal.ChainPart;
import io.pepper.onnx.internal.session.Sessions;
import io.pepper.onnx.internal.session.StoredOutputs;
import io.pepper.onnx.internal.session.TensorStore;
import io.pepper.onnx.internal.session.Wiring;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A sequential run of parts. Tensors are passed on by name, and each is released after its last reader. */
final class ChainRunner {
    /** A part and its open session. */
    record Step(ChainPart part, OrtSession session) {}

    private final List<Step> steps;
    private final Wiring wiring;

    ChainRunner(List<Step> steps, List<String> inputs, List<String> outputs) {
        this.steps = List.copyOf(steps);
        this.wiring = new Wiring(
                steps.stream()
                        .map(step -> new Wiring.Part(
                                step.part().source().name(),
                                step.part().inputs(),
                                step.part().outputs()))
                        .toList(),
                inputs,
                outputs);
    }

    StoredOutputs run(Map<String, OnnxTensor> inputs) throws IOException {
        TensorStore board = new TensorStore(wiring, inputs, false, false);
        boolean done = false;
        try {
            for (int i = 0; i < steps.size(); i++) {
                Sessions.checkInterrupt();
                step(i, board);
            }
            StoredOutputs results = board.results();
            done = true;
            return results;
        } finally {
            if (!done) {
                board.abandon();
            }
        }
    }

    private void step(int index, TensorStore board) throws IOException {
        Step step = steps.get(index);
        Map<String, OnnxTensorLike> feed = board.feed(index);
        try {
            board.put(
                    index,
                    Sessions.run(
                            step.part().source().name(),
                            step.session(),
                            feed,
                            new LinkedHashSet<>(step.part().outputs()),
                            Optional.empty()));
        } finally {
            board.releaseInputs(index);
        }
    }
}
