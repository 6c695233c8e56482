package io.pepper.graph;

/** Rows of indices in compressed form: row {@code i} is {@code values[offsets[i] .. offsets[i + 1])}. */
final class Rows {
    private final int[] offsets;
    private final int[] values;

    Rows(int[] offsets, int[] values) {
        this.offsets = offsets;
        this.values = values;
    }

    Indices row(int row) {
        return Indices.window(values, offsets[row], offsets[row + 1]);
    }

    int size() {
        return values.length;
    }

    int count() {
        return offsets.length - 1;
    }

    /**
     * Returns the transposed rows: row {@code v} of the result has, in ascending order, the rows that contain {@code
     * v}.
     */
    Rows transposed(int valueCount) {
        int[] starts = new int[valueCount + 1];
        for (int value : values) {
            starts[value + 1]++;
        }
        for (int v = 0; v < valueCount; v++) {
            starts[v + 1] += starts[v];
        }
        int[] next = starts.clone();
        int[] holders = new int[values.length];
        for (int row = 0; row < count(); row++) {
            for (int i = offsets[row]; i < offsets[row + 1]; i++) {
                holders[next[values[i]]++] = row;
            }
        }
        return new Rows(starts, holders);
    }
}
