package io.pepper.graph;

import java.util.Arrays;
import java.util.PrimitiveIterator;
import java.util.stream.IntStream;

/**
 * A short immutable sequence of indices of operators or tensors.
 *
 * <p>It is a view of an array of the graph and copies nothing; {@link #get} is O(1). Two sequences are equal if they
 * have the same indices in the same order. Immutable and therefore thread-safe.
 */
public final class Indices implements Iterable<Integer> {
    private static final Indices EMPTY = new Indices(new int[0], 0, 0);

    private final int[] array;
    private final int from;
    private final int to;

    private Indices(int[] array, int from, int to) {
        this.array = array;
        this.from = from;
        this.to = to;
    }

    /**
     * Returns the sequence of the given indices.
     *
     * @param indices the indices, copied
     * @return the sequence
     */
    public static Indices of(int... indices) {
        return indices.length == 0 ? EMPTY : new Indices(indices.clone(), 0, indices.length);
    }

    /** Returns a view of an array that its owner never changes. */
    static Indices window(int[] array, int from, int to) {
        return from == to ? EMPTY : new Indices(array, from, to);
    }

    /**
     * Returns the number of indices.
     *
     * @return 0 or more
     */
    public int size() {
        return to - from;
    }

    /**
     * Returns whether there are no indices.
     *
     * @return true for the empty sequence
     */
    public boolean isEmpty() {
        return from == to;
    }

    /**
     * Returns the index at a position.
     *
     * @param place 0 to {@code size() - 1}
     * @return the index at this position
     * @throws IndexOutOfBoundsException if there is no such position
     */
    public int get(int place) {
        if (place < 0 || place >= size()) {
            throw new IndexOutOfBoundsException("place " + place + " in a sequence of " + size());
        }
        return array[from + place];
    }

    /**
     * Returns whether an index occurs, by a linear search.
     *
     * @param index the index looked for
     * @return true if it occurs
     */
    public boolean contains(int index) {
        for (int i = from; i < to; i++) {
            if (array[i] == index) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns the indices in order.
     *
     * @return a sequential stream
     */
    public IntStream stream() {
        return Arrays.stream(array, from, to);
    }

    /**
     * Returns the indices in a new array.
     *
     * @return an array that the caller may change
     */
    public int[] toArray() {
        return Arrays.copyOfRange(array, from, to);
    }

    @Override
    public PrimitiveIterator.OfInt iterator() {
        return stream().iterator();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Indices that && Arrays.equals(array, from, to, that.array, that.from, that.to);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return Arrays.toString(toArray());
    }
}
