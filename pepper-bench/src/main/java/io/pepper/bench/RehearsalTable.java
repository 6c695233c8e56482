package io.pepper.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.generation.Generated;
import io.pepper.generation.GenerationLoad;
import io.pepper.generation.GenerationOptions;
import io.pepper.generation.GenerationSegments;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.GenerationWork;
import io.pepper.generation.Sampling;
import io.pepper.model.InputShapes;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.Objective;
import io.pepper.plan.Phases;
import io.pepper.plan.Placement;
import io.pepper.session.Cancellation;
import io.pepper.session.ClusterEmulation;
import io.pepper.session.PipelineOptions;
import io.pepper.session.RandomInputs;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import io.pepper.session.StageOptions;
import io.pepper.session.TemporaryDirectory;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The plan of a text generator of three parts beside its rehearsal on three emulated devices. The plan is made from times
 * of the parts alone, and from times of the parts in turns: on one machine, they share the processor's cache in both the
 * latter and the rehearsal, but not in the former. All measurements take turns.
 */
public final class RehearsalTable {
    private static final int PARTS = 3;
    private static final int TOKENS = 64;
    private static final int TURNS = 9;
    private static final int RUNS = 20;
    private static final int WARM_TURNS = 30;
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final List<String> PHASES = List.of(GenerationSegments.PROMPT, GenerationSegments.TOKEN);
    private static final List<String> FIGURES = List.of(
            "planned from parts alone, ms",
            "planned from parts in turns, ms",
            "rehearsed, ms",
            "rehearsed to planned alone",
            "rehearsed to planned in turns");
    private static final SessionOptions ONE_THREAD =
            SessionOptions.DEFAULTS.withStages(StageOptions.DEFAULTS.withThreads(1));
    private static final List<Long> PROMPT =
            LongStream.rangeClosed(1, TOKENS).boxed().toList();
    private static final List<String> DEVICES = List.of("a", "b", "c");
    private static final Cluster CLUSTER = Cluster.builder()
            .device(Device.of("a").withCores(1))
            .device(Device.of("b").withCores(1))
            .device(Device.of("c").withCores(1))
            .defaultLink(Link.of(12.5e6, 0.0005))
            .build();

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final GenerationSegments segments;
    private final List<ModelSegments> work;
    private final List<Part> parts = new ArrayList<>();

    /** An open part with the inputs of each phase. */
    private record Part(Stage stage, List<Map<String, OnnxTensor>> inputs) {
        double seconds(int phase) throws IOException {
            long begin = System.nanoTime();
            Map<String, OnnxValue> made = stage.run(new HashMap<>(inputs.get(phase)), new Cancellation());
            double seconds = (System.nanoTime() - begin) / NANOS;
            made.values().forEach(OnnxValue::close);
            return seconds;
        }
    }

    private RehearsalTable(GenerationSegments segments, List<ModelSegments> work) {
        this.segments = segments;
        this.work = work;
    }

    /**
     * Prints the table.
     *
     * @param args nothing
     * @throws IOException if a measurement fails
     */
    public static void main(String... args) throws IOException {
        try (TemporaryDirectory work = TemporaryDirectory.create("rehearsal-");
                OnnxModel model =
                        OnnxModel.load(GenerationTable.model(work.path().resolve("llama.onnx")))) {
            GenerationWork load = GenerationWork.of(model, GenerationLoad.of(TOKENS, TOKENS));
            ModelCosts token = load.token();
            Partition partition = Partitioner.balanced(PARTS, token.flops()).partition(model.cuts(token.cutOptions()));
            Path directory = work.path().resolve("parts");
            SubmodelExporter.export(model, partition, directory);
            RehearsalTable table = new RehearsalTable(
                    load.segments(partition.cuts()),
                    List.of(load.prompt().segments(partition.cuts()), token.segments(partition.cuts())));
            table.open(directory, load);
            try {
                table.print(directory);
            } finally {
                table.close();
            }
        }
    }

