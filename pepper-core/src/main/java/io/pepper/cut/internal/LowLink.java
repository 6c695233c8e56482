package io.pepper.cut.internal;

import java.util.Arrays;

/**
 * Tarjan's low-link: a depth-first walk that numbers the vertices and finds for each the smallest number that its subtree
 * reaches by one edge that is not of the tree. The tree edge to a vertex that reaches nothing before itself is a bridge.
 * Iterative, O(V+E) time and memory.
 */
public final class LowLink {
    /*
     * The walk is bound by memory, not by arithmetic, and a depth-first walk waits for each read before it knows the next. So
     * there are few such reads. The row of a vertex is read once, when it is entered: neighbours that were met are then
     * ancestors and count for the low-link, the others wait on a stack. A neighbour that was met meanwhile is a descendant and
     * has already counted the edge. A vertex's number and the begin of its row stand side by side. Edges need no numbers: the
     * first edge to the parent is the one that the walk came by, any further one is parallel. Stacks begin small, since even
     * to clear memory costs time, and most graphs need little.
     */
    private static final int NUMBER = 0;
    private static final int ROW = 1;
    private static final int FIRST_DEPTH = 1 << 10;

    private final int[] neighbours;

    /** For each vertex its number in the walk, from 1, or 0 if it was not met; and where its row begins. */
    private final int[] vertices;

    /** For each vertex on the path: the vertex, its number, its low-link so far, and where its waiting neighbours begin. */
    private int[] path = new int[FIRST_DEPTH];

    private int[] numbers = new int[FIRST_DEPTH];
    private int[] lows = new int[FIRST_DEPTH];
    private int[] bases = new int[FIRST_DEPTH];

    /** Neighbours that were not met when the vertex on the path was entered. */
    private int[] waiting = new int[FIRST_DEPTH];

    private int waitingCount;

    /** For the lower end of each bridge one more than the upper one, 0 for other vertices. */
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
        bridgeEnds = new int[vertexCount];
    }

    /**
     * Whether an edge is a bridge, where {@link #bridgeEnds} has told. A bridge is the only edge between its ends.
     *
     * @param ends what it told
     * @param one an end of the edge
     * @param other the other end
     * @return true if it is
     */
    public static boolean isBridge(int[] ends, int one, int other) {
        return ends[one] == other + 1 || ends[other] == one + 1;
    }

    /**
     * Finds the bridges.
     *
     * @param graph the graph
     * @return for each vertex one more than the other end of the bridge that leads to it in the walk, or 0 if none does; each
     *     bridge stands at one of its ends
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

    private void walk(int root) {
        int depth = 0;
        int next = enter(root, -1, 0);
        while (true) {
            if (next >= 0) {
                next = enter(next, path[depth], depth + 1);
                depth++;
                continue;
            }
            next = nextNew(depth);
            if (next < 0) {
                if (depth == 0) {
                    return;
                }
                leave(depth--);
            }
        }
    }

    /** Begins with a vertex that was not met; one of its neighbours that were not met either, or -1. */
    private int enter(int vertex, int parent, int depth) {
        if (depth == path.length) {
            deepen();
        }
        int[] vertices = this.vertices;
        int number = ++count;
        vertices[2 * vertex + NUMBER] = number;
        int low = number;
        int first = -1;
        int skipped = parent;
        bases[depth] = waitingCount;
        int end = vertices[2 * vertex + 2 + ROW];
        for (int i = vertices[2 * vertex + ROW]; i < end; i++) {
            int next = neighbours[i];
            int met = vertices[2 * next + NUMBER];
            if (met != 0) {
                if (next == skipped) {
                    skipped = -1;
                } else if (met < low) {
                    low = met;
                }
            } else if (first < 0) {
                first = next;
            } else {
                await(next);
            }
        }
        path[depth] = vertex;
        numbers[depth] = number;
        lows[depth] = low;
        return first;
    }

    private void await(int vertex) {
        if (waitingCount == waiting.length) {
            waiting = Arrays.copyOf(waiting, waitingCount + (waitingCount >> 1));
        }
        waiting[waitingCount++] = vertex;
    }

    private void deepen() {
        int deeper = path.length + (path.length >> 1);
        path = Arrays.copyOf(path, deeper);
        numbers = Arrays.copyOf(numbers, deeper);
        lows = Arrays.copyOf(lows, deeper);
        bases = Arrays.copyOf(bases, deeper);
    }

    /** A waiting neighbour of the vertex at a depth that was still not met, or -1. */
    private int nextNew(int depth) {
        int base = bases[depth];
        while (waitingCount > base) {
            int next = waiting[--waitingCount];
            if (vertices[2 * next + NUMBER] == 0) {
                return next;
            }
        }
        return -1;
    }

    private void leave(int depth) {
        int low = lows[depth];
        if (low == numbers[depth]) {
            bridgeEnds[path[depth]] = path[depth - 1] + 1;
        } else if (low < lows[depth - 1]) {
            lows[depth - 1] = low;
        }
    }
}
