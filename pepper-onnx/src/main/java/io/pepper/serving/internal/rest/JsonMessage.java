package io.pepper.serving.internal.rest;

import java.util.List;
import java.util.Map;

/**
 * The JSON object of a request or an answer.
 *
 * @param texts its fields that are texts, by name
 * @param parameters its parameters that are numbers, texts or booleans
 * @param inputs the field {@code inputs}
 * @param outputs the field {@code outputs}
 */
record JsonMessage(
        Map<String, String> texts, Map<String, Object> parameters, List<JsonTensor> inputs, List<JsonTensor> outputs) {
    JsonMessage {
        texts = Map.copyOf(texts);
        parameters = Map.copyOf(parameters);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    String text(String name) {
        return texts.getOrDefault(name, "");
    }
}
