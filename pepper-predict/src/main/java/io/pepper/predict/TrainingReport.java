package io.pepper.predict;

import io.pepper.predict.CrossValidation.Folds;
import io.pepper.predict.internal.report.Charts;
import io.pepper.runtime.Quantiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * How well a predictor does, as a page that needs nothing else: errors on what was held back, predicted against measured,
 * errors by load and by model, and the features that the trees use. Immutable and therefore thread-safe.
 */
public final class TrainingReport {
    private static final double PERCENT = 100;
    private static final int MOST_FEATURES = 20;
    private static final String STYLE =
            "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
                    + "color:#222;background:#fff}table{border-collapse:collapse}td,th{padding:.25rem .75rem;text-align:right;"
                    + "border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}img{max-width:100%;height:auto}"
                    + "dt{font-weight:600}";

    private final LatencyTrainer trained;

    /**
     * Reports on a training.
     *
     * @param trained what was trained and validated
     */
    public TrainingReport(LatencyTrainer trained) {
        this.trained = trained;
    }

    /**
     * Writes the page.
     *
     * @param file where
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        Files.writeString(file, html());
    }

    /**
     * The page.
     *
     * @return HTML, pictures included
     * @throws IOException if a picture cannot be drawn
     */
    public String html() throws IOException {
        StringBuilder page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<title>How well latencies are predicted</title><style>" + STYLE
                + "</style></head><body>\n<h1>How well latencies are predicted</h1>\n");
        facts(page);
        accuracy(page);
        CrossValidation models = trained.validations().get(Folds.MODELS);
        CrossValidation shown = models == null ? trained.validations().get(Folds.ROWS) : models;
        if (shown != null) {
            pictures(page, shown);
        }
        Map<String, Double> importance = trained.predictor().importance();
        Map<String, Double> first = new LinkedHashMap<>();
        importance.entrySet().stream().limit(MOST_FEATURES).forEach(e -> first.put(e.getKey(), e.getValue() * PERCENT));
        if (!first.isEmpty()) {
            image(page, Charts.bars("What the trees look at", "share of all gain, %", first), "feature importance");
        }
        return page.append("</body></html>\n").toString();
    }

    private void facts(StringBuilder page) {
        TrainingFacts facts = trained.predictor().facts();
        page.append("<dl>");
        fact(page, "Trained", facts.trainedAt() + ", " + facts.options());
        fact(page, "On", facts.records() + " records, SHA-256 " + facts.dataSha256());
        fact(page, "Models", String.join(", ", facts.models()));
        fact(page, "Devices", String.join(", ", facts.devices()));
        fact(page, "By", facts.libraryVersion() + ", XGBoost " + facts.xgboostVersion());
        page.append("</dl>\n");
    }

    private static void fact(StringBuilder page, String name, String value) {
        page.append("<dt>")
                .append(name)
                .append("</dt><dd>")
                .append(escaped(value))
                .append("</dd>");
    }

    /** Names of models and devices are the user's. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private void accuracy(StringBuilder page) {
        page.append(
                "<table><tr><th>held back</th><th>records</th><th>median error</th><th>within 10 %</th><th>within 20 %</th>"
                        + "<th>mean error</th><th>R²</th><th>rank correlation</th><th>p90 covers</th><th>right choices</th></tr>");
        trained.validations().forEach((folds, validation) -> {
            Accuracy found = validation.accuracy();
            page.append(String.format(
                    Locale.ROOT,
                    "<tr><td>%s</td><td>%d</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%.3f</td><td>%.3f</td><td>%s</td>"
                            + "<td>%s</td></tr>",
                    folds.name().toLowerCase(Locale.ROOT),
                    found.records(),
                    percent(found.medianApe()),
                    percent(found.within10()),
                    percent(found.within20()),
                    percent(found.mape()),
                    found.r2(),
                    found.rankCorrelation(),
                    percent(found.p90Coverage()),
                    percent(validation.choices().right())));
        });
        page.append("</table>\n");
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "–" : String.format(Locale.ROOT, "%.1f %%", PERCENT * share);
    }

    private static void pictures(StringBuilder page, CrossValidation shown) throws IOException {
        String held = shown.folds().name().toLowerCase(Locale.ROOT) + " held back";
        double[] measured = shown.records().stream()
                .mapToDouble(entry -> entry.timing().medianSeconds())
                .toArray();
        double[] predicted = shown.medianSeconds();
        double[] errors = new double[measured.length];
        for (int i = 0; i < errors.length; i++) {
            errors[i] = PERCENT * (predicted[i] / measured[i] - 1);
        }
        image(
                page,
                Charts.alike("Predicted and measured, " + held, "measured, s", "predicted, s", measured, predicted),
                "predicted against measured seconds");
        image(
                page,
                Charts.over("Errors, " + held, "measured, s", "predicted too long by, %", measured, errors),
                "errors over measured seconds");
        image(
                page,
                Charts.bars("Errors by load, " + held, "median error, %", by(shown, errors, TrainingReport::load)),
                "median error by load");
        image(
                page,
                Charts.bars("Errors by model, " + held, "median error, %", by(shown, errors, LatencyRecord::model)),
                "median error by model");
    }

    private static String load(LatencyRecord entry) {
        return String.format(Locale.ROOT, "%3.0f %%, %d threads", entry.load().percent(), entry.threads());
    }

    private static Map<String, Double> by(
            CrossValidation shown, double[] errors, Function<LatencyRecord, String> group) {
        Map<String, List<Double>> grouped = new TreeMap<>();
        for (int i = 0; i < errors.length; i++) {
            grouped.computeIfAbsent(group.apply(shown.records().get(i)), name -> new ArrayList<>())
                    .add(Math.abs(errors[i]));
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        grouped.forEach((name, all) -> medians.put(
                name,
                Quantiles.of(all.stream().mapToDouble(Double::doubleValue).toArray())
                        .median()));
        return medians;
    }

    private static void image(StringBuilder page, String source, String text) {
        page.append("<p><img alt=\"")
                .append(text)
                .append("\" src=\"")
                .append(source)
                .append("\"></p>\n");
    }
}
