package io.pepper.examples.cli;

import ai.onnxruntime.OnnxTensor;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.DeviceState;
import io.pepper.cut.Cut;
import io.pepper.measure.OperatorSweep;
import io.pepper.measure.RuntimePlatform;
import io.pepper.measure.TimingOptions;
import io.pepper.model.Dimension;
import io.pepper.model.InputShapes;
import io.pepper.model.ProgressListener;
import io.pepper.model.TensorInfo;
import io.pepper.monitor.LocalDeviceMonitor;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.CandidateCuts;
import io.pepper.predict.Campaign;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyProfiler;
import io.pepper.predict.LoadLevel;
import io.pepper.predict.ProfileTarget;
import io.pepper.predict.ProfileTargets;
import io.pepper.predict.RandomLoads;
import io.pepper.session.TemporaryDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code profile} command: measures models, and pieces of them, on this machine under load. */
@Command(
        name = "profile",
        mixinStandardHelpOptions = true,
        description =
                "Measures models, pieces of them and small operators on this machine under load, as training data."
                        + " A stopped campaign resumes when it is run again with the same options.")
final class ProfileCommand implements Callable<Integer> {
    private static final int SEED = 42;
    private static final String RANDOM = "random";
    private static final double MAX_WAIT = 86_400;
    private static final double MILLIS = 1e3;
    private static final double SECONDS_OF_A_MINUTE = 60;

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

    @Option(names = "--sweep", description = "Also measure small models of single operators.")
    private boolean sweep;

    @Option(
            names = "--short-sweep",
            description =
                    "Also measure the 64 of these small models that say most about a device: with --loads 0, about"
                            + " a minute.")
    private boolean shortSweep;

