package io.pepper.generation;

import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The meaning of an input's axes: the batch, an axis that grows with the tokens, or a fixed size. Names of axes tell
 * them apart; of axes without telling names, the first open one is the batch. Immutable.
 */
final class InputShape {
    private static final List<String> LENGTHS = List.of("past", "seq", "total", "len", "cache", "history", "time");

    /** A size of an axis: one of these, or a fixed size. */
    private static final long BATCH = -1;

    private static final long LENGTH = -2;
    private static final long UNKNOWN = -3;

    private final List<Long> axes;

    private InputShape(List<Long> axes) {
        this.axes = List.copyOf(axes);
    }

    /**
     * Returns the shape of an input.
     *
     * @param source the name of the file
     * @param input the input
     * @param tokens the input of tokens
     * @throws UnsupportedModelException if more than one axis grows, or the size of an axis is a product of others
     */
    static InputShape of(String source, TensorInfo input, TensorInfo tokens) throws UnsupportedModelException {
        Optional<String> batch = batch(tokens);
        List<Long> axes = new ArrayList<>();
        for (Dimension dimension : input.shape().orElseThrow(() -> refused(source, input, "has no shape"))) {
            String symbol = dimension.symbol().orElse("");
            if (dimension.size().isEmpty() && symbol.matches(".*(\\*| x |_x_).*")) {
                throw refused(source, input, "has an axis of the size '" + symbol + "', which the model does not tell");
            }
            axes.add(dimension.size().orElseGet(() -> kind(symbol, batch)));
        }
        int unknown = axes.indexOf(UNKNOWN);
        boolean first = unknown == 0
                && tokens.shape().orElseThrow().size() > 1
                && batch(tokens).isPresent();
        boolean several =
                axes.stream().filter(axis -> axis == UNKNOWN || axis == LENGTH).count() > 1;
        if (unknown >= 0 && !axes.contains(BATCH) && (first || several)) {
            axes.set(unknown, BATCH);
        }
        axes.replaceAll(axis -> axis == UNKNOWN ? LENGTH : axis);
        if (axes.stream().filter(axis -> axis == LENGTH).count() > 1) {
            throw refused(source, input, "has more than one axis of unknown size");
        }
        return new InputShape(axes);
    }

    private static long kind(String symbol, Optional<String> batch) {
        String lower = symbol.toLowerCase(Locale.ROOT);
        if ((!symbol.isEmpty() && batch.equals(Optional.of(symbol))) || lower.contains("batch")) {
            return BATCH;
        }
        return LENGTHS.stream().anyMatch(lower::contains) ? LENGTH : UNKNOWN;
    }

    /** Returns the name of the axis of the batch, which is the first axis of the tokens unless another is called so. */
    private static Optional<String> batch(TensorInfo tokens) {
        List<Dimension> shape = tokens.shape().orElse(List.of());
        if (shape.size() < 2) {
            return Optional.empty();
        }
        Dimension last = shape.get(shape.size() - 1);
        boolean lastIsBatch = last.symbol()
                .filter(symbol -> symbol.toLowerCase(Locale.ROOT).contains("batch"))
                .isPresent();
        Dimension batch = lastIsBatch ? last : shape.get(0);
        return batch.size().isPresent()
                ? Optional.empty()
                : Optional.of(batch.symbol().orElse(""));
    }

    private static UnsupportedModelException refused(String source, TensorInfo input, String why) {
        return new UnsupportedModelException(source, "inputs", "'" + input + "' " + why);
    }

    /** Returns the sizes of one sequence, where the growing axis has a length. */
    long[] sizes(long length) {
        return axes.stream()
                .mapToLong(axis -> axis == BATCH ? 1 : axis == LENGTH ? length : axis)
                .toArray();
    }
}
