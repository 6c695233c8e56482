package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.RecognizedInputs;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * An input of a text generator that follows from the number of tokens before a step and in it: a mask, positions, types
 * of tokens, or a length. Immutable.
 */
final class StepInput {
    /** The values of an input. */
    private enum Kind {
        /** 1 for a token that may be read, else 0. */
        KEEPING_MASK,
        /** 0 for a token that may be read, else a very negative number. */
        ADDED_MASK,
        /** 0 for a token that may be read, else 1. */
        HIDING_MASK,
        POSITIONS,
        /** 0 for each token of the step. */
        TYPES,
        TOKENS_BEFORE,
        ALL_TOKENS,
        /** The number of all tokens less one, as GroupQueryAttention reads it. */
        LAST_TOKEN,
        /** The number of positions whose logits are wanted. */
        WANTED_LOGITS
    }

    private static final Set<String> TYPES_OF_VALUES =
            Set.of("int64", "int32", "int8", "uint8", "bool", "float", "float16", "bfloat16", "double");
    private static final int MAX_RANK = 4;

    private final TensorInfo info;
    private final Kind kind;
    private final List<Dimension> axes;

    /** True if the last axis of a mask is that of the step's tokens alone. */
    private final boolean ofStep;

    private StepInput(TensorInfo info, Kind kind, boolean ofStep) {
        this.info = info;
        this.kind = kind;
        this.axes = info.shape().orElseThrow();
        this.ofStep = ofStep;
    }

    /**
     * Returns all such inputs of a model by name.
     *
     * @throws UnsupportedModelException if the values of one are unknown; the message names it
     */
    static Map<String, StepInput> all(
            String source, Map<String, TensorInfo> inputs, TensorInfo tokens, RecognizedInputs found)
            throws UnsupportedModelException {
        Map<String, StepInput> all = new LinkedHashMap<>();
        boolean inPlace = found.positions().stream().anyMatch(name -> name.contains("cache"))
                || found.lengths().stream().anyMatch(name -> isAny(name, "write", "seqlens_k"));
        for (String name : found.allMasks()) {
            Kind kind = found.addedMasks().contains(name)
                    ? Kind.ADDED_MASK
                    : found.hidingMasks().contains(name) ? Kind.HIDING_MASK : Kind.KEEPING_MASK;
            all.put(name, mask(source, info(inputs, name), kind, tokens, inPlace));
        }
        for (String name : found.positions()) {
            Kind kind = isAny(name, "type", "segment") ? Kind.TYPES : Kind.POSITIONS;
            all.put(name, checked(source, info(inputs, name), kind, MAX_RANK - 1));
        }
        for (String name : found.lengths()) {
            all.put(name, checked(source, info(inputs, name), length(source, info(inputs, name)), 2));
        }
        return all;
    }

    private static TensorInfo info(Map<String, TensorInfo> inputs, String name) {
        return Objects.requireNonNull(inputs.get(name));
    }

    private static boolean isAny(String name, String... parts) {
        String lower = name.toLowerCase(Locale.ROOT);
        return Arrays.stream(parts).anyMatch(lower::contains);
    }

    private static StepInput mask(String source, TensorInfo info, Kind kind, TensorInfo tokens, boolean inPlace)
            throws UnsupportedModelException {
        StepInput mask = checked(source, info, kind, MAX_RANK);
        if (mask.axes.isEmpty()) {
            throw refused(source, info, "is a mask without axes");
        }
        Dimension last = mask.axes.get(mask.axes.size() - 1);
        if (last.size().orElse(0) > 1 && !inPlace) {
            throw refused(
                    source,
                    info,
                    "has a fixed length, and no input such as cache_position tells where new tokens are written");
        }
        Dimension step =
                tokens.shape().orElseThrow().get(tokens.shape().orElseThrow().size() - 1);
        return new StepInput(
                info, kind, last.symbol().isPresent() && last.symbol().equals(step.symbol()));
    }

    private static StepInput checked(String source, TensorInfo info, Kind kind, int mostAxes)
            throws UnsupportedModelException {
        if (info.shape().map(List::size).orElse(Integer.MAX_VALUE) > mostAxes) {
            throw refused(source, info, "has a shape for which generation knows no values");
        }
        if (!TYPES_OF_VALUES.contains(info.type().orElse(""))) {
            throw refused(source, info, "has a type that generation cannot make");
        }
        return new StepInput(info, kind, false);
    }

