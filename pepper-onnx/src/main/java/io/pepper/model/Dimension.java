package io.pepper.model;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * One dimension of a tensor's shape: of a fixed size, of a size that has a name, or unknown.
 *
 * @param size the size, 0 or more, if it is fixed
 * @param symbol the name of a size that is settled when the model runs; equal names in one model mean equal sizes
 */
public record Dimension(OptionalLong size, Optional<String> symbol) {
    private static final Dimension UNKNOWN = new Dimension(OptionalLong.empty(), Optional.empty());

    /**
     * Checks that the two do not contradict each other.
     *
     * @param size see the record
     * @param symbol see the record
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
     * A dimension of fixed size.
     *
     * @param size 0 or more
     * @return the dimension
     * @throws IllegalArgumentException if the size is negative
     */
    public static Dimension of(long size) {
        return new Dimension(OptionalLong.of(size), Optional.empty());
    }

    /**
     * A dimension whose size has a name.
     *
     * @param symbol the name
     * @return the dimension
     * @throws IllegalArgumentException if the name is empty
     */
    public static Dimension of(String symbol) {
        return new Dimension(OptionalLong.empty(), Optional.of(symbol));
    }

    /**
     * A dimension of which nothing is known.
     *
     * @return the dimension
     */
    public static Dimension unknown() {
        return UNKNOWN;
    }

    /** The size, the symbol, or {@code ?}. */
    @Override
    public String toString() {
        return size.isPresent() ? Long.toString(size.getAsLong()) : symbol.orElse("?");
    }
}
