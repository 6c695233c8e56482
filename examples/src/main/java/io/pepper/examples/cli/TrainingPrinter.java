package io.pepper.examples.cli;

import io.pepper.internal.text.Quantities;
import io.pepper.predict.Accuracy;
import io.pepper.predict.ChoiceAccuracy;
import io.pepper.predict.CrossValidation;
import io.pepper.predict.LatencyTrainer;
import io.pepper.predict.TrainedPredictor;
import io.pepper.workload.KernelFamily;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A printer of trainings for people. */
final class TrainingPrinter {
    private static final int FEW_RECORDS = 100;

    private final PrintWriter console;
    private final boolean withMarked;

    TrainingPrinter(PrintWriter console, boolean withMarked) {
        this.console = console;
        this.withMarked = withMarked;
    }

    void print(Path file, Map<String, LatencyTrainer> trained) {
        if (trained.size() == 1) {
            print(file.toString(), trained.values().iterator().next());
            return;
        }
        console.println(file + ": predictors of " + trained.size() + " kinds of devices");
        trained.forEach((name, one) -> {
            console.println();
            print(name, one);
        });
        Table table = choices();
        boolean any = false;
        for (CrossValidation.Folds folds : CrossValidation.Folds.values()) {
            ChoiceAccuracy between = betweenKinds(trained, folds);
            row(table, name(folds), "of devices", between);
            any |= between.choices() > 0;
        }
        if (any) {
            console.println();
            table.print(console);
        }
    }

    /** Returns the accuracy of choosing a device among several kinds, each predicted by its own predictor. */
    static ChoiceAccuracy betweenKinds(Map<String, LatencyTrainer> trained, CrossValidation.Folds folds) {
        List<CrossValidation> validations = trained.values().stream()
                .flatMap(one -> Optional.ofNullable(one.validations().get(folds)).stream())
                .toList();
        return ChoiceAccuracy.betweenDevices(validations);
    }

    private void print(String title, LatencyTrainer trained) {
        TrainedPredictor predictor = trained.predictor();
        Map<String, Accuracy> accuracy = predictor.facts().accuracy();
        console.println(title + ": " + predictor.schema() + ", trained on "
                + predictor.facts().records() + " records");
        trained.marked()
                .description()
                .ifPresent(said -> console.println(said + (withMarked ? "" : " (--with-marked uses them)")));
        trained.far().warnings().forEach(console::println);
        if (predictor.facts().records() < FEW_RECORDS) {
            console.println("note: few measurements: calibrate needs fewer, and predicts better from them");
        }
        Table table = new Table(
                "held back",
                "median error",
                "within 10 %",
                "within 20 %",
                "mean error",
                "rank correlation",
                "p90 covers");
        accuracy.forEach((folds, found) -> table.row(
                folds,
                Quantities.percent(found.medianApe()),
                Quantities.percent(found.within10()),
                Quantities.percent(found.within20()),
                Quantities.percent(found.mape()),
                Quantities.number(found.rankCorrelation()),
                Quantities.percent(found.p90Coverage())));
        table.print(console);
        if (accuracy.isEmpty()) {
            console.println("note: nothing could be held out: measure more than one model to estimate the accuracy");
        }
        printKept(trained);
        printChoices(trained);
    }

    /** Prints the errors of the sum and of the trees side by side, and the families that borrow coefficients. */
    private void printKept(LatencyTrainer trained) {
        Table table = new Table("held back", "sum of kernels alone", "with trees", "kept");
        trained.validations().forEach((folds, validation) -> validation
                .sumAccuracy()
                .ifPresent(sum -> table.row(
                        name(folds),
                        Quantities.percent(sum.medianApe()),
                        Quantities.percent(validation.treesAccuracy().medianApe()),
                        validation.keepsTrees() ? "trees" : "sum")));
        if (trained.validations().values().stream()
                .anyMatch(validation -> validation.sumAccuracy().isPresent())) {
            console.println();
            table.print(console);
        }
        Map<String, String> borrowed = new TreeMap<>();
        trained.borrowed()
                .forEach((family, from) ->
                        borrowed.merge(label(from), label(family), (some, more) -> some + ", " + more));
        borrowed.forEach((from, families) ->
                console.println("note: too few measurements of " + families + ": their costs are those of " + from));
    }

    static String label(KernelFamily family) {
        return family.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static Table choices() {
        return new Table("held back", "choice", "right", "limit", "fastest", "limit", "lost on average");
    }

    private void printChoices(LatencyTrainer trained) {
        Table table = choices();
        trained.validations().forEach((folds, validation) -> {
            row(table, name(folds), "of two ways", validation.choices());
            row(table, name(folds), "of devices", ChoiceAccuracy.betweenDevices(validation));
        });
        if (trained.validations().values().stream()
                .anyMatch(validation -> validation.choices().choices() > 0)) {
            console.println();
            table.print(console);
        }
    }

    private static void row(Table table, String held, String between, ChoiceAccuracy found) {
        if (found.choices() > 0) {
            table.row(
                    held,
                    between,
                    Quantities.percent(found.right()),
                    Quantities.percent(found.repeatRight()),
                    Quantities.percent(found.bestWays()),
                    Quantities.percent(found.repeatBest()),
                    found.bestRegretSeconds().isPresent()
                            ? Quantities.seconds(found.bestRegretSeconds().getAsDouble())
                            : "?");
        }
    }

    static String name(CrossValidation.Folds folds) {
        return folds.name().toLowerCase(Locale.ROOT);
    }
}
