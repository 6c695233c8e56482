package io.pepper.predict;

import io.pepper.internal.text.WholeFile;
import io.pepper.predict.CrossValidation.Folds;
import io.pepper.predict.internal.report.Charts;
import io.pepper.session.Quantiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
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
    private static final double MILLIS = 1e3;
    private static final int MOST_FEATURES = 20;
    private static final String STYLE =
            "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
                    + "color:#222;background:#fff}table{border-collapse:collapse}td,th{padding:.25rem .6rem;text-align:right;"
                    + "border-bottom:1px solid #ddd}td{white-space:nowrap}td:first-child,th:first-child{text-align:left}img{max-width:100%;height:auto}"
                    + "dt{font-weight:600}";

    private final LatencyTrainer trained;

    private TrainingReport(LatencyTrainer trained) {
        this.trained = trained;
    }

    /**
     * Reports on a training.
     *
     * @param trained what was trained and validated
     * @return the report
     */
    public static TrainingReport of(LatencyTrainer trained) {
        return new TrainingReport(trained);
    }

    /**
     * Writes the page.
     *
     * @param file where
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        WholeFile.write(file, html());
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
        choices(page);
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
        Provenance facts = trained.predictor().facts();
        page.append("<dl>");
        fact(page, "Trained", facts.trainedAt().truncatedTo(ChronoUnit.SECONDS) + ", " + facts.options());
        fact(page, "On", facts.records() + " records, SHA-256 " + facts.dataSha256());
        trained.marked().said().ifPresent(said -> fact(page, "Marked", said));
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
                "<p>Of what was held back, by predictors that did not learn from it. An error is the difference of the predicted"
                        + " and the measured median, as a share of what was measured.</p>\n"
                        + "<table><tr><th>held back</th><th>records</th><th>median error</th><th>within 10 %</th><th>within 20 %</th>"
                        + "<th>mean error</th><th>R²</th><th>rank correlation</th><th>p90 covers</th></tr>");
        trained.validations().forEach((folds, validation) -> {
            Accuracy found = validation.accuracy();
            page.append(String.format(
                    Locale.ROOT,
                    "<tr><td>%s</td><td>%d</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%.3f</td><td>%.3f</td>"
                            + "<td>%s</td></tr>",
                    name(folds),
                    found.records(),
                    percent(found.medianApe()),
                    percent(found.within10()),
                    percent(found.within20()),
                    percent(found.mape()),
                    found.r2(),
                    found.rankCorrelation(),
                    percent(found.p90Coverage())));
        });
        page.append("</table>\n");
    }

    private void choices(StringBuilder page) {
        page.append(
                "<p>Choices between two ways to run the same piece, and of the fastest of all ways. The limit is how often a second"
                        + " measurement agrees with the first: no prediction can do better.</p>\n"
                        + "<table><tr><th>held back</th><th>choice</th><th>pairs</th><th>right</th><th>limit</th><th>choices</th>"
                        + "<th>fastest to 10 %</th><th>limit</th><th>lost on average</th></tr>");
        trained.validations().forEach((folds, validation) -> {
            choice(page, name(folds), "threads, load, device", validation.choices());
            ChoiceAccuracy devices = ChoiceAccuracy.betweenDevices(validation);
            if (devices.choices() > 0) {
                choice(page, name(folds), "device", devices);
            }
        });
        page.append("</table>\n");
    }

    private static void choice(StringBuilder page, String held, String between, ChoiceAccuracy found) {
        page.append(String.format(
                Locale.ROOT,
                "<tr><td>%s</td><td>%s</td><td>%d</td><td>%s</td><td>%s</td><td>%d</td><td>%s</td><td>%s</td><td>%s</td></tr>",
                held,
                between,
                found.pairs(),
                percent(found.right()),
                percent(found.repeatRight()),
                found.choices(),
                percent(found.bestWays()),
                percent(found.repeatBest()),
                Double.isNaN(found.bestRegretSeconds())
                        ? "–"
                        : String.format(Locale.ROOT, "%.3f ms", found.bestRegretSeconds() * MILLIS)));
    }

    private static String name(Folds folds) {
        return folds.name().toLowerCase(Locale.ROOT);
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "–" : String.format(Locale.ROOT, "%.1f %%", PERCENT * share);
    }

    private static void pictures(StringBuilder page, CrossValidation shown) throws IOException {
        String held = name(shown.folds()) + " held back";
        double[] measured = shown.records().stream()
                .mapToDouble(entry -> entry.timing().medianSeconds())
                .toArray();
        double[] predicted = shown.medianSeconds();
        double[] ratios = new double[measured.length];
        double[] errors = new double[measured.length];
        for (int i = 0; i < errors.length; i++) {
            ratios[i] = predicted[i] / measured[i];
            errors[i] = PERCENT * (ratios[i] - 1);
        }
        image(
                page,
                Charts.alike("Predicted and measured, " + held, "measured, s", "predicted, s", measured, predicted),
                "predicted against measured seconds");
        image(
                page,
                Charts.ratios(
                        "Predicted over measured, " + held, "measured, s", "predicted / measured", measured, ratios),
                "ratio of predicted and measured over measured seconds");
        image(
                page,
                Charts.bars("Errors by load, " + held, "median error, %", by(shown, errors, TrainingReport::load)),
                "median error by load");
        image(
                page,
                Charts.bars("Errors by model, " + held, "median error, %", by(shown, errors, LatencyRecord::model)),
                "median error by model");
        Map<String, Double> devices = by(shown, errors, entry -> entry.device().device());
        if (devices.size() > 1) {
            image(page, Charts.bars("Errors by device, " + held, "median error, %", devices), "median error by device");
        }
    }

    private static String load(LatencyRecord entry) {
        return String.format(
                Locale.ROOT, "load %3.0f %%, threads %d", entry.load().percent(), entry.threads());
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
