package io.pepper.examples.cli;

import ai.onnxruntime.OnnxTensor;
import io.pepper.measure.RuntimePlatform;
import io.pepper.measure.TimingOptions;
import io.pepper.model.Dimension;
import io.pepper.model.InputShapes;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.OnnxModel;
import io.pepper.predict.CampaignOptions;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyProfiler;
import io.pepper.predict.ProfileTarget;
import io.pepper.session.TemporaryDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code profile} command: measures models, and pieces of them, under load. */
@Command(
        name = "profile",
        mixinStandardHelpOptions = true,
        description =
                "Measures models, pieces of them and small operators under load, as training data: on this machine, or on"
                        + " the nodes of a cluster. A stopped campaign resumes when it is run again with the same"
                        + " options.")
final class ProfileCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "MODEL", arity = "0..*", description = "ONNX files.")
    private List<Path> models = List.of();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "The data set (CSV).")
    private Path out = Path.of("");

    @Mixin
    private ProfileOptions settings = new ProfileOptions();

    @Mixin
    private MachineOptions machine = new MachineOptions();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private IsolationOptions isolation = new IsolationOptions();

    @Mixin
    private InputOptions inputs = new InputOptions();

    @Mixin
    private GivenInputs values = new GivenInputs();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Mixin
    private ClusterTaskOptions nodes = new ClusterTaskOptions();

    private Optional<RemainingTime> progress = Optional.empty();

    @Override
    public Integer call() throws IOException {
        if (models.isEmpty() && !settings.sweeps()) {
            throw new ParameterException(spec.commandLine(), "nothing to measure: give models, --sweep, or both");
        }
        if (settings.generates() && (models.isEmpty() || !inputs.shapes().isEmpty() || values.areGiven())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--generate measures models, whose inputs follow from its numbers: without --shape, --dim, --input");
        }
        CampaignOptions campaign = settings.campaign(isolation); // Refuses wrong values before models are divided.
        if (nodes.isGiven()) {
            nodes.refuse("--device or --kind, which the nodes know,", machine.areGiven());
            nodes.refuse("--input", values.areGiven());
            nodes.refuse("--set", reading.setsInputs());
            return new ClusterProfile(spec.commandLine(), nodes, out, output.json)
                    .run(withModels(campaign, new HashMap<>()));
        }
        try (StopSignal signal = StopSignal.watch()) {
            try (TemporaryDirectory work = TemporaryDirectory.create("pieces-")) {
                LatencyProfiler.check(out);
                RuntimePlatform.here(settings.provider()); // Refuses a provider before models are divided.
                return print(measure(campaign, work.path()));
            } catch (IOException | RuntimeException failed) {
                if (!signal.isStopped(failed)) {
                    if (progress.filter(RemainingTime::hasBegun).isPresent()) {
                        return refused(failed);
                    }
                    throw failed;
                }
                Thread.interrupted(); // Or the file could not be read.
                spec.commandLine().getErr().println("pepper: stopped; " + kept(measured()));
                return signal.exitCode();
            }
        }
    }

    private int measured() throws IOException {
        return Files.isRegularFile(out) ? LatencyDataset.read(out).records().size() : 0;
    }

    private String kept(int count) {
        return out + " keeps " + count + " measurements; run the same command again to go on";
    }

    /** A failure in the middle, such as a full disk: says what is kept, too. */
    private int refused(Exception failed) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        int code = Failures.refuse(failed, err);
        err.println("pepper: " + kept(measured()));
        return code;
    }

    private LatencyDataset measure(CampaignOptions campaign, Path work) throws IOException {
        ConsoleProgress console = new ConsoleProgress(spec.commandLine().getErr());
        Map<String, Map<String, Path>> given = new HashMap<>();
        List<ProfileTarget> found = withModels(campaign, given).targets(work, reading.options(isolation), console);
        TimingOptions running = isolation.timing(TimingOptions.DEFAULTS.withProvider(settings.provider()));
        List<ProfileTarget> targets = new ArrayList<>();
        for (ProfileTarget target : found) {
            Map<String, Path> files = given.getOrDefault(target.model(), Map.of());
            targets.add(files.isEmpty() ? target : target.withInputs(files, running));
        }
        RemainingTime remaining = new RemainingTime(console);
        progress = Optional.of(remaining);
        return campaign.measure(targets, machine.name(), machine.kind(), out, remaining);
    }

    /**
     * Adds the models, after each has been opened.
     *
     * @param given receives the files with the values of inputs, by the name of the model and the input
     */
    private CampaignOptions withModels(CampaignOptions campaign, Map<String, Map<String, Path>> given)
            throws IOException {
        CampaignOptions with = campaign;
        for (Path file : models) {
            try (OnnxModel model = reading.open(file, isolation)) {
                with = with.withModel(model, sizes(model));
                given.put(model.name(), values.filesOf(model.inputs()));
            }
        }
        inputs.requireAllTaken();
        values.requireAllTaken();
        return with;
    }

    /** Returns the given sizes of a model's inputs, and those of given values. */
    private InputShapes sizes(OnnxModel model) throws IOException {
        InputShapes sizes = inputs.shapesOf(model);
        Map<String, Path> files = values.filesOf(model.inputs());
        for (TensorInfo input : model.inputs()) {
            Path file = files.get(input.name());
            if (file != null) {
                try (OnnxTensor tensor = GivenInputs.read(input, file)) {
                    long[] shape = tensor.getInfo().getShape();
                    requireSame(input, sizes, shape);
                    sizes = sizes.withInputShape(input.name(), shape);
                }
            }
        }
        return sizes;
    }

    /** Refuses values of another shape than the options state. */
    private void requireSame(TensorInfo input, InputShapes sizes, long... shape) {
        List<Long> found = Arrays.stream(shape).boxed().toList();
        List<Long> stated = new ArrayList<>(sizes.shapes().getOrDefault(input.name(), found));
        List<Dimension> dimensions = input.shape().orElse(List.of());
        for (int axis = 0; axis < Math.min(stated.size(), dimensions.size()); axis++) {
            String symbol = dimensions.get(axis).symbol().orElse("");
            stated.set(axis, sizes.dimensions().getOrDefault(symbol, stated.get(axis)));
        }
        if (!stated.equals(found)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--input " + input.name() + ": the file has the shape " + found + ", but --shape or --dim states "
                            + stated);
        }
    }

    private int print(LatencyDataset data) {
        PrintWriter console = spec.commandLine().getOut();
        if (output.json) {
            console.println(Json.print(DatasetPrinter.document(out, data)));
        } else {
            DatasetPrinter.print(console, out, data);
        }
        return data.records().isEmpty() ? Main.REFUSED : Main.DONE;
    }
}
