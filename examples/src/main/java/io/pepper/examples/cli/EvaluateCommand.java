package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.Platform;
import io.pepper.internal.text.Quantities;
import io.pepper.predict.Accuracy;
import io.pepper.predict.DeviceTrialOptions;
import io.pepper.predict.DeviceTrials;
import io.pepper.predict.DeviceTrials.Try;
import io.pepper.predict.HeldOutPredictions;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyRecord;
import io.pepper.predict.MarkedRecords;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code evaluate} command: how often the device that is predicted to be the fastest is the fastest. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description = "Measures how often the fastest of several devices is predicted, at drawn loads, on held-out"
                + " models: the experiment of the original PEPPER.")
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "DATA",
            arity = "1..*",
            description = "Data sets of profile or of the original PEPPER, of two devices or more.")
    private List<Path> data = List.of();

    @Option(names = "--tries", paramLabel = "N", description = "Number of drawn choices (default: 100).")
    private int tries = DeviceTrialOptions.DEFAULTS.tries();

    @Option(
            names = "--devices",
            paramLabel = "N",
            description = "Number of devices that each try draws (default: all that measured the piece).")
    private int devices = DeviceTrialOptions.ALL;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the draws (default: 42).")
    private long seed = DeviceTrialOptions.DEFAULTS.seed();

    @Option(names = "--random-baseline", description = "Also print what a random choice reaches.")
    private boolean randomBaseline;

    @Option(
            names = "--predictor",
            paramLabel = "[NAME=]FILE",
            description =
                    "The predictor of a device, by its name or its kind, or a file with the predictors of several;"
                            + " without, one is trained or calibrated with the device's other models.")
    private List<String> predictors = List.of();

    @Mixin
    private PredictorFiles predictorFiles = new PredictorFiles();

    @Option(
            names = "--schema",
            paramLabel = "NAME",
            description = "Features: extended (default), or paper: the ten features and the training of the original.")
    private TrainingSchema schema = TrainingSchema.EXTENDED;

    @Option(names = "--csv", paramLabel = "FILE", description = "File for the tries, with the original's columns.")
    private Optional<Path> csv = Optional.empty();

    @Mixin
    private DataOptions reading = new DataOptions();

    @Option(names = "--with-marked", description = "Also use marked measurements, for instance of a busy machine.")
    private boolean withMarked;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        if (tries < 1 || devices < 2) {
            throw new ParameterException(spec.commandLine(), "--tries is at least 1, and --devices at least 2");
        }
        LatencyDataset all = reading.read(data, spec.commandLine().getErr());
        Map<String, LatencyPredictor> given = given(all);
        MarkedRecords marked = MarkedRecords.of(all, withMarked);
        LatencyDataset used = marked.select(all);
        HeldOutPredictions predicted = HeldOutPredictions.of(
                used,
                schema.options().withMarked(withMarked),
                entry -> Optional.ofNullable(given.get(entry.device().device())),
                new ConsoleProgress(spec.commandLine().getErr()));
        DeviceTrialOptions options = new DeviceTrialOptions(tries, devices, seed);
        DeviceTrials trials = DeviceTrials.draw(used, predicted::medianSeconds, options);
        if (csv.isPresent()) {
            trials.write(csv.get());
        }
        List<String> notes = Stream.concat(marked.description().stream(), predicted.caveats().stream())
                .toList();
        if (output.json) {
            spec.commandLine().getOut().println(Json.print(json(trials, predicted, notes)));
        } else {
            print(trials, predicted, notes);
        }
        return Main.DONE;
    }

    private Map<String, LatencyPredictor> given(LatencyDataset all) throws IOException {
        Map<String, List<LatencyRecord>> measured =
                all.group(entry -> entry.device().device());
        Map<String, LatencyPredictor> given = new LinkedHashMap<>();
        for (String word : Starters.last(predictors)) {
            LatencyPredictor read = predictorFiles.load(PredictorOptions.file(word));
            Map<String, LatencyPredictor> byName = PredictorOptions.named(word, read, true);
            Map<String, LatencyPredictor> used = new LinkedHashMap<>();
            byName.forEach((name, predictor) -> measured.forEach((device, records) -> {
                if (isNamed(name, device, records)) {
                    used.putIfAbsent(device, predictor);
                }
            }));
            if (used.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--predictor " + word + ": is of " + String.join(", ", byName.keySet())
                                + ", which is no device of the data and no kind of one; the devices are "
                                + String.join(", ", measured.keySet()));
            }
            used.forEach(given::putIfAbsent);
        }
        return given;
    }

    private static boolean isNamed(String name, String device, List<LatencyRecord> records) {
        return name.equals(device)
                || records.get(0)
                        .device()
                        .model()
                        .filter(kind -> Platform.isSameKind(name, kind))
                        .isPresent();
    }

    private void print(DeviceTrials trials, HeldOutPredictions predicted, List<String> notes) {
        PrintWriter out = spec.commandLine().getOut();
        Table choices = new Table("choice of " + trials.tries().size(), "right", "time lost", "relative");
        choices.row(
                "predicted fastest",
                Quantities.percent(trials.right()),
                Quantities.seconds(trials.mean(Try::regretSeconds)),
                Quantities.percent(trials.mean(Try::regret)));
        if (randomBaseline) {
            choices.row(
                    "random device",
                    Quantities.percent(trials.randomRight()),
                    Quantities.seconds(trials.mean(Try::randomRegretSeconds)),
                    Quantities.percent(trials.mean(Try::randomRegret)));
        }
        choices.print(out);
        out.println();
        Table byModel = new Table("model", "tries", "right", "time lost", "relative");
        trials.byModel()
                .forEach((model, own) -> byModel.row(
                        model,
                        String.valueOf(own.tries().size()),
                        Quantities.percent(own.right()),
                        Quantities.seconds(own.mean(Try::regretSeconds)),
                        Quantities.percent(own.mean(Try::regret))));
        byModel.print(out);
        out.println();
        Table byDevice = new Table("device", "settings", "predictor", "median error", "within 10 %");
        predicted
                .accuracy()
                .forEach((device, found) -> byDevice.row(
                        device,
                        String.valueOf(found.records()),
                        source(predicted, device),
                        Quantities.percent(found.medianApe()),
                        Quantities.percent(found.within10())));
        byDevice.print(out);
        notes.forEach(note -> out.println(note.startsWith("warning: ") ? note : "note: " + note));
        csv.ifPresent(file -> out.println(file + ": " + trials.tries().size() + " tries"));
    }

    private static String source(HeldOutPredictions predicted, String device) {
        return Objects.requireNonNull(predicted.sources().get(device)).name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode json(DeviceTrials trials, HeldOutPredictions predicted, List<String> notes) {
        ObjectNode document = Json.object();
        document.put("tries", trials.tries().size());
        figures(document, trials);
        ArrayNode models = document.putArray("byModel");
        trials.byModel().forEach((model, own) -> {
            ObjectNode node = models.addObject();
            node.put("model", model);
            node.put("tries", own.tries().size());
            figures(node, own);
        });
        ArrayNode devices = document.putArray("devices");
        for (Map.Entry<String, Accuracy> device : predicted.accuracy().entrySet()) {
            ObjectNode node = devices.addObject();
            node.put("device", device.getKey());
            node.put("settings", device.getValue().records());
            node.put("predictor", source(predicted, device.getKey()));
            Json.put(node, "medianApe", device.getValue().medianApe());
            Json.put(node, "within10", device.getValue().within10());
        }
        notes.forEach(document.putArray("notes")::add);
        return document;
    }

    private static void figures(ObjectNode node, DeviceTrials trials) {
        Json.put(node, "right", trials.right());
        Json.put(node, "randomRight", trials.randomRight());
        Json.put(node, "regretSeconds", trials.mean(Try::regretSeconds));
        Json.put(node, "regret", trials.mean(Try::regret));
        Json.put(node, "randomRegretSeconds", trials.mean(Try::randomRegretSeconds));
        Json.put(node, "randomRegret", trials.mean(Try::randomRegret));
    }
}
