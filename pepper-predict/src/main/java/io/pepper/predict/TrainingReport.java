package io.pepper.predict;

import io.pepper.internal.text.Quantities;
import io.pepper.internal.text.WholeFile;
import io.pepper.predict.CrossValidation.Folds;
import io.pepper.report.internal.markup.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A self-contained page on the accuracy of a predictor, or of the predictors of several kinds of devices: errors on held-out
 * data, predicted against measured medians, the distributions of the errors by load and by model, and the features that the
 * trees use. Immutable and therefore thread-safe.
 */
public final class TrainingReport {
    private static final String NOTHING = "–";
    private static final List<String> ACCURACY = List.of(
            "held back",
            "records",
            "median error",
            "within 10 %",
            "within 20 %",
            "mean error",
            "R²",
            "rank correlation",
            "p90 covers");
    private static final List<String> CHOICES = List.of(
            "held back", "choice", "pairs", "right", "limit", "choices", "fastest to 10 %", "limit", "lost on average");
    private static final String TITLE = "How well latencies are predicted";
    private final Map<String, LatencyTrainer> trained;

    private TrainingReport(Map<String, LatencyTrainer> trained) {
        this.trained = trained;
    }

    /**
     * Reports on a training.
     *
     * @param trained what was trained and validated
     * @return the report
     */
    public static TrainingReport of(LatencyTrainer trained) {
        return new TrainingReport(Map.of("", trained));
    }

    /**
     * Reports on the trainings of several predictors, one below the other.
     *
     * @param trained what was trained and validated, by kind of device
     * @return the report
     */
    public static TrainingReport of(Map<String, LatencyTrainer> trained) {
        return new TrainingReport(Collections.unmodifiableMap(new LinkedHashMap<>(trained)));
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
     */
    public String html() {
        Page page = Page.titled(TITLE).header(TITLE, List.of(), List.of());
        page.body().open("main").line();
        trained.forEach((name, one) -> {
            if (!name.isEmpty()) {
                page.body().element("h2", name).line();
            }
            add(page, one);
        });
        page.body().close().line();
        return page.end();
    }

    private static void add(Page page, LatencyTrainer trained) {
        page.definitions(facts(trained));
        accuracy(page, trained);
        choices(page, trained);
        CrossValidation models = trained.validations().get(Folds.MODELS);
        CrossValidation shown = models == null ? trained.validations().get(Folds.ROWS) : models;
        if (shown != null) {
            new TrainingCharts(shown).all().forEach(chart -> page.figure("", chart));
        }
        TrainingCharts.features(trained.predictor().importance()).ifPresent(chart -> page.figure("", chart));
    }

    private static Map<String, String> facts(LatencyTrainer trained) {
        Provenance facts = trained.predictor().facts();
        Map<String, String> named = new LinkedHashMap<>();
        named.put("Trained", facts.trainedAt().truncatedTo(ChronoUnit.SECONDS) + ", " + facts.options());
        named.put("On", facts.records() + " records, SHA-256 " + facts.dataSha256());
        trained.marked().description().ifPresent(text -> named.put("Marked", text));
        named.put("Models", String.join(", ", facts.models()));
        named.put("Devices", String.join(", ", facts.devices()));
        named.put("By", facts.libraryVersion() + ", XGBoost " + facts.xgboostVersion());
        return named;
    }

    private static void accuracy(Page page, LatencyTrainer trained) {
        page.sentence(
                "Of what was held back, by predictors that did not learn from it. An error is the difference of the predicted"
                        + " and the measured median, as a share of what was measured.");
        List<List<String>> rows = new ArrayList<>();
        trained.validations().forEach((folds, validation) -> {
            Accuracy found = validation.accuracy();
            rows.add(List.of(
                    name(folds),
                    Integer.toString(found.records()),
                    percent(found.medianApe()),
                    percent(found.within10()),
                    percent(found.within20()),
                    percent(found.mape()),
                    Quantities.number(found.r2()),
                    Quantities.number(found.rankCorrelation()),
                    percent(found.p90Coverage())));
        });
        page.table(1, ACCURACY, rows);
    }

    private static void choices(Page page, LatencyTrainer trained) {
        page.sentence(
                "Choices between two ways to run the same piece, and of the fastest of all ways. The limit is how often a second"
                        + " measurement agrees with the first: no prediction can do better.");
        List<List<String>> rows = new ArrayList<>();
        trained.validations().forEach((folds, validation) -> {
            rows.add(choice(name(folds), "threads, load, device", validation.choices()));
            ChoiceAccuracy devices = ChoiceAccuracy.betweenDevices(validation);
            if (devices.choices() > 0) {
                rows.add(choice(name(folds), "device", devices));
            }
        });
        page.table(2, CHOICES, rows);
    }

    private static List<String> choice(String held, String between, ChoiceAccuracy found) {
        return List.of(
                held,
                between,
                Long.toString(found.pairs()),
                percent(found.right()),
                percent(found.repeatRight()),
                Integer.toString(found.choices()),
                percent(found.bestWays()),
                percent(found.repeatBest()),
                found.bestRegretSeconds().isEmpty()
                        ? NOTHING
                        : Quantities.seconds(found.bestRegretSeconds().getAsDouble()));
    }

    private static String name(Folds folds) {
        return folds.name().toLowerCase(Locale.ROOT);
    }

    private static String percent(double share) {
        return Quantities.percent(share);
    }

    private static String percent(OptionalDouble share) {
        return share.isPresent() ? Quantities.percent(share.getAsDouble()) : NOTHING;
    }
}
