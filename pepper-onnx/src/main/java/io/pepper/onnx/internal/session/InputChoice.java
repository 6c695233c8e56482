package io.pepper.onnx.internal.session;

import io.pepper.model.InputValues;
import java.util.List;
import java.util.Map;

/**
 * The user's choices for the inputs of a run.
 *
 * @param seed the seed of random values
 * @param shapes whole shapes by input
 * @param dimensions sizes by name of a dimension
 * @param inputs values by input
 * @param batch the size of open batch dimensions to try first
 */
public record InputChoice(
        long seed,
        Map<String, List<Long>> shapes,
        Map<String, Long> dimensions,
        Map<String, InputValues> inputs,
        long batch) {}
