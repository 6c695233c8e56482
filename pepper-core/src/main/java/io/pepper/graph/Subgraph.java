package io.pepper.graph;

import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalInt;

/** The arrays of a subgraph. */
final class Subgraph {
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

    /** The new index of each operator and tensor; -1 if it is not kept. */
    private final int[] newOperators;

    private final int[] newTensors;

    Subgraph(DataflowGraph whole, BitSet operators, BitSet tensors) {
        int[] kept = operators.stream().toArray();
        int[] keptTensors = tensors.stream().toArray();
        newOperators = inverse(whole.operatorCount(), kept);
        newTensors = inverse(whole.tensorCount(), keptTensors);
        operatorNames = new String[kept.length];
        operatorTypes = new String[kept.length];
        for (int operator = 0; operator < kept.length; operator++) {
            operatorNames[operator] = whole.operatorName(kept[operator]);
            operatorTypes[operator] = whole.operatorType(kept[operator]);
        }
        positions = ranks(whole, kept);
        tensorNames = new String[keptTensors.length];
        producers = new int[keptTensors.length];
        for (int tensor = 0; tensor < keptTensors.length; tensor++) {
            tensorNames[tensor] = whole.tensorName(keptTensors[tensor]);
            OptionalInt producer = whole.producer(keptTensors[tensor]);
            producers[tensor] = producer.isPresent() ? newOperators[producer.getAsInt()] : -1;
            if (producer.isPresent() && producers[tensor] < 0) {
                throw new IllegalArgumentException(
                        "tensor '" + tensorNames[tensor] + "' is kept, and what makes it is not");
            }
        }
        reads = rows(kept, operator -> whole.reads(operator));
        writes = rows(kept, operator -> whole.writes(operator));
        if (writes.size()
                < Arrays.stream(kept)
                        .map(operator -> whole.writes(operator).size())
                        .sum()) {
            throw new IllegalArgumentException("an operator is kept without a tensor that it produces");
        }
        readers = reads.transposed(keptTensors.length);
        inputs = kept(whole.inputs());
        outputs = kept(whole.outputs());
    }

    private static int[] inverse(int size, int... kept) {
        int[] inverse = new int[size];
        Arrays.fill(inverse, -1);
        for (int i = 0; i < kept.length; i++) {
            inverse[kept[i]] = i;
        }
        return inverse;
    }

    /** Returns the rank of the position of each kept operator among them. */
    private static int[] ranks(DataflowGraph whole, int... kept) {
        int[] rankOfPosition = new int[whole.operatorCount()];
        for (int operator : kept) {
            rankOfPosition[whole.operatorPosition(operator)] = 1;
        }
        int rank = 0;
        for (int position = 0; position < rankOfPosition.length; position++) {
            rank += rankOfPosition[position];
            rankOfPosition[position] = rank - 1;
        }
        int[] ranks = new int[kept.length];
        for (int operator = 0; operator < kept.length; operator++) {
            ranks[operator] = rankOfPosition[whole.operatorPosition(kept[operator])];
        }
        return ranks;
    }

    /** A function from an operator to the tensors that it reads or writes. */
    private interface TensorsOf {
        Indices of(int operator);
    }

    private Rows rows(int[] kept, TensorsOf which) {
        IntBuffer values = new IntBuffer();
        int[] offsets = new int[kept.length + 1];
        for (int operator = 0; operator < kept.length; operator++) {
            Indices tensors = which.of(kept[operator]);
            for (int i = 0; i < tensors.size(); i++) {
                int tensor = newTensors[tensors.get(i)];
                if (tensor >= 0) {
                    values.add(tensor);
                }
            }
            offsets[operator + 1] = values.size();
        }
        return new Rows(offsets, values.toArray());
    }

    private int[] kept(Indices tensors) {
        return tensors.stream()
                .map(tensor -> newTensors[tensor])
                .filter(tensor -> tensor >= 0)
                .toArray();
    }
}
