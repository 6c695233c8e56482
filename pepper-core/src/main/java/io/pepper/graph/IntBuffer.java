package io.pepper.graph;

import java.util.Arrays;

/** A growing array of ints. */
final class IntBuffer {
    private int[] array = new int[16];
    private int size;

    void add(int value) {
        if (size == array.length) {
            array = Arrays.copyOf(array, Math.addExact(size, size >> 1));
        }
        array[size++] = value;
    }

    int get(int place) {
        return array[place];
    }

    void set(int place, int value) {
        array[place] = value;
    }

    int size() {
        return size;
    }

    int removeLast() {
        return array[--size];
    }

    int[] toArray() {
        return Arrays.copyOf(array, size);
    }
}