    private void open(Path directory, GenerationWork load) throws IOException {
        PartitionManifest manifest = PartitionManifest.read(directory);
        for (int part = 0; part < PARTS; part++) {
            List<TensorInfo> inputs = manifest.parts().get(part).inputs();
            parts.add(new Part(
                    Stage.open(directory, manifest, part, ONE_THREAD),
                    List.of(values(inputs, load.prompt()), values(inputs, load.token()))));
        }
    }

    private static Map<String, OnnxTensor> values(List<TensorInfo> inputs, ModelCosts costs) throws IOException {
        InputShapes sizes = InputShapes.NONE;
        for (TensorInfo input : inputs) {
            sizes = sizes.withInput(costs.shapes().of(input.name()));
        }
        return RandomInputs.of(inputs, sizes, 1);
    }

    private void print(Path directory) throws IOException {
        PipelineOptions pipeline = PipelineOptions.DEFAULTS
                .withRuntime(ONE_THREAD)
                .withEmulation(ClusterEmulation.of(CLUSTER, DEVICES, List.of(0, 1)));
        double[][][] figures = new double[PHASES.size()][FIGURES.size()][TURNS];
        try (GenerationSession session =
                GenerationSession.open(directory, GenerationOptions.DEFAULTS.withPipeline(pipeline))) {
            for (int turn = 0; turn < WARM_TURNS; turn++) {
                session.generate(PROMPT, Sampling.GREEDY.withMaxNewTokens(TOKENS));
            }
            for (int turn = 0; turn < TURNS; turn++) {
                double[] alone = planned(false);
                Generated made = session.generate(PROMPT, Sampling.GREEDY.withMaxNewTokens(TOKENS));
                double[] inTurns = planned(true);
                double[] rehearsed = {made.firstTokenSeconds(), 1 / made.tokensPerSecond()};
                for (int phase = 0; phase < rehearsed.length; phase++) {
                    double[] row = {
                        alone[phase] * MILLIS,
                        inTurns[phase] * MILLIS,
                        rehearsed[phase] * MILLIS,
                        rehearsed[phase] / alone[phase],
                        rehearsed[phase] / inTurns[phase]
                    };
                    for (int i = 0; i < row.length; i++) {
                        figures[phase][i][turn] = row[i];
                    }
                }
            }
        }
        for (int phase = 0; phase < figures.length; phase++) {
            for (int i = 0; i < FIGURES.size(); i++) {
                print(PHASES.get(phase) + " " + FIGURES.get(i), figures[phase][i]);
            }
        }
    }

    /** Returns the planned seconds of each phase, from times of the parts alone or in turns. */
    private double[] planned(boolean inTurns) throws IOException {
        Map<Workload, Double> known = new HashMap<>();
        for (int phase = 0; phase < PHASES.size(); phase++) {
            double[][] times = new double[PARTS][RUNS];
            for (int step = 0; step < PARTS * RUNS; step++) {
                int part = inTurns ? step % PARTS : step / RUNS;
                int run = inTurns ? step / PARTS : step % RUNS;
                times[part][run] = parts.get(part).seconds(phase);
            }
            for (int part = 0; part < PARTS; part++) {
                known.put(work.get(phase).workload(part, part + 1), Medians.of(times[part]));
            }
        }
        CostModel costs = CostModel.of(CLUSTER, (piece, threads, device) -> {
            double seconds = known.getOrDefault(piece, 1.0); // Runs of several segments are not in this placement.
            return new Prediction(seconds, seconds, false);
        });
        Phases phases = segments.phases(CLUSTER, costs);
        Placement mean = phases.planner().evaluate(DEVICES, Objective.LATENCY, Constraints.NONE);
        return phases.costs(mean, Constraints.NONE).stream()
                .limit(PHASES.size())
                .mapToDouble(Placement::latencySeconds)
                .toArray();
    }

    private void close() throws IOException {
        for (Part part : parts) {
            part.stage.close();
            part.inputs.forEach(inputs -> inputs.values().forEach(OnnxTensor::close));
        }
    }

    private void print(String what, double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        out.printf(
                Locale.ROOT,
                "%-40s %.4g (%.4g to %.4g)%n",
                what,
                Medians.of(values),
                sorted[0],
                sorted[sorted.length - 1]);
    }
}
