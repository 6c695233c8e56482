package io.pepper.cut.internal;

import java.util.Arrays;

/**
 * Tarjan's low-link: a depth-first walk that numbers the vertices and finds for each the smallest number that its subtree
 * reaches by one edge that is not of the tree. The tree edge to a vertex that reaches nothing before itself is a bridge.
 * Iterative, O(V+E) time and memory.
 */
public final class LowLink {
    /*
     * The walk is bound by memory, and it waits for each read before it knows the next. So a vertex's number and the begin of
     * its row stand side by side, what belongs to the vertex at hand is in local variables, and what belongs to the vertices
     * above it is in frames on one stack, which is written and read in order; it begins small, since even to clear memory
     * costs time. Edges need no numbers: the first edge to the parent is the one that the walk came by, any further one is
     * parallel.
     */
    private static final int NUMBER = 0;
    private static final int ROW = 1;
    private static final int VERTEX_INTS = 2;

    private static final int VERTEX = 0;
    private static final int CURSOR = 1;
    private static final int END = 2;
    private static final int LOW = 3;
    private static final int NUMBER_ABOVE = 4;
    private static final int FRAME_INTS = 5;
    private static final int FIRST_FRAMES = 1 << 12;

    private final int[] neighbours;

    /** For each vertex its number in the walk, from 1, or 0 if it was not met; and where its row begins. */
    private final int[] vertices;

    /** For the lower end of each bridge one more than the upper one, 0 for other vertices. */
    private final int[] bridgeEnds;

    private int[] frames = new int[FIRST_FRAMES * FRAME_INTS];
    private int count;

    private LowLink(Adjacency graph) {
        int vertexCount = graph.vertexCount();
        neighbours = graph.neighbours();
        vertices = new int[VERTEX_INTS * (vertexCount + 1)];
        int[] offsets = graph.offsets();
        for (int v = 0; v <= vertexCount; v++) {
            vertices[VERTEX_INTS * v + ROW] = offsets[v];
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
            if (walk.vertices[VERTEX_INTS * v + NUMBER] == 0) {
                walk.walk(v);
            }
        }
        return walk.bridgeEnds;
    }

    /* One long method, so that what changes at every step stays in registers. */
    private void walk(int root) {
        int[] vertices = this.vertices;
        int[] neighbours = this.neighbours;
        int[] stack = frames;
        int top = 0;
        int parent = -1;
        int vertex = root;
        int number = ++count;
        int low = number;
        int cursor = vertices[VERTEX_INTS * vertex + ROW];
        int end = vertices[VERTEX_INTS * (vertex + 1) + ROW];
        boolean parentMet = false;
        vertices[VERTEX_INTS * vertex + NUMBER] = number;
        while (true) {
            if (cursor < end) {
                int next = neighbours[cursor++];
                int met = vertices[VERTEX_INTS * next + NUMBER];
                if (met == 0) {
                    if (top == stack.length) {
                        stack = deeper();
                    }
                    stack[top + VERTEX] = vertex;
                    stack[top + CURSOR] = parentMet ? ~cursor : cursor;
                    stack[top + END] = end;
                    stack[top + LOW] = low;
                    stack[top + NUMBER_ABOVE] = number;
                    top += FRAME_INTS;
                    parent = vertex;
                    vertex = next;
                    number = ++count;
                    low = number;
                    cursor = vertices[VERTEX_INTS * vertex + ROW];
                    end = vertices[VERTEX_INTS * (vertex + 1) + ROW];
                    parentMet = false;
                    vertices[VERTEX_INTS * vertex + NUMBER] = number;
                } else if (next == parent && !parentMet) {
                    parentMet = true;
                } else if (met < low) {
                    low = met;
                }
            } else {
                if (top == 0) {
                    return;
                }
                if (low == number) {
                    bridgeEnds[vertex] = parent + 1;
                }
                top -= FRAME_INTS;
                vertex = parent;
                parent = top == 0 ? -1 : stack[top - FRAME_INTS + VERTEX];
                cursor = stack[top + CURSOR];
                parentMet = cursor < 0;
                cursor = parentMet ? ~cursor : cursor;
                end = stack[top + END];
                low = Math.min(low, stack[top + LOW]);
                number = stack[top + NUMBER_ABOVE];
            }
        }
    }

    private int[] deeper() {
        int depth = frames.length / FRAME_INTS;
        int most = Math.min(vertices.length / VERTEX_INTS, Integer.MAX_VALUE / FRAME_INTS - 1);
        frames = Arrays.copyOf(frames, (int) Math.min(2L * depth, most) * FRAME_INTS);
        return frames;
    }
}
