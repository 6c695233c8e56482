package io.pepper.bench;

import io.pepper.measure.internal.Quantiles;
import io.pepper.model.ProgressListener;
import io.pepper.predict.Accuracy;
import io.pepper.predict.ChoiceAccuracy;
import io.pepper.predict.CrossValidation;
import io.pepper.predict.CrossValidation.Folds;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyRecord;
import io.pepper.predict.LatencyTrainer;
import io.pepper.predict.RooflinePredictor;
import io.pepper.predict.TrainedPredictor;
import io.pepper.predict.TrainingOptions;
import io.pepper.predict.TrainingOptions.Target;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Prints the tables of {@code docs/performance.md} on predicting: the accuracy on held-out models of this library, of
 * the original's features, and of a roofline, all on the same records; and how much the machine differs from itself.
 */
public final class PredictorTable {
    private static final double PERCENT = 100;
    private static final double FULL_LOAD = 100;

    /** Rounds that the profiler measures shortly after each other. */
    private static final int ROUNDS_IN_A_VISIT = 3;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final LatencyDataset all;
    private final LatencyDataset data;

    private PredictorTable(LatencyDataset all) {
        this.all = all;
        this.data = all.averaged();
    }

    /**
     * Prints the tables.
     *
     * @param args the data set, and optionally one of further models, measured later
     * @throws IOException if one cannot be read
     */
    public static void main(String[] args) throws IOException {
        if (args.length < 1 || args.length > 2) {
            throw new IllegalArgumentException(
                    "one or two arguments are needed: the data set, and one of other models");
        }
        PredictorTable table = new PredictorTable(LatencyDataset.read(Path.of(args[0])));
        if (args.length > 1) {
            table.printLater(LatencyDataset.read(Path.of(args[1])).averaged());
        } else {
            table.print();
        }
    }

    private void header(String first) {
        out.println("| " + first + " | records | median APE | within 10 % | within 20 % | rank correlation"
                + " | right choices | regret |");
        out.println("|---|---|---|---|---|---|---|---|");
    }

    /** Prints the accuracy of one predictor, trained on the whole data set: overall, and for each model. */
    private void printLater(LatencyDataset later) throws IOException {
        TrainedPredictor predictor = LatencyTrainer.train(data, TrainingOptions.EXTENDED, ProgressListener.NONE)
                .predictor();
        header("measured later");
        predicted("all", later, predictor);
        for (Map.Entry<String, List<LatencyRecord>> model :
                later.group(LatencyRecord::model).entrySet()) {
            predicted(model.getKey(), LatencyDataset.of(model.getValue()), predictor);
        }
    }

    private void predicted(String name, LatencyDataset models, LatencyPredictor predictor) {
        compared(name, models, entry -> predictor
                .predict(entry.work(), entry.threads(), entry.device())
                .medianSeconds());
    }

    private void compared(String name, LatencyDataset models, ToDoubleFunction<LatencyRecord> guess) {
        double[] measured = models.records().stream()
                .mapToDouble(entry -> entry.timing().medianSeconds())
                .toArray();
        double[] guessed = models.records().stream().mapToDouble(guess).toArray();
        row(name, Accuracy.of(measured, guessed, OptionalDouble.empty()), ChoiceAccuracy.of(models, guess));
    }

    private void print() throws IOException {
        header("held back: a model");
        trained("extended", TrainingOptions.EXTENDED);
        firstRound();
        trained("the paper's features and target", TrainingOptions.PAPER);
        trained("the paper's features, logarithmic target", TrainingOptions.PAPER.withTarget(Target.LOG_SECONDS));
        RooflinePredictor roofline = RooflinePredictor.calibrate(ProgressListener.NONE);
        predicted("roofline, calibrated now", models(entry -> true), roofline);
        another();
        out.println();
        out.println("| two measurements of the same | pairs | median difference | 90th percentile |");
        out.println("|---|---|---|---|");
        for (int threads : new int[] {1, 2}) {
            int count = threads;
            floor(
                    threads + " threads, load below 100 %",
                    e -> e.threads() == count && e.load().percent() < FULL_LOAD);
            floor(
                    threads + " threads, load 100 %",
                    e -> e.threads() == count && e.load().percent() == FULL_LOAD);
        }
    }

