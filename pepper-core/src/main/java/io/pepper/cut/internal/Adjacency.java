package io.pepper.cut.internal;

/**
 * An undirected graph as arrays: the neighbours of vertex {@code v} are {@code neighbours[offsets[v] .. offsets[v + 1])}. A
 * parallel edge stands there once more, a self-loop twice. Memory is O(V+E).
 */
public final class Adjacency {
    /** Each edge stands in the array of neighbours twice, and no array is longer than this in any virtual machine. */
    private static final int MOST_EDGES = (Integer.MAX_VALUE - 8) / 2;

    private final int[] offsets;
    private final int[] neighbours;

    private Adjacency(int[] offsets, int[] neighbours) {
        this.offsets = offsets;
        this.neighbours = neighbours;
    }

    /**
     * Makes the arrays in O(V+E).
     *
     * @param vertexCount how many vertices there are
     * @param sources one end of each edge
     * @param targets the other end of each edge
     * @param edgeCount how many entries of the two arrays count
     * @return the graph
     * @throws IllegalArgumentException if there are more edges than an array can hold both ends of, about 2^30
     */
    public static Adjacency of(int vertexCount, int[] sources, int[] targets, int edgeCount) {
        if (edgeCount > MOST_EDGES) {
            throw new IllegalArgumentException(edgeCount + " edges, where at most " + MOST_EDGES + " can be held");
        }
        int[] offsets = new int[vertexCount + 1];
        for (int e = 0; e < edgeCount; e++) {
            offsets[sources[e]]++;
            offsets[targets[e]]++;
        }
        int end = 0;
        for (int v = 0; v <= vertexCount; v++) {
            end += offsets[v];
            offsets[v] = end;
        }
        int[] neighbours = new int[end];
        // Filled from behind, which leaves each offset at the begin of its row and the rows in the order of the edges.
        for (int e = edgeCount - 1; e >= 0; e--) {
            neighbours[--offsets[sources[e]]] = targets[e];
            neighbours[--offsets[targets[e]]] = sources[e];
        }
        return new Adjacency(offsets, neighbours);
    }

    /**
     * Returns the number of vertices.
     *
     * @return 0 or more
     */
    public int vertexCount() {
        return offsets.length - 1;
    }

    /**
     * Returns the position of each vertex's first neighbour.
     *
     * @return the array itself, not to be changed
     */
    public int[] offsets() {
        return offsets;
    }

    /**
     * All neighbours, vertex by vertex.
     *
     * @return the array itself, not to be changed
     */
    public int[] neighbours() {
        return neighbours;
    }
}
