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
     * first edge to the parent is the one that the walk came by, any further one is parallel.
     */
    private static final int NUMBER = 0;
    private static final int ROW = 1;

    private final int[] neighbours;

    /** For each vertex its number in the walk, from 1, or 0 if it was not met; and where its row begins. */
    private final int[] vertices;

    /** For each vertex on the path: the vertex, its number, its low-link so far, and where its waiting neighbours begin. */
    private final int[] path;

    private final int[] numbers;
    private final int[] lows;
    private final int[] bases;

    /** Neighbours that were not met when the vertex on the path was entered. */
    private int[] waiting;

    private int waitingCount;

    /** For the lower end of each bridge the upper one, -1 for other vertices. */
    private final int[] bridgeParents;

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
        numbers = new int[vertexCount];
        lows = new int[vertexCount];
        bases = new int[vertexCount];
        waiting = new int[vertexCount];
        bridgeParents = new int[vertexCount];
        Arrays.fill(bridgeParents, -1);
    }

    /**
     * Finds the bridges.
     *
     * @param graph the graph
     * @return for each vertex the other end of the bridge that leads to it in the walk, or -1; each bridge stands at one of
     *     its ends
     */
    public static int[] bridgeParents(Adjacency graph) {
        LowLink walk = new LowLink(graph);
        for (int v = 0; v < graph.vertexCount(); v++) {
            if (walk.vertices[2 * v + NUMBER] == 0) {
                walk.walk(v);
            }
        }
        return walk.bridgeParents;
    }

    private void walk(int root) {
        int depth = 0;
        enter(root, -1, 0);
        while (true) {
            int next = nextNew(depth);
            if (next >= 0) {
                enter(next, path[depth], depth + 1);
                depth++;
            } else if (depth == 0) {
                return;
            } else {
                int low = lows[depth];
                if (low == numbers[depth]) {
                    bridgeParents[path[depth]] = path[depth - 1];
                }
                depth--;
                lows[depth] = Math.min(lows[depth], low);
            }
        }
    }

    private void enter(int vertex, int parent, int depth) {
        int number = ++count;
        vertices[2 * vertex + NUMBER] = number;
        int begin = vertices[2 * vertex + ROW];
        int end = vertices[2 * vertex + 2 + ROW];
        if (waiting.length - waitingCount < end - begin) {
            waiting = Arrays.copyOf(
                    waiting, Math.max(waitingCount + end - begin, waiting.length + (waiting.length >> 1)));
        }
        path[depth] = vertex;
        numbers[depth] = number;
        bases[depth] = waitingCount;
        int low = number;
        boolean parentMet = false;
        for (int i = begin; i < end; i++) {
            int next = neighbours[i];
            int met = vertices[2 * next + NUMBER];
            if (met == 0) {
                waiting[waitingCount++] = next;
            } else if (next == parent && !parentMet) {
                parentMet = true;
            } else if (met < low) {
                low = met;
            }
        }
        lows[depth] = low;
    }

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
}
