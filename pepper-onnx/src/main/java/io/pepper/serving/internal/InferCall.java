package io.pepper.serving.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A request to run a model.
 *
 * @param model the model's name
 * @param version its version; empty for the one that the server chooses
 * @param id the caller's name for the request; may be empty
 * @param timeout the time for the answer, as far as the message has it
 * @param inputs the model's inputs
 * @param outputs the names of the wanted outputs; none for all
 */
public record InferCall(
        String model,
        String version,
        String id,
        Optional<Duration> timeout,
        List<WireTensor> inputs,
        List<String> outputs) {
    /**
     * Copies the lists.
     *
     * @param model the model's name
     * @param version its version; empty for the one that the server chooses
     * @param id the caller's name for the request; may be empty
     * @param timeout the time for the answer, as far as the message has it
     * @param inputs the model's inputs
     * @param outputs the names of the wanted outputs; none for all
     */
    public InferCall {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
