package io.pepper.examples;

import io.pepper.model.InputShapes;
import java.util.Arrays;

/** Sizes of inputs as people type them: {@code x=1x3x224x224}, and {@code batch=1}. */
public final class SizeText {
    private SizeText() {}

    /**
     * Adds the shape of an input.
     *
     * @param sizes the sizes so far
     * @param text {@code NAME=1x3x224x224}; a name may contain equals signs
     * @return the sizes with the shape
     * @throws IllegalArgumentException if the text is malformed
     */
    public static InputShapes withShape(InputShapes sizes, String text) {
        int split = split(text);
        String shape = text.substring(split + 1);
        long[] parsed = shape.isEmpty()
                ? new long[0]
                : Arrays.stream(shape.split("[x,]", -1))
                        .mapToLong(size -> size(text, size))
                        .toArray();
        return sizes.withInputShape(text.substring(0, split), parsed);
    }

    /**
     * Adds the size of a named dimension.
     *
     * @param sizes the sizes so far
     * @param text {@code NAME=N}
     * @return the sizes with the new one
     * @throws IllegalArgumentException if the text is malformed
     */
    public static InputShapes withDimension(InputShapes sizes, String text) {
        int split = split(text);
        return sizes.withDimension(text.substring(0, split), size(text, text.substring(split + 1)));
    }

    /** Splits at the last equals sign, since names of inputs may contain one. */
    private static int split(String text) {
        int split = text.lastIndexOf('=');
        if (split < 1) {
            throw new IllegalArgumentException("takes NAME=VALUE, found '" + text + "'");
        }
        return split;
    }

    private static long size(String text, String size) {
        try {
            long parsed = Long.parseLong(size);
            if (parsed >= 0) {
                return parsed;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(text + ": '" + size + "' is not a size", notANumber);
        }
        throw new IllegalArgumentException(text + ": '" + size + "' is not a size");
    }
}
