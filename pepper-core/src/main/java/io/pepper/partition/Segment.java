package io.pepper.partition;

import io.pepper.graph.Indices;

/**
 * The operators between neighbouring cuts, and the tensors that flow in and out. Immutable and therefore thread-safe.
 *
 * @param index its place among the segments of its partition, from 0
 * @param operators the operators, ascending
 * @param recomputed operators of other segments that this one computes again, from shared inputs, rather than be sent what
 *     they make; ascending, mostly none
 * @param inputs the tensors that all these read and that are made elsewhere: inputs of the graph, and outputs of earlier
 *     segments; ascending, each once
 * @param outputs the tensors that {@code operators} make and that other segments take, or that are outputs of the graph;
 *     ascending
 */
public record Segment(int index, Indices operators, Indices recomputed, Indices inputs, Indices outputs) {}
