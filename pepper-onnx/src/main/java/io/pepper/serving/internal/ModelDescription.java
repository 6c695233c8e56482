package io.pepper.serving.internal;

import java.util.List;

/**
 * A model as the protocol describes it.
 *
 * @param name its name
 * @param versions its versions
 * @param platform the format and program that runs it, for instance {@code onnx_onnxruntime}
 * @param inputs its inputs
 * @param outputs its outputs
 */
public record ModelDescription(
        String name, List<String> versions, String platform, List<TensorSpec> inputs, List<TensorSpec> outputs) {
    /**
     * Copies the lists.
     *
     * @param name its name
     * @param versions its versions
     * @param platform the format and program that runs it
     * @param inputs its inputs
     * @param outputs its outputs
     */
    public ModelDescription {
        versions = List.copyOf(versions);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
