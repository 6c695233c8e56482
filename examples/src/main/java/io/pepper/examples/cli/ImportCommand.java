package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import io.pepper.model.UnknownSizeException;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.PublishedTimes;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code import} command: makes a data set of times that were measured by another tool. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = "Makes a data set for calibrate, train and evaluate of times that another tool measured, or that"
                + " someone published, and of the models as ONNX files.")
final class ImportCommand implements Callable<Integer> {
    private static final String ENDING = ".onnx";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "TIMES",
            description =
                    "A table (CSV) with the columns model and seconds (or milliseconds), and if they differ from row"
                            + " to row: device, kind, cores, threads, load_percent.")
    private Path times = Path.of("");

    @Option(
            names = "--models",
            paramLabel = "DIR",
            required = true,
            description = "The directory of the models: DIR/NAME.onnx for each name in the table.")
    private Path models = Path.of("");

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "The data set (CSV).")
    private Path out = Path.of("");

    @Option(names = "--device", paramLabel = "NAME", description = "Name of the device, if the table does not name it.")
    private String device = "";

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "Kind of the device, such as raspberry-pi-4, if the table does not state it.")
    private Optional<String> kind = Optional.empty();

    @Option(names = "--cores", paramLabel = "N", description = "Cores of the device, if the table does not state them.")
    private Optional<Double> cores = Optional.empty();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads inside an operator, if the table does not state them (default: 1).")
    private int threads = 1;

    @Option(
            names = "--runtime",
            paramLabel = "NAME",
            description = "The software that ran the models, such as ncnn (default: unknown).")
    private Optional<String> runtime = Optional.empty();

    @Option(names = "--runtime-version", paramLabel = "V", description = "The version of this software.")
    private Optional<String> version = Optional.empty();

    @Option(names = "--instruction-set", paramLabel = "NAME", description = "Such as aarch64 or x86_64.")
    private Optional<String> instructionSet = Optional.empty();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private IsolationOptions isolation = new IsolationOptions();

    @Mixin
    private InputOptions inputs = new InputOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        LatencyDataset data = PublishedTimes.read(times, state(), threads, this::work);
        inputs.requireAllTaken();
        data.problems().forEach(problem -> spec.commandLine().getErr().println("pepper: " + problem));
        if (data.records().isEmpty()) {
            spec.commandLine().getErr().println("pepper: " + times + ": no row can be used; wrote nothing");
            return Main.REFUSED;
        }
        data.write(out);
        print(data);
        return Main.DONE;
    }

    private DeviceState state() {
        Platform platform = new Platform(kind, instructionSet, runtime, version, Optional.empty());
        DeviceState state = DeviceState.of(device).withPlatform(platform);
        return cores.isPresent() ? state.withCores(cores.get()) : state;
    }

    private Workload work(String name) throws IOException {
        Path file = models.resolve(name.endsWith(ENDING) ? name : name + ENDING).normalize();
        if (!file.startsWith(models.normalize())) {
            throw new IllegalArgumentException("the model '" + name + "' is outside of " + models);
        }
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("there is no model " + file);
        }
        try (OnnxModel model = reading.open(file, isolation)) {
            ModelCosts costs = model.costs(model.shapes(inputs.shapesOf(model)));
            costs.flops(); // Refuses open sizes.
            return costs.workload();
        } catch (UnknownSizeException open) {
            throw new IllegalArgumentException(file + ": " + open.getMessage() + " (--shape, --dim)", open);
        }
    }

    private void print(LatencyDataset data) {
        PrintWriter console = spec.commandLine().getOut();
        Set<String> devices = new TreeSet<>(
                data.records().stream().map(entry -> entry.device().device()).collect(Collectors.toSet()));
        if (output.json) {
            ObjectNode document = Json.object();
            document.put("data", out.toString());
            document.put("records", data.records().size());
            ArrayNode named = document.putArray("devices");
            devices.forEach(named::add);
            ArrayNode problems = document.putArray("problems");
            data.problems().forEach(problems::add);
            console.println(Json.print(document));
            return;
        }
        List<String> some = devices.stream().limit(8).toList();
        console.println(out + ": " + data.records().size() + " measurements of " + String.join(", ", some)
                + (devices.size() > some.size() ? " and " + (devices.size() - some.size()) + " more devices" : ""));
    }
}
