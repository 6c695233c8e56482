package io.pepper.partition;

import io.pepper.graph.Indices;

/**
 * The operators between neighbouring cuts, and the tensors that flow in and out. Immutable and therefore thread-safe.
 *
 * @param index its place among the segments of its partition, from 0
 * @param operators the operators, ascending
 * @param inputs the tensors that they read and that are made elsewhere: inputs of the graph, and outputs of earlier
 *     segments; ascending, each once
 * @param outputs the tensors that they make and that later segments read, or that are outputs of the graph; ascending
 */
public record Segment(int index, Indices operators, Indices inputs, Indices outputs) {}
