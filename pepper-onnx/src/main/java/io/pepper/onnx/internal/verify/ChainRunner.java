package io.pepper.onnx.internal.verify;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.onnx.internal.session.CannotRunException;
import io.pepper.onnx.internal.session.Sessions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs parts one after another, passing tensors on by name and letting go of each after its last reader. */
final class ChainRunner {
    /** A part and its open session. */
    record Step(PartModel part, OrtSession session) {}

    private final List<Step> steps;
    private final List<String> outputs;
    private final Map<String, Integer> lastReader = new HashMap<>();

    ChainRunner(List<Step> steps, List<String> outputs) {
        this.steps = List.copyOf(steps);
        this.outputs = List.copyOf(outputs);
        for (int i = 0; i < steps.size(); i++) {
            for (String output : steps.get(i).part().outputs()) {
                lastReader.putIfAbsent(output, i);
            }
            for (String input : steps.get(i).part().inputs()) {
                lastReader.put(input, i);
            }
        }
        outputs.forEach(output -> lastReader.put(output, Integer.MAX_VALUE));
    }

    ChainOutputs run(Map<String, OnnxTensor> inputs) throws IOException {
        Map<String, OnnxValue> made = new LinkedHashMap<>();
        boolean done = false;
        try {
            for (int i = 0; i < steps.size(); i++) {
                Sessions.checkInterrupt();
                step(steps.get(i), inputs, made);
                release(i, made);
            }
            Map<String, OnnxValue> results = new LinkedHashMap<>();
            for (String output : outputs) {
                results.put(output, find(output, "the model's outputs", inputs, made));
            }
            done = true;
            return new ChainOutputs(results, new ArrayList<>(made.values()));
        } finally {
            if (!done) {
                made.values().forEach(OnnxValue::close);
            }
        }
    }

    private static void step(Step step, Map<String, OnnxTensor> inputs, Map<String, OnnxValue> made)
            throws IOException {
        String name = step.part().source().name();
        Map<String, OnnxTensorLike> feed = new LinkedHashMap<>();
        for (String input : step.part().inputs()) {
            if (!(find(input, name, inputs, made) instanceof OnnxTensorLike tensor)) {
                throw new CannotRunException(name + ": input " + input
                        + " is no tensor; ONNX Runtime's Java interface cannot pass it from one part to another");
            }
            feed.put(input, tensor);
        }
        Set<String> wanted = new LinkedHashSet<>(step.part().outputs());
        Set<String> twice = new HashSet<>(wanted);
        twice.retainAll(made.keySet());
        if (!twice.isEmpty()) {
            throw new CannotRunException(name + ": an earlier part gives its output too: "
                    + twice.stream().sorted().toList());
        }
        try {
            // The values are closed one by one: the result holds nothing else.
            step.session().run(feed, wanted).forEach(entry -> made.put(entry.getKey(), entry.getValue()));
        } catch (OrtException e) {
            throw new IOException(name + ": ONNX Runtime cannot run it: " + e.getMessage(), e);
        }
    }

    private static OnnxValue find(
            String tensor, String reader, Map<String, OnnxTensor> inputs, Map<String, OnnxValue> made) {
        OnnxValue value = made.get(tensor);
        value = value == null ? inputs.get(tensor) : value;
        if (value == null) {
            throw new CannotRunException(reader + ": nothing before gives tensor " + tensor);
        }
        return value;
    }

    private void release(int step, Map<String, OnnxValue> made) {
        made.entrySet().removeIf(entry -> {
            boolean unread = lastReader.getOrDefault(entry.getKey(), -1) <= step;
            if (unread) {
                entry.getValue().close();
            }
            return unread;
        });
    }
}