    @Option(
            names = "--loads",
            split = ",",
            paramLabel = "LOAD",
            description = {
                "Loads, in percent of all cores: 50 is one thread bound to each core, 50x4 four threads that the system"
                        + " places, 25x1@0 one thread on core 0 (default: 0,25,50,75,100). random:0-100 draws a load for"
                        + " each measurement."
            })
    private List<String> loads = List.of("0", "25", "50", "75", "100");

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "N",
            description = "Threads inside an operator (default: 1,2).")
    private List<Integer> threads = List.of(1, 2);

    @Option(
            names = "--pieces",
            paramLabel = "N",
            description = "Number of pieces of each model besides the whole (default: 8).")
    private int pieces = 8;

    @Option(
            names = "--candidates",
            paramLabel = "N",
            description = "Measure every run of segments between N cuts instead, which plan --measured --candidates N"
                    + " needs.")
    private Optional<Integer> candidates = Optional.empty();

    @Option(names = "--rounds", paramLabel = "N", description = "Number of measurements of each setting (default: 3).")
    private int rounds = 3;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Time limit of one measurement after the warm-up, in seconds (default: 0.05).")
    private double seconds = 0.05;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            description = "Execution provider of ONNX Runtime, such as CUDA (default: CPU).")
    private String provider = "CPU";

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

    @Option(
            names = "--quiet-wait",
            paramLabel = "S",
            description = {
                "Longest wait for other processes in each busy spell, in seconds. Later measurements in the spell"
                        + " are marked (default: 30)."
            })
    private double quietWait = 30;

    private boolean begun;

    @Override
    public Integer call() throws IOException {
        if (models.isEmpty() && !sweep && !shortSweep) {
            throw new ParameterException(spec.commandLine(), "nothing to measure: give models, --sweep, or both");
        }
        if (!(quietWait >= 0 && quietWait <= MAX_WAIT)) {
            throw new ParameterException(
                    spec.commandLine(), "--quiet-wait " + quietWait + " is not between 0 and " + MAX_WAIT);
        }
        try (StopSignal signal = StopSignal.watch()) {
            try (TemporaryDirectory work = TemporaryDirectory.create("pieces-")) {
                if (randomLoads().isEmpty()) {
                    levels(); // Refuses wrong loads before models are divided.
                }
                LatencyProfiler.check(out);
                RuntimePlatform.here(provider); // Refuses a provider before models are divided.
                return print(measure(pieces(work.path())));
            } catch (IOException | RuntimeException failed) {
                if (!signal.isStopped(failed)) {
                    if (begun) {
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

    private List<ProfileTarget> pieces(Path work) throws IOException {
        List<ProfileTarget> found = new ArrayList<>();
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr());
        Map<String, Path> named = new HashMap<>();
        for (Path file : models) {
            try (OnnxModel model = reading.open(file, isolation)) {
                sizes(model);
                requireNew(model.name(), file, named.put(model.name(), file));
            }
        }
        inputs.requireAllTaken();
        values.requireAllTaken();
        for (Path file : models) {
            try (OnnxModel model = reading.open(file, isolation)) {
                found.addAll(withInputs(
                        model,
                        candidates.isPresent()
                                ? runs(model, candidates.get(), work, progress)
                                : ProfileTargets.of(model, sizes(model), work, pieces, SEED, progress)));
            }
        }
        if (sweep || shortSweep) {
            List<String> names = sweep ? OperatorSweep.names() : OperatorSweep.shortNames();
            found.addAll(ProfileTargets.sweep(work.resolve(OperatorSweep.MODEL), names));
        }
        return found;
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

    /** Gives pieces the inputs that they have when the model runs on the given values. */
    private List<ProfileTarget> withInputs(OnnxModel model, List<ProfileTarget> targets) throws IOException {
        Map<String, Path> files = values.filesOf(model.inputs());
        if (files.isEmpty()) {
            return targets;
        }
        TimingOptions running = isolation.timing(TimingOptions.DEFAULTS.withProvider(provider));
        List<ProfileTarget> with = new ArrayList<>();
        for (ProfileTarget target : targets) {
            with.add(target.withInputs(files, running));
        }
        return with;
    }

    /** A data set tells models apart by the names of their files. */
    private static void requireNew(String name, Path file, @Nullable Path other) {
        if (other != null) {
            throw new IllegalArgumentException(other + " and " + file + " would both be called '" + name
                    + "' in the data set; give one of them another name, for instance by a link");
        }
    }

    private List<ProfileTarget> runs(OnnxModel model, int most, Path work, ConsoleProgress progress)
            throws IOException {
        ModelCosts costs = model.costs(model.shapes(sizes(model)));
        List<Cut> chosen = CandidateCuts.choose(model.cuts(costs.cutOptions()), costs.flops(), most);
        return ProfileTargets.runs(model, costs, costs.segments(chosen), work, progress);
    }

    private Optional<RandomLoads> randomLoads() {
        boolean random = loads.stream().anyMatch(load -> load.startsWith(RANDOM));
        if (random && loads.size() > 1) {
            throw new ParameterException(spec.commandLine(), "--loads: a random range stands alone");
        }
        try {
            return random ? Optional.of(RandomLoads.parse(loads.get(0))) : Optional.empty();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), "--loads: " + wrong.getMessage(), wrong);
        }
    }

    private List<LoadLevel> levels() {
        try {
            return loads.stream().map(LoadLevel::parse).toList();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), "--loads: " + wrong.getMessage(), wrong);
        }
    }

    private LatencyDataset measure(List<ProfileTarget> found) throws IOException {
        TimingOptions timing = TimingOptions.DEFAULTS
                .withSpinning(false)
                .withRuns(7, 500)
                .withBudget(Duration.ofMillis(Math.round(seconds * MILLIS)))
                .withPrecision(0.03)
                .withProvider(provider);
        Optional<RandomLoads> range = randomLoads();
        List<LoadLevel> levels = range.isPresent() ? List.of(LoadLevel.NONE) : levels();
        Campaign given = new Campaign(found, levels, threads, rounds, isolation.timing(timing), SEED);
        Campaign plan = range.map(given::withRandomLoads)
                .orElse(given)
                .withQuietWait(Duration.ofMillis(Math.round(quietWait * MILLIS)));
        DeviceState here = machine.ofKind(LocalDeviceMonitor.of(machine.name(), Duration.ZERO)
                .read()
                .values()
                .iterator()
                .next()
                .state());
        return LatencyProfiler.run(plan, () -> here, out, remaining(plan));
    }

    /** Returns a listener that adds an estimate of the remaining time. */
    private ProgressListener remaining(Campaign plan) {
        ConsoleProgress console = new ConsoleProgress(spec.commandLine().getErr());
        long begin = System.nanoTime();
        long[] first = {-1};
        return (task, done, total) -> {
            begun = true;
            first[0] = first[0] < 0 ? done : first[0];
            long measured = done - first[0];
            double elapsed = (System.nanoTime() - begin) * 1e-9;
            String left = measured == 0 ? "" : ", about " + time(elapsed / measured * (plan.size() - done)) + " left";
            console.progress(task + left, done, total);
        };
    }

    private static String time(double seconds) {
        return seconds < 100
                ? Math.round(seconds) + " seconds"
                : Math.round(seconds / SECONDS_OF_A_MINUTE) + " minutes";
    }

    private int print(LatencyDataset data) {
        PrintWriter console = spec.commandLine().getOut();
        if (output.json) {
            ObjectNode document = Json.object();
            document.put("data", out.toString());
            document.put("records", data.records().size());
            document.put("sha256", data.sha256());
            ArrayNode problems = document.putArray("problems");
            data.problems().forEach(problems::add);
            ObjectNode marks = document.putObject("marks");
            data.marks().forEach((mark, count) -> marks.put(mark.label(), count));
            console.println(Json.print(document));
        } else {
            console.println(out + ": " + data.records().size() + " measurements");
            data.problems().forEach(problem -> console.println("note: " + problem));
            data.markLines().forEach(line -> console.println("marked " + line));
            if (!data.marks().isEmpty()) {
                console.println(
                        "train and calibrate leave marked measurements out where enough others remain: measure again"
                                + " into another file when the machine is quiet, or train --with-marked");
            }
        }
        return data.records().isEmpty() ? Main.REFUSED : Main.DONE;
    }
}
