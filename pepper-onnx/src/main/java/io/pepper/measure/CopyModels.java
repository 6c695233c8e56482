package io.pepper.measure;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Small models of operators that move data: splitting, slicing, joining, selecting and padding. Each kind copies runs
 * of another length, from single elements to whole halves of a tensor, in tensors of 1 kB to 4 MB.
 */
final class CopyModels {
    private static final long[] ELEMENTS = {256, 2_048, 16_384, 131_072, 1_048_576};

    /** The usual length of a row: runs of 32 elements when it is halved. */
    private static final long ROW = 64;

    private static final long SHORT_ROW = 8;
    private static final long CHANNELS = 16;

    private final Map<String, Supplier<SmallModel>> models = new LinkedHashMap<>();

    private CopyModels() {
        add("split-channels", elements -> halved(planes(elements)));
        add("split-rows", elements -> halved(rows(elements, ROW)));
        add("split-short-rows", elements -> halved(rows(elements, SHORT_ROW)));
        add("slice-channels", elements -> sliced(planes(elements), CHANNELS / 4, CHANNELS, 1));
        add("slice-channels-strided", elements -> sliced(planes(elements), 0, CHANNELS, 2));
        add("slice-rows", elements -> sliced(rows(elements, ROW), ROW / 2, ROW, 1));
        add("slice-short-rows", elements -> sliced(rows(elements, SHORT_ROW), 0, SHORT_ROW / 2, 1));
        add("slice-rows-strided", elements -> sliced(rows(elements, ROW), 0, ROW, 2));
        add("concat-channels", elements -> joined(planes(elements / 2)));
        add("concat-rows", elements -> joined(rows(elements / 2, ROW / 2)));
        add("gather-channels", elements -> selected(planes(elements), CHANNELS));
        add("gather-rows", elements -> selected(rows(elements, ROW), ROW));
        add("pad-channels", elements -> {
            SmallModel model = planes(elements).model;
            return model.then("Pad", "x", model.integers(0, 0, 0, 0, CHANNELS / 2, 0));
        });
        add("leakyrelu", elements -> planes(elements).model.then("LeakyRelu", "x"));
        add("clip", elements -> {
            SmallModel model = planes(elements).model;
            return model.then("Clip", "x", model.scalar(0), model.scalar(6));
        });
    }

    /**
     * Returns the models.
     *
     * @return a builder of each model, by name
     */
    static Map<String, Supplier<SmallModel>> all() {
        return new CopyModels().models;
    }

    private void add(String kind, LongFunction<SmallModel> model) {
        for (long elements : ELEMENTS) {
            models.put(kind + "-" + elements, () -> model.apply(elements));
        }
    }

    /** A model with an input, and the axis along which it is taken apart. */
    private record Source(SmallModel model, int axis) {}

    private static Source planes(long elements) {
        return new Source(new SmallModel(OperatorSweep.MODEL, 1, CHANNELS, elements / CHANNELS), 1);
    }

    private static Source rows(long elements, long row) {
        return new Source(new SmallModel(OperatorSweep.MODEL, 1, elements / row, row), 2);
    }

    private static SmallModel halved(Source source) {
        source.model.several("Split", 2, "x");
        return source.model.with("axis", source.axis);
    }

    private static SmallModel sliced(Source source, long start, long end, long step) {
        SmallModel model = source.model;
        return model.then(
                "Slice",
                "x",
                model.integers(start),
                model.integers(end),
                model.integers(source.axis),
                model.integers(step));
    }

    private static SmallModel joined(Source source) {
        return source.model.then("Concat", "x", "x").with("axis", source.axis);
    }

    private static SmallModel selected(Source source, long among) {
        long[] places = new long[(int) among / 2];
        for (int i = 0; i < places.length; i++) {
            places[i] = 2L * i;
        }
        SmallModel model = source.model;
        return model.then("Gather", "x", model.integers(places)).with("axis", source.axis);
    }
}