    /**
     * Prints the share of the error that comes from measuring: the predictor learns from one round instead of the mean
     * of all, and is compared with that mean.
     */
    private void firstRound() throws IOException {
        LatencyDataset first = LatencyDataset.of(
                all.byKey().values().stream().map(alike -> alike.get(0)).toList());
        CrossValidation validation =
                CrossValidation.run(first, TrainingOptions.EXTENDED, Folds.MODELS, ProgressListener.NONE);
        row("extended, of one round", validation.accuracy(), validation.choices());
    }

    /**
     * Prints the accuracy of the first visit as a prediction of the others; no predictor can be expected to be better.
     */
    private void another() {
        Map<String, Double> first = seconds(models(e -> e.execution() <= ROUNDS_IN_A_VISIT));
        LatencyDataset others = LatencyDataset.of(models(e -> e.execution() > ROUNDS_IN_A_VISIT).records().stream()
                .filter(entry -> first.containsKey(entry.key()))
                .toList());
        compared("another measurement of the same", others, entry -> first.getOrDefault(entry.key(), Double.NaN));
    }

    /** Returns the records of models, without the sweep, averaged over some rounds. */
    private LatencyDataset models(Predicate<LatencyRecord> which) {
        return LatencyDataset.of(
                        all.withoutSweep().records().stream().filter(which).toList())
                .averaged();
    }

    private static Map<String, Double> seconds(LatencyDataset some) {
        Map<String, Double> seconds = new HashMap<>();
        some.records().forEach(entry -> seconds.put(entry.key(), entry.timing().medianSeconds()));
        return seconds;
    }

    private void trained(String name, TrainingOptions options) throws IOException {
        CrossValidation validation = CrossValidation.run(data, options, Folds.MODELS, ProgressListener.NONE);
        row(name, validation.accuracy(), validation.choices());
        if (options.equals(TrainingOptions.EXTENDED)) {
            row(
                    name + ", 1 thread, load below 100 %",
                    validation.accuracy(e -> e.threads() == 1 && e.load().percent() < FULL_LOAD),
                    null);
            row(name + ", 2 threads", validation.accuracy(e -> e.threads() == 2), null);
        }
    }

    private void row(String name, Accuracy accuracy, @Nullable ChoiceAccuracy choice) {
        out.printf(
                Locale.ROOT,
                "| %s | %d | %.1f %% | %.0f %% | %.0f %% | %.2f | %s | %s |%n",
                name,
                accuracy.records(),
                PERCENT * accuracy.medianApe(),
                PERCENT * accuracy.within10(),
                PERCENT * accuracy.within20(),
                accuracy.rankCorrelation().orElse(Double.NaN),
                choice == null
                        ? ""
                        : String.format(
                                Locale.ROOT, "%.0f %%", PERCENT * choice.right().orElse(Double.NaN)),
                choice == null ? "" : String.format(Locale.ROOT, "%.0f %%", PERCENT * choice.regret()));
    }

    private void floor(String name, Predicate<LatencyRecord> which) {
        Map<String, Double> first = seconds(models(which.and(e -> e.execution() <= ROUNDS_IN_A_VISIT)));
        Map<String, Double> second = seconds(
                models(which.and(e -> e.execution() > ROUNDS_IN_A_VISIT && e.execution() <= 2 * ROUNDS_IN_A_VISIT)));
        double[] differences = second.entrySet().stream()
                .filter(entry -> first.containsKey(entry.getKey()))
                .mapToDouble(entry -> difference(entry.getValue(), first.getOrDefault(entry.getKey(), Double.NaN)))
                .toArray();
        Quantiles sample = Quantiles.of(differences);
        out.printf(
                Locale.ROOT,
                "| %s | %d | %.1f %% | %.0f %% |%n",
                name,
                differences.length,
                PERCENT * sample.median(),
                PERCENT * sample.at(0.9));
    }

    private static double difference(double one, double other) {
        return Math.abs(one - other) / Math.min(one, other);
    }
}
