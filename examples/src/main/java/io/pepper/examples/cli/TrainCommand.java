package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.internal.text.Quantities;
import io.pepper.predict.Accuracy;
import io.pepper.predict.ChoiceAccuracy;
import io.pepper.predict.CrossValidation;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyTrainer;
import io.pepper.predict.TrainedPredictor;
import io.pepper.predict.TrainingReport;
import io.pepper.workload.KernelFamily;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code train} command: trains a predictor on measured latencies. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Trains a predictor on measured latencies, and prints its accuracy on held-out data.")
final class TrainCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DATA", arity = "1..*", description = "Data sets of profile or of the original PEPPER.")
    private List<Path> data = List.of();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "The predictor's file.")
    private Path out = Path.of("");

    @Option(
            names = "--schema",
            paramLabel = "NAME",
            description = "Features: extended (default), or paper: the ten features and the training of the original.")
    private TrainingSchema schema = TrainingSchema.EXTENDED;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "File for an illustrated report on the accuracy (HTML).")
    private @Nullable Path report;

    @Mixin
    private DataOptions reading = new DataOptions();

    @Option(
            names = "--with-marked",
            description = "Also learn from marked measurements, for instance of a busy machine.")
    private boolean withMarked;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        LatencyDataset all = reading.read(data, spec.commandLine().getErr());
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr());
        LatencyTrainer trained = LatencyTrainer.train(all, schema.options().withMarked(withMarked), progress);
        trained.predictor().save(out);
        if (report != null) {
            TrainingReport.of(trained).write(report);
        }
        print(all, trained);
        return Main.DONE;
    }

    private void print(LatencyDataset all, LatencyTrainer trained) {
        TrainedPredictor predictor = trained.predictor();
        PrintWriter console = spec.commandLine().getOut();
        Map<String, Accuracy> accuracy = predictor.facts().accuracy();
        if (output.json) {
            ObjectNode document = Json.object();
            document.put("predictor", out.toString());
            document.put("schema", predictor.schema().name());
            document.put("records", predictor.facts().records());
            document.put("dataSha256", predictor.facts().dataSha256());
            ObjectNode marked = document.putObject("marked");
            marked.put("leftOut", trained.marked().leftOut());
            marked.put("used", predictor.facts().markedRecords());
            ObjectNode byMark = marked.putObject("marks");
            trained.marked().byMark().forEach((mark, count) -> byMark.put(mark.label(), count));
            robustness(trained, document);
            ArrayNode problems = document.putArray("problems");
            all.problems().forEach(problems::add);
            ObjectNode held = document.putObject("heldBack");
            accuracy.forEach((folds, found) -> held.set(folds, json(found)));
            ObjectNode choices = document.putObject("choices");
            ObjectNode devices = document.putObject("deviceChoices");
            trained.validations().forEach((folds, validation) -> {
                choices.set(name(folds), json(validation.choices()));
                ChoiceAccuracy between = ChoiceAccuracy.betweenDevices(validation);
                if (between.choices() > 0) {
                    devices.set(name(folds), json(between));
                }
            });
            console.println(Json.print(document));
            return;
        }
        console.println(out + ": " + predictor.schema() + ", trained on "
                + predictor.facts().records() + " records");
        trained.marked()
                .description()
                .ifPresent(said -> console.println(said + (withMarked ? "" : " (--with-marked uses them)")));
        trained.far().warnings().forEach(console::println);
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
        printKept(trained, console);
        printChoices(trained, console);
    }

    private static void robustness(LatencyTrainer trained, ObjectNode document) {
        ObjectNode far = document.putObject("far");
        far.put("records", trained.far().far());
        far.put("leftOut", trained.far().leftOut());
        ObjectNode kept = document.putObject("kept");
        trained.validations().forEach((folds, validation) -> {
            ObjectNode node = kept.putObject(name(folds));
            node.put("trees", validation.keepsTrees());
            Json.put(node, "medianApeWithTrees", validation.treesAccuracy().medianApe());
            validation.sumAccuracy().ifPresent(sum -> Json.put(node, "medianApeOfSum", sum.medianApe()));
        });
        ObjectNode borrowed = document.putObject("borrowed");
        trained.borrowed().forEach((family, from) -> borrowed.put(label(family), label(from)));
    }

    /** Prints the errors of the sum and of the trees side by side, and the families that borrow coefficients. */
    private static void printKept(LatencyTrainer trained, PrintWriter console) {
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

    private static String label(KernelFamily family) {
        return family.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static void printChoices(LatencyTrainer trained, PrintWriter console) {
        Table table = new Table("held back", "choice", "right", "limit", "fastest", "limit", "lost on average");
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

    private static String name(CrossValidation.Folds folds) {
        return folds.name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode json(ChoiceAccuracy found) {
        ObjectNode node = Json.object();
        node.put("pairs", found.pairs());
        Json.put(node, "right", found.right());
        Json.put(node, "regret", found.regret());
        Json.put(node, "repeatRight", found.repeatRight());
        node.put("choices", found.choices());
        Json.put(node, "bestWays", found.bestWays());
        Json.put(node, "bestRegretSeconds", found.bestRegretSeconds());
        Json.put(node, "repeatBest", found.repeatBest());
        return node;
    }

    private static ObjectNode json(Accuracy found) {
        ObjectNode node = Json.object();
        node.put("records", found.records());
        Json.put(node, "maeSeconds", found.maeSeconds());
        Json.put(node, "rmseSeconds", found.rmseSeconds());
        Json.put(node, "r2", found.r2());
        Json.put(node, "mape", found.mape());
        Json.put(node, "medianApe", found.medianApe());
        Json.put(node, "within10", found.within10());
        Json.put(node, "within20", found.within20());
        Json.put(node, "rankCorrelation", found.rankCorrelation());
        Json.put(node, "p90Coverage", found.p90Coverage());
        return node;
    }
}
