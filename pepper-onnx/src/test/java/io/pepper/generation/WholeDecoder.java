package io.pepper.generation;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A whole text generator in ONNX Runtime, whose caches the caller hands on: what the parts must compute. */
final class WholeDecoder implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    WholeDecoder(byte[] model) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            options.setIntraOpNumThreads(1);
            session = environment.createSession(model, options);
        }
    }

    /** The greedy continuation of a prompt, with the logits of each step. */
    record Continuation(List<Long> tokens, List<float[]> logits) {}

    Continuation greedy(List<Long> prompt, int count) throws OrtException {
        Map<String, OnnxTensor> caches = new HashMap<>();
        List<Long> tokens = new ArrayList<>();
        List<float[]> logits = new ArrayList<>();
        List<Long> next = prompt;
        int past = 0;
        while (tokens.size() < count) {
            float[] found = step(caches, next, past);
            past += next.size();
            logits.add(found);
            long best = new Sampler(Sampling.GREEDY).next(found.clone(), List.of());
            tokens.add(best);
            next = List.of(best);
        }
        caches.values().forEach(OnnxTensor::close);
        return new Continuation(tokens, logits);
    }

    /** The logits after the last token, computed from all tokens at once. */
    float[] logits(List<Long> tokens) throws OrtException {
        Map<String, OnnxTensor> caches = new HashMap<>();
        float[] found = step(caches, tokens, 0);
        caches.values().forEach(OnnxTensor::close);
        return found;
    }

    private float[] step(Map<String, OnnxTensor> caches, List<Long> tokens, int past) throws OrtException {
        Map<String, OnnxTensorLike> feed = new LinkedHashMap<>();
        List<OnnxTensor> made = new ArrayList<>();
        int count = tokens.size();
        for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
            String name = input.getKey();
            OnnxTensor value =
                    switch (name) {
                        case "input_ids" ->
                            whole(tokens.stream().mapToLong(Long::longValue).toArray());
                        case "attention_mask" -> whole(filled(past + count, at -> 1));
                        case "position_ids" -> whole(filled(count, at -> past + at));
                        default -> caches.containsKey(name) ? caches.get(name) : empty(input.getValue());
                    };
            made.add(value);
            feed.put(name, value);
        }
        Map<String, OnnxTensor> after = new HashMap<>();
        try (OrtSession.Result results = session.run(feed)) {
            for (var result : results) {
                String past0 =
                        result.getKey().replace("present.", "past_key_values.").replace("present_", "past_");
                if (!result.getKey().equals("logits")) {
                    OnnxTensor tensor = (OnnxTensor) result.getValue();
                    after.put(
                            past0,
                            OnnxTensor.createTensor(
                                    environment,
                                    tensor.getFloatBuffer(),
                                    tensor.getInfo().getShape()));
                }
            }
            float[][][] logits =
                    (float[][][]) results.get("logits").orElseThrow().getValue();
            made.forEach(OnnxTensor::close);
            caches.clear();
            caches.putAll(after);
            return logits[0][count - 1];
        }
    }

    /** A number for each element. */
    @FunctionalInterface
    private interface Numbers {
        long at(int element);
    }

    private static long[] filled(int count, Numbers numbers) {
        long[] values = new long[count];
        Arrays.setAll(values, numbers::at);
        return values;
    }

    private OnnxTensor whole(long... values) throws OrtException {
        return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), new long[] {1, values.length});
    }

    private OnnxTensor empty(NodeInfo input) throws OrtException {
        long[] shape = ((TensorInfo) input.getInfo()).getShape().clone();
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = shape[axis] >= 0 ? shape[axis] : axis == 0 ? 1 : 0;
        }
        int elements = (int) Arrays.stream(shape).reduce(1, (one, other) -> one * other);
        return OnnxTensor.createTensor(environment, FloatBuffer.allocate(elements), shape);
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
