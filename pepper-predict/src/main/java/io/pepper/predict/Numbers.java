package io.pepper.predict;

import java.util.Arrays;

/** A growing array of 32-bit numbers. */
final class Numbers {
    private int[] bits = new int[16];
    private int size;

    void add(int value) {
        if (size == bits.length) {
            bits = Arrays.copyOf(bits, 2 * size);
        }
        bits[size] = value;
        size++;
    }

    int size() {
        return size;
    }

    int[] integers() {
        return Arrays.copyOf(bits, size);
    }

    float[] floats() {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = Float.intBitsToFloat(bits[i]);
        }
        return values;
    }
}