    private static Kind length(String source, TensorInfo info) throws UnsupportedModelException {
        String name = info.name();
        if (info.type().orElse("").equals("bool")) {
            throw refused(
                    source,
                    info,
                    "is a switch: select the branch that reads caches when the model is split, such as by pepper split"
                            + " MODEL --set " + name + "=true, or open it with ReadOptions.withInputValues");
        } else if (isAny(name, "logits")) {
            return Kind.WANTED_LOGITS;
        } else if (isAny(name, "seqlens_k")) {
            return Kind.LAST_TOKEN;
        } else if (isAny(name, "past", "write", "offset", "start", "index", "indices", "cache_len")) {
            return Kind.TOKENS_BEFORE;
        } else if (isAny(name, "total", "nonpad", "kv")) {
            return Kind.ALL_TOKENS;
        }
        throw refused(source, info, "is a length that generation does not know");
    }

    private static UnsupportedModelException refused(String source, TensorInfo info, String why) {
        return new UnsupportedModelException(source, "inputs", "'" + info + "' " + why);
    }

    /** Returns the shape of the input in a step of one sequence. */
    long[] shape(int past, int count) {
        long[] sizes = new long[axes.size()];
        int last = sizes.length - 1;
        for (int axis = 0; axis <= last; axis++) {
            sizes[axis] = axes.get(axis).size().orElse(1);
        }
        switch (kind) {
            case KEEPING_MASK, ADDED_MASK, HIDING_MASK -> {
                sizes[last] = axes.get(last).size().orElse(ofStep ? count : past + (long) count);
                if (sizes.length > 2) {
                    sizes[last - 1] = axes.get(last - 1).size().orElse(count);
                }
            }
            case POSITIONS, TYPES -> {
                int along = stepAxis();
                if (along >= 0) {
                    sizes[along] = count;
                }
            }
            default -> {}
        }
        return sizes;
    }

    /** Returns the axis of the step's tokens among positions; -1 if there is none. */
    private int stepAxis() {
        for (int axis = axes.size() - 1; axis >= 0; axis--) {
            String symbol = axes.get(axis).symbol().orElse("").toLowerCase(Locale.ROOT);
            if (axes.get(axis).size().isEmpty() && !symbol.contains("batch")) {
                return axis;
            }
        }
        return -1;
    }

    /** Returns the input of a step, for the caller to close. */
    OnnxTensor tensor(Step step) throws OrtException, IOException {
        long[] shape = shape(step.past(), step.count());
        int total = step.past() + step.count();
        return switch (kind) {
            case KEEPING_MASK, ADDED_MASK, HIDING_MASK -> mask(step, shape);
            case POSITIONS -> FilledTensor.of(info, at -> step.past() + (double) at % step.count(), shape);
            case TYPES -> FilledTensor.of(info, at -> 0, shape);
            case TOKENS_BEFORE -> FilledTensor.of(info, at -> step.past(), shape);
            case ALL_TOKENS -> FilledTensor.of(info, at -> total, shape);
            case LAST_TOKEN -> FilledTensor.of(info, at -> total - 1d, shape);
            case WANTED_LOGITS -> FilledTensor.of(info, at -> step.all() ? step.count() : 1, shape);
        };
    }

    private OnnxTensor mask(Step step, long... shape) throws OrtException, IOException {
        int columns = Math.toIntExact(shape[shape.length - 1]);
        int rows = shape.length > 2 ? Math.toIntExact(shape[shape.length - 2]) : 1;
        int total = step.past() + step.count();
        if (!ofStep && columns < total) {
            throw new IOException("'" + info + "' has no room for " + total + " tokens");
        }
        if (rows != 1 && rows != step.count()) {
            throw new IOException("'" + info + "' does not fit a step of " + step.count() + " tokens");
        }
        int before = ofStep ? 0 : step.past();
        double kept = kind == Kind.KEEPING_MASK ? 1 : 0;
        double hidden = kind == Kind.ADDED_MASK ? FilledTensor.lowest(info) : 1 - kept;
        int end = ofStep ? step.count() : total;
        return FilledTensor.of(
                info,
                at -> {
                    int column = at % columns;
                    int row = at / columns % rows;
                    boolean isRead = column < end && (rows == 1 || column <= before + row);
                    return isRead ? kept : hidden;
                },
                shape);
    }
}
