package io.pepper.predict;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingDouble;

import io.pepper.internal.text.Quantities;
import io.pepper.report.internal.markup.Axis;
import io.pepper.report.internal.markup.BarChart;
import io.pepper.report.internal.markup.Figure;
import io.pepper.report.internal.markup.Scale;
import io.pepper.report.internal.markup.ScatterPlot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The charts of a training: what was predicted beside what was measured, errors by group, and the features used. */
final class TrainingCharts {
    private static final int MAX_FEATURES = 20;
    private static final int MAX_GROUPS = 40;
    private static final double TEN = 10;
    private static final String POINT = "a measured way to run a piece";

    private final CrossValidation shown;
    private final double[] measured;
    private final double[] predicted;
    private final double[] ratios;

    TrainingCharts(CrossValidation shown) {
        this.shown = shown;
        this.measured = shown.records().stream()
                .mapToDouble(entry -> entry.timing().medianSeconds())
                .toArray();
        this.predicted = shown.medianSeconds();
        this.ratios = new double[measured.length];
        Arrays.setAll(ratios, i -> predicted[i] / measured[i]);
    }

    /** The charts of the held-back records, in their order on the page. */
    List<Figure> all() {
        List<Figure> figures = new ArrayList<>(List.of(predictedAndMeasured(), predictedOverMeasured()));
        figures.add(errors(
                "load",
                comparingDouble((LatencyRecord entry) -> entry.load().percent()).thenComparing(LatencyRecord::threads),
                TrainingCharts::load));
        figures.add(errors("model", comparing(LatencyRecord::model), LatencyRecord::model));
        if (shown.records().stream().map(TrainingCharts::device).distinct().count() > 1) {
            figures.add(errors("device", comparing(TrainingCharts::device), TrainingCharts::device));
        }
        return figures;
    }

    private static String load(LatencyRecord entry) {
        int threads = entry.threads();
        String load = "load " + Quantities.number(entry.load().percent()) + " %, ";
        return load + threads + (threads == 1 ? " thread" : " threads");
    }

    private static String device(LatencyRecord entry) {
        return entry.device().device();
    }

    private Figure predictedAndMeasured() {
        Scale scale = Scale.logarithmic(measured, predicted);
        double least = Math.min(least(measured), least(predicted));
        double most = Math.max(most(measured), most(predicted));
        List<Double> ends = List.of(least, most);
        return ScatterPlot.of(
                titled("Predicted and measured medians"),
                new Axis("measured", scale, Quantities::seconds),
                new Axis("predicted", scale, Quantities::seconds),
                new ScatterPlot.Line("predicted = measured", ends, ends),
                POINT,
                measured,
                predicted);
    }

    private Figure predictedOverMeasured() {
        return ScatterPlot.of(
                titled("Predicted over measured medians"),
                new Axis("measured", Scale.logarithmic(measured), Quantities::seconds),
                new Axis(
                        "ratio",
                        Scale.logarithmic(ratios, new double[] {1 / TEN, TEN}),
                        ratio -> Quantities.number(ratio) + " ×"),
                new ScatterPlot.Line(
                        "predicted = measured", List.of(least(measured), most(measured)), List.of(1.0, 1.0)),
                POINT,
                measured,
                ratios);
    }

    private String titled(String what) {
        return what + ", " + shown.folds().name().toLowerCase(Locale.ROOT) + " held back";
    }

    private static double least(double... values) {
        return Arrays.stream(values).min().orElse(1);
    }

    private static double most(double... values) {
        return Arrays.stream(values).max().orElse(1);
    }

    private Figure errors(String group, Comparator<LatencyRecord> order, Function<LatencyRecord, String> name) {
        Map<String, List<Double>> errors = new LinkedHashMap<>();
        IntStream.range(0, ratios.length)
                .boxed()
                .sorted(comparing(shown.records()::get, order))
                .forEach(i -> errors.computeIfAbsent(name.apply(shown.records().get(i)), none -> new ArrayList<>())
                        .add(Math.abs(ratios[i] - 1)));
        List<BarChart.Bar> bars = new ArrayList<>();
        errors.forEach((label, all) -> bars.add(distribution(
                label,
                ErrorDistribution.of(
                        all.stream().mapToDouble(Double::doubleValue).toArray()))));
        String title = titled("Median error by " + group) + " (light: to the 90th percentile, dark: to the 10th)";
        if (bars.size() <= MAX_GROUPS) {
            return BarChart.of(title, bars, Quantities::percent);
        }
        List<BarChart.Bar> largest = bars.stream()
                .sorted(comparingDouble(
                                (BarChart.Bar bar) -> bar.layers().get(1).value())
                        .reversed())
                .limit(MAX_GROUPS)
                .toList();
        return BarChart.of(title + ": the largest " + MAX_GROUPS + " of " + bars.size(), largest, Quantities::percent);
    }

    private static BarChart.Bar distribution(String name, ErrorDistribution errors) {
        String text = Quantities.percent(errors.median()) + ", from " + Quantities.percent(errors.p10()) + " to "
                + Quantities.percent(errors.p90()) + ", " + errors.records()
                + (errors.records() == 1 ? " record" : " records");
        return new BarChart.Bar(
                "spread",
                name,
                List.of(
                        new BarChart.Layer("most", errors.p90()),
                        new BarChart.Layer("half", errors.median()),
                        new BarChart.Layer("least", errors.p10())),
                text);
    }

    /** The features that the trees use most, if they use any. */
    static Optional<Figure> features(Map<String, Double> importance) {
        Map<String, Double> first = new LinkedHashMap<>();
        importance.entrySet().stream()
                .limit(MAX_FEATURES)
                .forEach(feature -> first.put(feature.getKey(), feature.getValue()));
        return first.isEmpty()
                ? Optional.empty()
                : Optional.of(shares("Importance of features: share of the gain of all splits", first));
    }

    private static Figure shares(String title, Map<String, Double> shares) {
        List<BarChart.Bar> bars = new ArrayList<>();
        shares.forEach((name, share) -> bars.add(
                new BarChart.Bar("bar", name, List.of(new BarChart.Layer("whole", share)), Quantities.percent(share))));
        return BarChart.of(title, bars, Quantities::percent);
    }
}
