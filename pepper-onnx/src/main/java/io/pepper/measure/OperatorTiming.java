package io.pepper.measure;

/**
 * The time of one operator, from ONNX Runtime's profiler.
 *
 * @param name the operator's name in ONNX Runtime; the model's own unless it was rewritten
 * @param type its type, which fusion may have created
 * @param runs number of its runs
 * @param medianSeconds median time of a run, to a microsecond
 */
public record OperatorTiming(String name, String type, int runs, double medianSeconds) {}
