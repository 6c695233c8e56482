package io.pepper.graph;

/**
 * The conversion of a draft to the arrays of a graph: it checks the draft, sorts the operators, and numbers the
 * tensors.
 */
final class GraphAssembly {
    final String[] operatorNames;
    final String[] operatorTypes;
    final int[] positions;
    final String[] tensorNames;
    final int[] producers;
    final Rows reads;
    final Rows writes;
    final Rows readers;
    final int[] inputs;
    final int[] outputs;

    private final GraphDraft draft;

    /** The new index of each of the draft's tensors. */
    private final int[] renumbered;

    static GraphAssembly of(GraphDraft draft) {
        checkEveryTensorIsMade(draft);
        return new GraphAssembly(draft, new TopologicalOrder(draft).sort());
    }

    private GraphAssembly(GraphDraft draft, int[] order) {
        this.draft = draft;
        positions = order;
        operatorNames = new String[order.length];
        operatorTypes = new String[order.length];
        for (int operator = 0; operator < order.length; operator++) {
            operatorNames[operator] = draft.operatorNames.get(order[operator]);
            operatorTypes[operator] = draft.operatorTypes.get(order[operator]);
        }
        int tensors = draft.tensorNames.size();
        renumbered = new int[tensors];
        producers = new int[tensors];
        numberTensors();
        tensorNames = new String[tensors];
        for (int t = 0; t < tensors; t++) {
            tensorNames[renumbered[t]] = draft.tensorNames.get(t);
        }
        reads = sorted(draft.readOffsets, draft.reads);
        writes = sorted(draft.writeOffsets, draft.writes);
        readers = reads.transposed(tensors);
        inputs = renumber(draft.inputs);
        outputs = renumber(draft.outputs);
    }

    private static void checkEveryTensorIsMade(GraphDraft draft) {
        for (int operator = 0; operator < draft.operatorNames.size(); operator++) {
            for (int i = draft.readOffsets.get(operator); i < draft.readOffsets.get(operator + 1); i++) {
                int tensor = draft.reads.get(i);
                if (draft.producers.get(tensor) == GraphDraft.NOBODY) {
                    throw new InvalidGraphException(
                            "operator '" + draft.label(operator) + "' reads tensor '" + draft.tensorNames.get(tensor)
                                    + "', which is neither an input nor the result of an operator");
                }
            }
        }
        for (int i = 0; i < draft.outputs.size(); i++) {
            int tensor = draft.outputs.get(i);
            if (draft.producers.get(tensor) == GraphDraft.NOBODY) {
                throw new InvalidGraphException("output '" + draft.tensorNames.get(tensor)
                        + "' is neither an input nor the result of an operator");
            }
        }
    }

    private void numberTensors() {
        int next = 0;
        for (int i = 0; i < draft.inputs.size(); i++) {
            producers[next] = -1;
            renumbered[draft.inputs.get(i)] = next++;
        }
        for (int operator = 0; operator < positions.length; operator++) {
            int given = positions[operator];
            for (int i = draft.writeOffsets.get(given); i < draft.writeOffsets.get(given + 1); i++) {
                producers[next] = operator;
                renumbered[draft.writes.get(i)] = next++;
            }
        }
    }

    private Rows sorted(IntBuffer draftOffsets, IntBuffer draftValues) {
        int[] offsets = new int[positions.length + 1];
        int[] values = new int[draftValues.size()];
        int size = 0;
        for (int operator = 0; operator < positions.length; operator++) {
            int given = positions[operator];
            for (int i = draftOffsets.get(given); i < draftOffsets.get(given + 1); i++) {
                values[size++] = renumbered[draftValues.get(i)];
            }
            offsets[operator + 1] = size;
        }
        return new Rows(offsets, values);
    }

    private int[] renumber(IntBuffer tensors) {
        int[] numbers = tensors.toArray();
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = renumbered[numbers[i]];
        }
        return numbers;
    }
}
