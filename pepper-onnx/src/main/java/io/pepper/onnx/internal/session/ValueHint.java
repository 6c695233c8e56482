package io.pepper.onnx.internal.session;

import java.util.OptionalLong;

/**
 * What an integer input is used for.
 *
 * @param bound the size of the smallest axis that it indexes
 * @param constant a number that it is compared with
 */
public record ValueHint(OptionalLong bound, OptionalLong constant) {
    /** Nothing is known. */
    public static final ValueHint NONE = new ValueHint(OptionalLong.empty(), OptionalLong.empty());

    ValueHint below(long size) {
        if (size <= 0 || (bound.isPresent() && bound.getAsLong() <= size)) {
            return this;
        }
        return new ValueHint(OptionalLong.of(size), constant);
    }

    ValueHint equalTo(long value) {
        return constant.isPresent() ? this : new ValueHint(bound, OptionalLong.of(value));
    }
}
