package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.DeviceState;
import io.pepper.export.PartitionManifest;
import io.pepper.internal.text.Quantities;
import io.pepper.model.InputShapes;
import io.pepper.model.TensorInfo;
import io.pepper.monitor.DeviceMonitor;
import io.pepper.monitor.DeviceRanking;
import io.pepper.monitor.DeviceReading;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.TensorShapes;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.NoPredictorException;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code predict} command: predicts the time of a model or its parts. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        description = "Predicts the time of a model, or of each part of a partition, on devices, fastest first.")
final class PredictCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "MODEL|DIR", description = "An ONNX file, or the directory of a partition.")
    private Path model = Path.of("");

    @Option(
            names = "--predictor",
            paramLabel = "[NAME=]FILE",
            required = true,
            description = "A predictor written by train; with NAME=, for the device of this name or for devices of this"
                    + " kind. May be repeated.")
    private List<String> predictor = List.of();

    @Mixin
    private PredictorOptions predictors = new PredictorOptions();

    @Option(
            names = "--device-kind",
            paramLabel = "KIND",
            description = "Predict for a device of this kind instead of this machine; idle unless --load is given.")
    private @Nullable String deviceKind;

    @Option(names = "--threads", paramLabel = "N", description = "Threads inside an operator (default: 1).")
    private int threads = 1;

    @Option(names = "--load", paramLabel = "PERCENT", description = "Assume this CPU load instead of the current one.")
    private @Nullable Double load;

    @Option(
            names = "--cores",
            paramLabel = "N",
            description = "Assume this number of cores (0.5 for half a core) instead of the actual one.")
    private @Nullable Double cores;

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private IsolationOptions isolation = new IsolationOptions();

    @Mixin
    private DeviceOptions devices = new DeviceOptions();

    @Mixin
    private InputOptions inputs = new InputOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        DevicePredictors trained = predictors.load(predictor);
        Map<String, Workload> works = works();
        Map<String, DeviceReading> readings = readings();
        DeviceMonitor monitor = () -> readings;
        Map<String, DeviceRanking> rankings = new LinkedHashMap<>();
        List<String> caveats = new ArrayList<>();
        for (Map.Entry<String, Workload> work : works.entrySet()) {
            DeviceRanking ranking = DeviceRanking.of(work.getValue(), threads, monitor, trained);
            rankings.put(work.getKey(), ranking);
            caveats.addAll(beyond(work.getKey(), work.getValue(), ranking, trained));
        }
        requireAny(rankings, readings, trained);
        caveats.addAll(caveats(rankings, trained));
        print(rankings, caveats);
        return Main.DONE;
    }

    /** Refuses devices for which nothing can be predicted, instead of an empty table. */
    private static void requireAny(
            Map<String, DeviceRanking> rankings, Map<String, DeviceReading> readings, DevicePredictors trained) {
        for (DeviceRanking ranking : rankings.values()) {
            if (ranking.devices().isEmpty()) {
                throw new IllegalArgumentException(
                        ranking.problems().entrySet().stream()
                                .map(problem -> problem.getKey() + ": " + String.join("; ", problem.getValue()))
                                .collect(Collectors.joining("; ")),
                        missing(readings, trained).orElse(null));
            }
        }
    }

    /** Returns why the first device without a predictor has none. */
    private static Optional<NoPredictorException> missing(
            Map<String, DeviceReading> readings, DevicePredictors trained) {
        for (DeviceReading reading : readings.values()) {
            try {
                trained.of(reading.state());
            } catch (NoPredictorException missing) {
                return Optional.of(missing);
            }
        }
        return Optional.empty();
    }

    /** Returns the caveats of the predictors, with the devices that each concerns if it does not concern all. */
    private static List<String> caveats(Map<String, DeviceRanking> rankings, DevicePredictors trained) {
        Map<String, Set<String>> concerned = new LinkedHashMap<>();
        Set<String> all = new LinkedHashSet<>();
        rankings.values().stream()
                .flatMap(ranking -> ranking.devices().stream())
                .map(forecast -> forecast.reading().state())
                .forEach(state -> {
                    all.add(state.device());
                    trained.caveats(state).forEach(caveat -> concerned
                            .computeIfAbsent(caveat, said -> new LinkedHashSet<>())
                            .add(state.device()));
                });
        List<String> caveats = new ArrayList<>();
        concerned.forEach((caveat, devices) -> caveats.add(
                "the predictor " + (devices.equals(all) ? "" : "for " + String.join(", ", devices) + " ") + caveat));
        return caveats;
    }

    /** Returns why predictions of a piece are extrapolated. */
    private List<String> beyond(String name, Workload work, DeviceRanking ranking, DevicePredictors trained) {
        return ranking.devices().stream()
                .filter(forecast -> forecast.prediction().extrapolated())
                .map(forecast -> forecast.reading().state())
                .flatMap(state -> trained.extrapolations(work, threads, state).stream()
                        .map(reason -> name + " on " + state.device() + " is beyond what was measured: " + reason))
                .toList();
    }

    private Map<String, Workload> works() throws IOException {
        Map<String, Workload> works = new LinkedHashMap<>();
        Map<String, TensorInfo> made = new HashMap<>();
        if (Files.isDirectory(model)) {
            PartitionManifest manifest = reading.manifest(model);
            inputs.shapesOf(manifest.inputs());
            inputs.requireAllTaken();
            for (PartitionManifest.Part part : manifest.parts()) {
                works.put(part.file(), work(model.resolve(part.file()), made));
            }
        } else {
            works.put(String.valueOf(model.getFileName()), work(model, made));
        }
        return works;
    }

    /** Returns the workload of a model, or of a part that takes tensors of earlier parts. */
    private Workload work(Path file, Map<String, TensorInfo> made) throws IOException {
        try (OnnxModel opened = reading.open(file, isolation)) {
            InputShapes sizes = inputs.shapesOf(opened);
            inputs.requireAllTaken();
            for (TensorInfo input : opened.inputs()) {
                sizes = made.containsKey(input.name()) ? sizes.withInput(made.get(input.name())) : sizes;
            }
            TensorShapes shapes = opened.shapes(sizes);
            opened.outputs().forEach(output -> made.put(output.name(), shapes.of(output.name())));
            ModelCosts costs = opened.costs(shapes);
            costs.flops(); // Refuses open sizes, with advice on how to give them.
            return costs.workload();
        }
    }

    private Map<String, DeviceReading> readings() throws IOException {
        Map<String, DeviceReading> readings = new LinkedHashMap<>();
        if (deviceKind != null) {
            if (!devices.isLocal()) {
                throw new ParameterException(spec.commandLine(), "--device-kind and --prometheus exclude each other");
            }
            DeviceState idle = DeviceState.of(deviceKind)
                    .withModel(deviceKind)
                    .withCpuLoadPercent(0)
                    .withRunnableThreads(0);
            return Map.of(deviceKind, loaded(new DeviceReading(idle, Map.of(), List.of())));
        }
        devices.monitor().read().forEach((name, reading) -> readings.put(name, loaded(reading)));
        return readings;
    }

    private DeviceReading loaded(DeviceReading reading) {
        DeviceState state = cores == null ? reading.state() : reading.state().withCores(cores);
        if (load == null) {
            return reading.withState(state);
        }
        state = state.withCpuLoadPercent(load);
        if (state.cores().isPresent()) {
            state = state.withRunnableThreads(load / 100 * state.cores().getAsDouble());
        }
        return reading.withState(state);
    }

    private void print(Map<String, DeviceRanking> rankings, List<String> caveats) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            ObjectNode document = Json.object();
            document.put("model", model.toString());
            document.put("threads", threads);
            ArrayNode pieces = document.putArray("pieces");
            rankings.forEach((name, ranking) -> pieces.add(json(name, ranking)));
            caveats.forEach(document.putArray("caveats")::add);
            out.println(Json.print(document));
            return;
        }
        Table table = new Table("piece", "device", "CPU load", "median", "90 % within", "");
        rankings.forEach((name, ranking) -> ranking.devices()
                .forEach(forecast -> table.row(
                        name,
                        forecast.reading().state().device(),
                        Quantities.percents(forecast.reading().state().cpuLoadPercent()),
                        Quantities.seconds(forecast.prediction().medianSeconds()),
                        Quantities.seconds(forecast.prediction().p90Seconds()),
                        forecast.prediction().extrapolated() ? "beyond what was measured" : "")));
        table.print(out);
        rankings.values().stream()
                .flatMap(ranking -> ranking.devices().stream())
                .map(DeviceRanking.Forecast::reading)
                .flatMap(reading ->
                        reading.notes().stream().map(note -> reading.state().device() + ": " + note))
                .distinct()
                .forEach(note -> out.println("note: " + note));
        rankings.values().stream()
                .flatMap(ranking -> ranking.problems().entrySet().stream())
                .distinct()
                .forEach(problem ->
                        out.println("note: " + problem.getKey() + ": " + String.join("; ", problem.getValue())));
        caveats.forEach(caveat -> out.println("caution: " + caveat));
    }

    private static ObjectNode json(String name, DeviceRanking ranking) {
        ObjectNode piece = Json.object();
        piece.put("piece", name);
        ArrayNode array = piece.putArray("devices");
        for (DeviceRanking.Forecast forecast : ranking.devices()) {
            Prediction prediction = forecast.prediction();
            ObjectNode node = DevicesCommand.json(forecast.reading());
            node.put("medianSeconds", prediction.medianSeconds());
            node.put("p90Seconds", prediction.p90Seconds());
            node.put("extrapolated", prediction.extrapolated());
            array.add(node);
        }
        ObjectNode problems = piece.putObject("problems");
        for (Map.Entry<String, List<String>> entry : ranking.problems().entrySet()) {
            ArrayNode said = problems.putArray(entry.getKey());
            entry.getValue().forEach(said::add);
        }
        return piece;
    }
}
