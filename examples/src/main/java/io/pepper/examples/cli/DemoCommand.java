package io.pepper.examples.cli;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.DeviceState;
import io.pepper.cut.Cut;
import io.pepper.examples.ExampleModels;
import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.Verification;
import io.pepper.internal.text.Quantities;
import io.pepper.internal.text.WholeFile;
import io.pepper.measure.TimingOptions;
import io.pepper.model.InputShapes;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.CandidateCuts;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.Explanation;
import io.pepper.plan.Metric;
import io.pepper.plan.Objective;
import io.pepper.plan.Planner;
import io.pepper.predict.Campaign;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyProfiler;
import io.pepper.predict.LoadLevel;
import io.pepper.predict.MeasuredPredictor;
import io.pepper.predict.ProfileTarget;
import io.pepper.predict.ProfileTargets;
import io.pepper.report.PlanReport;
import io.pepper.session.TemporaryDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A demonstration of all steps on a real model that comes with the command. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Demonstrates all steps on a real text recogniser (PP-OCRv4: convolutions and attention, 860 operators): measures its"
                        + " segments on this machine, plans a pipeline of this machine and two described devices, writes the"
                        + " parts, and verifies that they compute the same as the whole model.")
final class DemoCommand implements Callable<Integer> {
    private static final InputShapes SIZES = InputShapes.NONE.withInputShape("x", 1, 3, 48, 320);
    private static final int CUTS = 5;
    private static final Duration QUIET_WAIT = Duration.ofSeconds(5);
    private static final String HERE = "here";
    private static final String PARTS = "parts";
    private static final String PAGE = "plan.html";

    private static final String CLUSTER =
            """
            # This machine, and two described devices. A time factor is a device's time relative to this machine's.
            devices:
              camera: {timeFactor: 2, predictor: here, memoryBytes: 512e6, idleWatts: 1.5, busyWatts: 4}
              here: {idleWatts: 6, busyWatts: 25}
              cloud: {timeFactor: 0.7, predictor: here, idleWatts: 60, busyWatts: 180}
            links:
              - {between: [camera, here], bytesPerSecond: 50e6, latencySeconds: 0.001}
              - {between: [here, cloud], bytesPerSecond: 20e6, latencySeconds: 0.015}
              - {between: [camera, cloud], unreachable: true}
            source: camera
            """;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            defaultValue = "pepper-demo",
            description = "Directory of the model and its parts (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("");

    @Mixin
    private WritingOptions writing = new WritingOptions();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Files.createDirectories(directory);
        Path file = ExampleModels.textRecogniser(directory);
        Path clusterFile = directory.resolve("cluster.yaml");
        WholeFile.write(clusterFile, CLUSTER);
        Cluster cluster = Cluster.read(clusterFile);
        try (OnnxModel model = OnnxModel.load(file)) {
            ModelPrinter.summary(model, out);
            ModelCosts costs = model.costs(model.shapes(SIZES));
            List<Cut> cuts = CandidateCuts.choose(model.cuts(costs.cutOptionsBetweenKernels()), costs.flops(), CUTS);
            ModelSegments segments = costs.segments(cuts);
            LatencyDataset data = measure(model, costs, segments);
            out.println();
            busy(data, out);
            out.println("measured on this machine: " + data.records().size() + " runs of " + segments.count()
                    + " segments; planned for the most images in a second:");
            out.println();
            CostModel times = Times.measured(cluster, MeasuredPredictor.of(data));
            Planner planner = Planner.of(cluster, times.table(segments));
            Constraints pipeline = Constraints.NONE.withReuse(false);
            Explanation why = planner.explain(planner.plan(Objective.THROUGHPUT, pipeline), pipeline);
            PlanPrinter.print(why, out);
            List<String> caveats = times.caveats(segments, why.placement());
            new Remarks(List.of(), caveats).print(out);
            write(model, segments, planner, why, caveats);
            return verify(model, file);
        }
    }

    /** Notes that figures were measured on a busy machine. */
    private static void busy(LatencyDataset data, PrintWriter out) {
        if (!data.marks().isEmpty()) {
            double foreign = data.records().stream()
                    .mapToDouble(entry -> Math.max(
                            entry.surroundings().foreignBeforePercent().orElse(0),
                            entry.surroundings().foreignPercent().orElse(0)))
                    .max()
                    .orElse(0);
            out.println("note: this machine was not quiet (other processes took up to " + Quantities.number(foreign)
                    + " % of its processors); the figures below are those of such a machine:");
            data.markLines().forEach(line -> out.println("  " + line));
            out.println();
        }
    }

    private LatencyDataset measure(OnnxModel model, ModelCosts costs, ModelSegments segments) throws IOException {
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr());
        Path data = directory.resolve("latencies.csv");
        Files.deleteIfExists(data);
        TimingOptions timing = TimingOptions.DEFAULTS
                .withSpinning(false)
                .withRuns(5, 100)
                .withBudget(Duration.ofMillis(200))
                .withPrecision(0.03);
        try (TemporaryDirectory written = TemporaryDirectory.create("runs-")) {
            List<ProfileTarget> runs = ProfileTargets.runs(model, costs, segments, written.path(), progress);
            return LatencyProfiler.run(
                    new Campaign(runs, List.of(LoadLevel.NONE), List.of(1), 1, timing, 1).withQuietWait(QUIET_WAIT),
                    () -> DeviceState.of(HERE),
                    data,
                    progress);
        }
    }

    private void write(OnnxModel model, ModelSegments segments, Planner planner, Explanation why, List<String> caveats)
            throws IOException {
        DeploymentPlan.Origin origin = DeploymentPlan.Origin.of("measured: latencies.csv")
                .withConstraints(why.constraints())
                .withCaveats(caveats);
        DeploymentExporter.export(
                model, segments, why.placement(), directory.resolve(PARTS), origin, writing.options());
        WholeFile.write(
                directory.resolve(PAGE),
                PlanReport.of(model, segments, why)
                        .withFront(
                                Metric.LATENCY,
                                Metric.PERIOD,
                                planner.pareto(Metric.LATENCY, Metric.PERIOD, why.constraints()))
                        .withCaveats(caveats)
                        .html());
    }

    private int verify(OnnxModel model, Path file) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Path parts = directory.resolve(PARTS);
        out.println();
        ModelPrinter.parts(PartitionManifest.read(parts), parts, out);
        Verification verification = SplitVerifier.verify(model, parts);
        ModelPrinter.verification(verification, out);
        out.println();
        out.println("Look at " + directory.resolve(PAGE) + " in a browser, and at "
                + parts.resolve(DeploymentPlan.FILE_NAME) + ". Or try:");
        out.println("  examples/pepper simulate " + parts + " --every 0.02 --count 500");
        out.println("  examples/pepper plan " + file + " --shape x=1x3x48x320 --cluster "
                + directory.resolve("cluster.yaml") + " --measured " + directory.resolve("latencies.csv")
                + " --candidates " + CUTS + " --objective latency");
        return Main.code(verification);
    }
}
