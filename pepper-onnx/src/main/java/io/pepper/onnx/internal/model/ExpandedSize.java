package io.pepper.onnx.internal.model;

import java.util.List;

/**
 * What a graph or function becomes once all calls in it are replaced by the operators of the functions.
 *
 * @param operators the operators, those in bodies included
 * @param looks how often ONNX Runtime looks at an operator, each weighted by its names
 * @param calls the calls that are replaced
 * @param levels how deep calls and bodies are in one another
 * @param copiedBytes the bytes that calls copy
 * @param readers the sum of the squares of the number of readers of each tensor
 * @param inputReaders the readers of each formal input
 */
record ExpandedSize(
        double operators,
        double looks,
        double calls,
        int levels,
        double copiedBytes,
        double readers,
        List<Double> inputReaders) {}
