package io.pepper.onnx.internal.model;

import java.util.List;

/**
 * The size of a graph or function after replacing all calls by the operators of the functions.
 *
 * @param operators number of operators, including those in bodies
 * @param looks number of visits of operators by ONNX Runtime, weighted by their names
 * @param calls number of replaced calls
 * @param levels nesting depth of calls and bodies
 * @param copiedBytes bytes that calls copy
 * @param readers sum of the squares of the number of readers of each tensor
 * @param inputReaders number of readers of each formal input
 */
record ExpandedSize(
        double operators,
        double looks,
        double calls,
        int levels,
        double copiedBytes,
        double readers,
        List<Double> inputReaders) {}
