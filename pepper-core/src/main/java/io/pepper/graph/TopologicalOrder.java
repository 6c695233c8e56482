package io.pepper.graph;

import java.util.StringJoiner;

/**
 * A stable topological order of a draft's operators: in their original order, except that each is preceded by the not
 * yet placed operators that it needs. An iterative depth-first search, O(operators + reads).
 */
final class TopologicalOrder {
    private static final int NAMES_SHOWN = 8;

    private static final byte NEW = 0;
    private static final byte OPEN = 1;
    private static final byte PLACED = 2;

    private final GraphDraft draft;
    private final byte[] state;
    private final int[] order;
    private int placed;

    /** The operators on the path to the current one, each with the index of the next read to examine. */
    private final IntBuffer path = new IntBuffer();

    private final IntBuffer cursors = new IntBuffer();

    TopologicalOrder(GraphDraft draft) {
        this.draft = draft;
        this.state = new byte[draft.operatorNames.size()];
        this.order = new int[state.length];
    }

    int[] sort() {
        for (int operator = 0; operator < state.length; operator++) {
            if (state[operator] == NEW) {
                place(operator);
            }
        }
        return order;
    }

    private void place(int root) {
        enter(root);
        while (path.size() > 0) {
            int operator = path.get(path.size() - 1);
            int needed = nextNeeded(operator);
            if (needed >= 0) {
                enter(needed);
            } else {
                path.removeLast();
                cursors.removeLast();
                state[operator] = PLACED;
                order[placed++] = operator;
            }
        }
    }

    private void enter(int operator) {
        state[operator] = OPEN;
        path.add(operator);
        cursors.add(draft.readOffsets.get(operator));
    }

    private int nextNeeded(int operator) {
        int top = cursors.size() - 1;
        int end = draft.readOffsets.get(operator + 1);
        for (int cursor = cursors.get(top); cursor < end; cursor++) {
            int producer = draft.producers.get(draft.reads.get(cursor));
            if (producer < 0 || state[producer] == PLACED) {
                continue;
            }
            if (state[producer] == OPEN) {
                throw cycle(producer);
            }
            cursors.set(top, cursor + 1);
            return producer;
        }
        cursors.set(top, end);
        return -1;
    }

    private InvalidGraphException cycle(int start) {
        int from = path.size() - 1;
        while (path.get(from) != start) {
            from--;
        }
        int length = path.size() - from;
        StringJoiner names = new StringJoiner("' needs '", "'", "'");
        for (int i = 0; i < Math.min(length, NAMES_SHOWN); i++) {
            names.add(draft.label(path.get(from + i)));
        }
        names.add(length > NAMES_SHOWN ? "... (" + length + " operators)" : draft.label(start));
        return new InvalidGraphException("operators need each other in a cycle: " + names);
    }
}
