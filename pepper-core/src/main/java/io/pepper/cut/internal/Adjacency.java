package io.pepper.cut.internal;

/**
 * An undirected graph as arrays: the neighbours of vertex {@code v} are {@code neighbours[offsets[v] .. offsets[v +
 * 1])}. A neighbour occurs once per parallel edge; a self-loop counts twice. Memory is O(V+E).
 */
public final class Adjacency {
    /**
     * The largest number of edges: each occurs twice in the array of neighbours, whose length is limited by virtual
     * machines.
     */
    private static final int MAX_EDGES = (Integer.MAX_VALUE - 8) / 2;

    private final int[] offsets;
    private final int[] neighbours;

    private Adjacency(int[] offsets, int[] neighbours) {
        this.offsets = offsets;
        this.neighbours = neighbours;
    }

    /**
     * Returns the graph of some edges, in O(V+E) time.
     *
     * @param vertexCount the number of vertices
     * @param sources one end of each edge
     * @param targets the other end of each edge
     * @param edgeCount the number of used entries of the two arrays
     * @return the graph
     * @throws IllegalArgumentException if there are more edges than an array can hold with both ends, about 2^30
     */
    public static Adjacency of(int vertexCount, int[] sources, int[] targets, int edgeCount) {
        if (edgeCount > MAX_EDGES) {
            throw new IllegalArgumentException(edgeCount + " edges, where at most " + MAX_EDGES + " can be held");
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
        // Filled backwards, so that each offset ends at the start of its row and the rows are in the order of the
        // edges.
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
     * @return the array itself, which callers must not change
     */
    public int[] offsets() {
        return offsets;
    }

    /**
     * Returns all neighbours, vertex by vertex.
     *
     * @return the array itself, which callers must not change
     */
    public int[] neighbours() {
        return neighbours;
    }
}
