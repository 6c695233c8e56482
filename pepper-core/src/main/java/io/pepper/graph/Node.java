package io.pepper.graph;

/**
 * A vertex of the JGraphT view of a {@link DataflowGraph}: an operator or a tensor.
 *
 * @param kind operator or tensor
 * @param index its index in the graph, among operators or among tensors
 * @param name the operator's label ({@link DataflowGraph#operatorLabel}) or the tensor's name
 */
public record Node(Kind kind, int index, String name) {
    /** The kind of a vertex. */
    public enum Kind {
        /** An operator. */
        OPERATOR,
        /** A tensor. */
        TENSOR
    }

    @Override
    public String toString() {
        return name;
    }
}
