package io.pepper.onnx.internal.session;

import java.util.OptionalLong;

/**
 * The use of an integer input.
 *
 * @param bound the size of the smallest axis that it indexes
 * @param constant a number that it is compared with
 */
public record ValueHint(OptionalLong bound, OptionalLong constant) {
    /** An unknown use. */
    public static final ValueHint NONE = new ValueHint(OptionalLong.empty(), OptionalLong.empty());

    ValueHint below(long size) {
        if (size <= 0 || (bound.isPresent() && bound.getAsLong() <= size)) {
            return this;
        }
        return new ValueHint(OptionalLong.of(size), constant);
    }

    /**
     * Combines the uses of an input in two places.
     *
     * @param other the use in the other place
     * @return the smaller bound, and the first constant
     */
    public ValueHint and(ValueHint other) {
        ValueHint both = other.bound.isPresent() ? below(other.bound.getAsLong()) : this;
        return other.constant.isPresent() ? both.equalTo(other.constant.getAsLong()) : both;
    }

    ValueHint equalTo(long value) {
        return constant.isPresent() ? this : new ValueHint(bound, OptionalLong.of(value));
    }
}
