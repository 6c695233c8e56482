package io.pepper.examples.cli;

import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyTrainer;
import io.pepper.predict.StoredPredictor;
import io.pepper.predict.TrainingReport;
import io.pepper.workload.DevicePredictors;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code train} command: trains a predictor for each kind of device on measured latencies. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description =
                "Trains a predictor on measured latencies, and prints its accuracy on held-out data. Data of several"
                        + " kinds of devices gives one file with a predictor of each.")
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
        Map<String, LatencyTrainer> trained = train(all);
        save(trained);
        if (report != null) {
            TrainingReport.of(trained).write(report);
        }
        PrintWriter console = spec.commandLine().getOut();
        if (output.json) {
            console.println(Json.print(TrainingJson.of(out, trained, all.problems())));
        } else {
            new TrainingPrinter(console, withMarked).print(out, trained);
        }
        return Main.DONE;
    }

    /** Trains a predictor for each kind of device; the original's features tell the devices apart themselves. */
    private Map<String, LatencyTrainer> train(LatencyDataset all) throws IOException {
        Map<String, LatencyDataset> kinds = schema == TrainingSchema.EXTENDED ? all.byDeviceKind() : Map.of();
        if (kinds.size() < 2) {
            return Map.of("", train(all, ""));
        }
        Map<String, LatencyTrainer> trained = new LinkedHashMap<>();
        for (Map.Entry<String, LatencyDataset> kind : kinds.entrySet()) {
            trained.put(kind.getKey(), train(kind.getValue(), kind.getKey() + ": "));
        }
        return trained;
    }

    private LatencyTrainer train(LatencyDataset measured, String prefix) throws IOException {
        ConsoleProgress console = new ConsoleProgress(spec.commandLine().getErr());
        return LatencyTrainer.train(
                measured,
                schema.options().withMarked(withMarked),
                (task, done, total) -> console.progress(prefix + task, done, total));
    }

    private void save(Map<String, LatencyTrainer> trained) throws IOException {
        if (trained.size() == 1) {
            trained.values().iterator().next().predictor().save(out);
            return;
        }
        DevicePredictors predictors = DevicePredictors.NONE;
        for (Map.Entry<String, LatencyTrainer> kind : trained.entrySet()) {
            predictors = predictors.withPredictor(kind.getKey(), kind.getValue().predictor(), out.toString());
        }
        StoredPredictor.save(predictors, out);
    }
}
