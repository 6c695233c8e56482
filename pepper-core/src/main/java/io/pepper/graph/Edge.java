package io.pepper.graph;

/**
 * An edge of the JGraphT view of a {@link DataflowGraph}: from a producer to its tensor, or from a tensor to one use of
 * it. An operator that uses a tensor twice has two edges from it, distinguished by their number.
 *
 * @param number unique in its graph, 0 to {@code edgeCount() - 1}: the reads, operator by operator, then the writes
 * @param source the vertex it leaves
 * @param target the vertex it enters
 */
public record Edge(int number, Node source, Node target) {
    @Override
    public String toString() {
        return source + " -> " + target;
    }
}
