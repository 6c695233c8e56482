package io.pepper.measure;

/**
 * How long one operator took, as ONNX Runtime's profiler says.
 *
 * @param name the operator's name as ONNX Runtime has it: the model's own where nothing was rewritten
 * @param type its type, which fusions may have made
 * @param runs how often it ran
 * @param medianSeconds half of its runs took at most this long, to a microsecond
 */
public record OperatorTiming(String name, String type, int runs, double medianSeconds) {}
