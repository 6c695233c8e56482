package io.pepper.model;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A dimension of a tensor's shape: fixed, symbolic or unknown.
 *
 * @param size the size of a fixed dimension, 0 or more; empty otherwise
 * @param symbol the name of a symbolic dimension, whose size is settled when the model runs; equal names in one model
 *     mean equal sizes
 */
public record Dimension(OptionalLong size, Optional<String> symbol) {
    private static final Dimension UNKNOWN = new Dimension(OptionalLong.empty(), Optional.empty());

    /**
     * Checks that size and symbol do not contradict each other.
     *
     * @param size the size of a fixed dimension, 0 or more
     * @param symbol the name of a symbolic dimension, whose size is settled when the model runs
     * @throws IllegalArgumentException if both are given, the size is negative, or the symbol is empty
     */
    public Dimension {
        if (size.isPresent() && symbol.isPresent()) {
            throw new IllegalArgumentException("a dimension has a size or a symbol, found " + size + " and " + symbol);
        }
        if (size.isPresent() && size.getAsLong() < 0) {
            throw new IllegalArgumentException("a dimension has a size of 0 or more, found " + size.getAsLong());
        }
        if (symbol.isPresent() && symbol.get().isEmpty()) {
            throw new IllegalArgumentException("a dimension's symbol is not empty");
        }
    }

    /**
     * Returns a dimension of fixed size.
     *
     * @param size 0 or more
     * @return the dimension
     * @throws IllegalArgumentException if the size is negative
     */
    public static Dimension of(long size) {
        return new Dimension(OptionalLong.of(size), Optional.empty());
    }

    /**
     * Returns a symbolic dimension.
     *
     * @param symbol the name
     * @return the dimension
     * @throws IllegalArgumentException if the name is empty
     */
    public static Dimension of(String symbol) {
        return new Dimension(OptionalLong.empty(), Optional.of(symbol));
    }

    /**
     * Returns an unknown dimension.
     *
     * @return the dimension
     */
    public static Dimension unknown() {
        return UNKNOWN;
    }

    /** Returns the size, the symbol, or {@code ?}. */
    @Override
    public String toString() {
        return size.isPresent() ? Long.toString(size.getAsLong()) : symbol.orElse("?");
    }
}
