package io.pepper.cut.internal;

/**
 * Tarjan's low-link: a depth-first walk that numbers the vertices and finds for each vertex the smallest number that
 * its subtree reaches by one non-tree edge. The tree edge to a vertex that reaches nothing before itself is a bridge.
 * Iterative, O(V+E) time and memory.
 */
public final class LowLink {
    /*
     * The walk waits for each read before it knows the next. A vertex's number and the start of its row are therefore
     * adjacent, the state of the current vertex is in local variables, and the state of the vertices above it is on
     * stacks, which are written and read in order. The stacks are as large as they can become: arrays that never change
     * let the compiler keep them in registers, which matters more than the memory. Edges need no numbers: the first
     * edge to the parent is the tree edge, and further ones are parallel.
     */
    private static final int NUMBER = 0;
    private static final int ROW = 1;
    private static final int NEXT_ROW = 3;

    private final int[] neighbours;

    /** For each vertex, its number in the walk, from 1, or 0 if it was not visited; and the start of its row. */
    private final int[] vertices;

    /**
     * The vertices on the path, each with the position at which to continue (its complement once the edge to the parent
     * was met) and its low-link.
     */
    private final int[] path;

    private final int[] cursors;
    private final int[] lows;

    /** For the lower end of each bridge, one more than the upper end; 0 for other vertices. */
    private final int[] bridgeEnds;

    private int count;

    private LowLink(Adjacency graph) {
        int vertexCount = graph.vertexCount();
        neighbours = graph.neighbours();
        vertices = new int[2 * (vertexCount + 1)];
        int[] offsets = graph.offsets();
        for (int v = 0; v <= vertexCount; v++) {
            vertices[2 * v + ROW] = offsets[v];
        }
        path = new int[vertexCount];
        cursors = new int[vertexCount];
        lows = new int[vertexCount];
        bridgeEnds = new int[vertexCount];
    }

    /**
     * Returns whether an edge is a bridge. A bridge is the only edge between its ends.
     *
     * @param ends the result of {@link #bridgeEnds}
     * @param one an end of the edge
     * @param other the other end
     * @return true if it is a bridge
     */
    public static boolean isBridge(int[] ends, int one, int other) {
        return ends[one] == other + 1 || ends[other] == one + 1;
    }

    /**
     * Returns the bridges of a graph.
     *
     * @param graph the graph
     * @return for each vertex, one more than the other end of the bridge by which the walk reached it; 0 if there is
     *     none. Each bridge is stored at one of its ends
     */
    public static int[] bridgeEnds(Adjacency graph) {
        LowLink walk = new LowLink(graph);
        for (int v = 0; v < graph.vertexCount(); v++) {
            if (walk.vertices[2 * v + NUMBER] == 0) {
                walk.walk(v);
            }
        }
        return walk.bridgeEnds;
    }

    /* One long method, so that the variables that change at every step stay in registers. */
    private void walk(int root) {
        int depth = 0;
        int vertex = root;
        int parent = -1;
        boolean parentMet = false;
        int low = ++count;
        int cursor = vertices[2 * root + ROW];
        int end = vertices[2 * root + NEXT_ROW];
        vertices[2 * root + NUMBER] = low;
        path[0] = root;
        while (true) {
            if (cursor < end) {
                int next = neighbours[cursor++];
                int number = vertices[2 * next + NUMBER];
                if (number == 0) {
                    cursors[depth] = parentMet ? ~cursor : cursor;
                    lows[depth] = low;
                    path[++depth] = next;
                    parent = vertex;
                    vertex = next;
                    low = ++count;
                    vertices[2 * next + NUMBER] = low;
                    cursor = vertices[2 * next + ROW];
                    end = vertices[2 * next + NEXT_ROW];
                    parentMet = false;
                } else if (next == parent && !parentMet) {
                    parentMet = true;
                } else if (number < low) {
                    low = number;
                }
            } else {
                if (depth == 0) {
                    return;
                }
                if (low == vertices[2 * vertex + NUMBER]) {
                    bridgeEnds[vertex] = parent + 1;
                }
                depth--;
                low = Math.min(low, lows[depth]);
                vertex = parent;
                parent = depth == 0 ? -1 : path[depth - 1];
                cursor = cursors[depth];
                parentMet = cursor < 0;
                cursor = parentMet ? ~cursor : cursor;
                end = vertices[2 * vertex + NEXT_ROW];
            }
        }
    }
}
