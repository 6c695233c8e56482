package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.pepper.generation.ExportStyle.Extra;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Random inputs of an {@link ExportedDecoder} that are the same in all steps of a sequence. */
final class EncoderTensors {
    private EncoderTensors() {}

    /** The states of an encoder, or its keys and values; none for a decoder alone. */
    static Map<String, OnnxTensor> of(ExportStyle style, int layers, long seed) throws OrtException {
        Map<String, OnnxTensor> contexts = new HashMap<>();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Random random = new Random(seed);
        if (style.has(Extra.ENCODER_STATES)) {
            float[][][] states = new float[1][7][ExportedDecoder.WIDTH];
            for (float[] row : states[0]) {
                IntStream.range(0, row.length).forEach(i -> row[i] = random.nextFloat() - 0.5f);
            }
            contexts.put("encoder_hidden_states", OnnxTensor.createTensor(environment, states));
            contexts.put(
                    "encoder_attention_mask",
                    OnnxTensor.createTensor(environment, new long[][] {{1, 1, 1, 1, 1, 0, 0}}));
        } else if (style.has(Extra.ENCODER_CACHES)) {
            for (int i = 0; i < 2 * layers; i++) {
                float[][][][] cache = new float[1][ExportedDecoder.HEADS][7][ExportedDecoder.HEAD];
                for (float[][] head : cache[0]) {
                    for (float[] row : head) {
                        IntStream.range(0, row.length).forEach(at -> row[at] = random.nextFloat() - 0.5f);
                    }
                }
                String name = "past_key_values." + i / 2 + ".encoder." + (i % 2 == 0 ? "key" : "value");
                contexts.put(name, OnnxTensor.createTensor(environment, cache));
            }
        }
        return contexts;
    }
}
