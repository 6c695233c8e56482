package io.pepper.serving.internal;

import java.util.List;

/**
 * The answer of a model.
 *
 * @param model the model's name
 * @param version its version
 * @param id the caller's name for the request; may be empty
 * @param outputs the outputs
 */
public record InferAnswer(String model, String version, String id, List<WireTensor> outputs) {
    /**
     * Copies the list.
     *
     * @param model the model's name
     * @param version its version
     * @param id the caller's name for the request; may be empty
     * @param outputs the outputs
     */
    public InferAnswer {
        outputs = List.copyOf(outputs);
    }
}
