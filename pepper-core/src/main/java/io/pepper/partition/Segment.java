package io.pepper.partition;

import io.pepper.graph.Indices;

/**
 * The operators between neighbouring cuts, and the tensors that flow in and out. Immutable and therefore thread-safe.
 *
 * @param index its index in the partition, from 0
 * @param operators the operators, ascending
 * @param recomputed the operators of other segments that this segment recomputes from shared inputs instead of
 *     receiving their results; ascending, usually none
 * @param inputs the tensors that these operators read from elsewhere: inputs of the graph, and outputs of earlier
 *     segments; ascending and distinct
 * @param outputs the results of {@code operators} that other segments read or that are outputs of the graph; ascending
 */
public record Segment(int index, Indices operators, Indices recomputed, Indices inputs, Indices outputs) {}
