package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.DeviceState;
import io.pepper.internal.text.Quantities;
import io.pepper.predict.CalibratedPredictor;
import io.pepper.predict.DeviceCalibration;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.MeasuredCalibration;
import io.pepper.session.TemporaryDirectory;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code calibrate} command: makes predictors for new devices from a few measurements. */
@Command(
        name = "calibrate",
        mixinStandardHelpOptions = true,
        description =
                "Makes a predictor for a new device, or those for the nodes of a cluster, from a few measurements and predictors"
                        + " of other devices.")
final class CalibrateCommand implements Callable<Integer> {
    private static final double MAX_SECONDS = 86_400;
    private static final double MILLIS = 1e3;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--predictor",
            paramLabel = "FILE",
            description =
                    "A predictor of another device, which train or calibrate wrote, or starter:KIND; may be repeated.")
    private List<Path> bases = List.of();

    @Option(
            names = "--records",
            paramLabel = "FILE",
            description = "Measurements of the new device, as profile writes them; may be repeated. Without them,"
                    + " small models are measured on this machine.")
    private List<Path> records = List.of();

    @Option(
            names = "--keep",
            paramLabel = "FILE",
            description = "Keep the measurements of this machine in a data set, and continue with those in it.")
    private Optional<Path> keep = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", description = "Threads inside an operator to measure (default: 1).")
    private int threads = 1;

    @Option(names = "--seconds", paramLabel = "S", description = "Time limit of measuring, in seconds (default: 60).")
    private double seconds = 60;

    @Mixin
    private MachineOptions machine = new MachineOptions();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "The predictor's file.")
    private Path out = Path.of("");

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Mixin
    private ClusterTaskOptions nodes = new ClusterTaskOptions();

    @Override
    public Integer call() throws IOException {
        if (nodes.isGiven()) {
            nodes.refuse("--records", !records.isEmpty());
            nodes.refuse("--device or --kind, which the nodes know,", machine.areGiven());
            checkLimits();
            return new ClusterCalibration(spec.commandLine(), nodes, out, keep, output.json)
                    .run(bases, threads, seconds);
        }
        List<LatencyPredictor> known = new ArrayList<>();
        for (Path file : bases) {
            known.add(Starters.load(file));
        }
        List<String> problems = new ArrayList<>();
        try (StopSignal signal = StopSignal.watch()) {
            try {
                DeviceCalibration calibration = records.isEmpty() ? measured(known) : read(known, problems);
                calibration.predictor().save(out);
                print(calibration, count(known), problems);
                return Main.DONE;
            } catch (IOException | RuntimeException failed) {
                if (!signal.isStopped(failed)) {
                    throw failed;
                }
                spec.commandLine()
                        .getErr()
                        .println("pepper: stopped; wrote no predictor"
                                + keep.map(file -> "; " + file + " keeps the measurements")
                                        .orElse(""));
                return signal.exitCode();
            }
        }
    }

    private DeviceCalibration read(List<LatencyPredictor> known, List<String> problems) throws IOException {
        LatencyDataset all = LatencyDataset.of(List.of());
        for (Path file : records) {
            all = all.plus(LatencyDataset.read(file));
        }
        problems.addAll(all.problems());
        return DeviceCalibration.of(known, all);
    }

    private void checkLimits() {
        if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
            throw new ParameterException(
                    spec.commandLine(), "--seconds " + seconds + " is not more than 0 and at most " + MAX_SECONDS);
        }
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads " + threads + " is less than 1");
        }
    }

    private DeviceCalibration measured(List<LatencyPredictor> known) throws IOException {
        checkLimits();
        MeasuredCalibration plan = MeasuredCalibration.of(known)
                .withThreads(threads)
                .withLimit(Duration.ofMillis(Math.max(1, Math.round(seconds * MILLIS))));
        DeviceState here = machine.ofKind(DeviceState.of(machine.name()));
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr());
        try (TemporaryDirectory work = TemporaryDirectory.create("calibrate-")) {
            return plan.run(() -> here, keep.orElse(work.path().resolve("measured.csv")), progress);
        }
    }

    /** Returns the number of predictors, each of several devices by itself. */
    private static int count(List<LatencyPredictor> predictors) {
        return predictors.stream()
                .mapToInt(each -> each instanceof DevicePredictors several
                        ? several.byName().size()
                        : 1)
                .sum();
    }

    private static String bases(int count) {
        return count == 0
                ? ""
                : count == 1 ? " and a predictor of another device" : " and " + count + " predictors of other devices";
    }

    private void print(DeviceCalibration calibration, int count, List<String> problems) {
        CalibratedPredictor predictor = calibration.predictor();
        PrintWriter console = spec.commandLine().getOut();
        problems.forEach(problem -> spec.commandLine().getErr().println("pepper: " + problem));
        String least = calibration.leastCertain(List.of());
        if (output.json) {
            ObjectNode document = Json.object();
            document.put("predictor", out.toString());
            document.put("device", predictor.device());
            document.put("records", predictor.records());
            Json.put(document, "heldOutError", predictor.heldOutError().orElse(Double.NaN));
            document.put("leastCertain", least);
            ArrayNode caveats = document.putArray("caveats");
            predictor.caveats().forEach(caveats::add);
            ArrayNode said = document.putArray("problems");
            problems.forEach(said::add);
            ArrayNode notes = document.putArray("notes");
            calibration.notes().forEach(notes::add);
            console.println(Json.print(document));
            return;
        }
        console.println(out + ": calibrated for '" + predictor.device() + "' with " + predictor.records()
                + (predictor.records() == 1 ? " measurement" : " measurements") + bases(count));
        predictor
                .heldOutError()
                .ifPresent(error ->
                        console.println("median error on held-out measurements: " + Quantities.percent(error)));
        console.println("least certain cost: " + least + "; a model with much of it tells most");
        calibration.notes().forEach(note -> console.println("note: " + note));
        predictor.caveats().forEach(caveat -> console.println("note: the predictor " + caveat));
    }
}
