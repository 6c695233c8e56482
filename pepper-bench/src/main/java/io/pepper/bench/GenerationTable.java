package io.pepper.bench;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.cut.Cuts;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.generation.GenerationLoad;
import io.pepper.generation.GenerationOptions;
import io.pepper.generation.GenerationParts;
import io.pepper.generation.GenerationSegments;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.GenerationWork;
import io.pepper.generation.Sampling;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partitioner;
import io.pepper.plan.CostModel;
import io.pepper.plan.Phases;
import io.pepper.session.ClusterEmulation;
import io.pepper.session.PipelineOptions;
import io.pepper.session.SessionOptions;
import io.pepper.session.StageOptions;
import io.pepper.session.TemporaryDirectory;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/**
 * The costs of generating tokens with a decoder of 24 layers in parts: what travels, the time of each token in one and in
 * three parts, several sequences in a pipeline of two, and memory. Measurements that are compared take turns.
 */
public final class GenerationTable {
    private static final int LAYERS = 24;
    private static final int WIDTH = 512;
    private static final int HEADS = 8;
    private static final int GROUPS = 2;
    private static final int VOCABULARY = 8192;
    private static final int TURNS = 9;
    private static final int TOKENS = 48;
    private static final int WARM_TOKENS = 4000;
    private static final int LONG_TOKENS = 2000;
    private static final int MANY = 8;
    private static final double NANOS = 1e9;
    private static final List<String> ROWS = List.of("bytes", "time", "pipeline", "hops", "memory");
    private static final List<Long> PROMPT = LongStream.range(1, 17).boxed().toList();
    private static final StageOptions ONE_THREAD = StageOptions.DEFAULTS.withThreads(1);

    private final PrintStream out;
    private final Path directory;

    private GenerationTable(PrintStream out, Path directory) {
        this.out = out;
        this.directory = directory;
    }

    /**
     * Prints the table, or a part of it, or writes the model alone.
     *
     * @param args nothing; or rows ({@code bytes}, {@code time}, {@code pipeline}, {@code hops}, {@code memory}); or
     *     {@code --model FILE} to write the decoder to a file
     * @throws Exception if a measurement fails
     */
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (args.length == 2 && args[0].equals("--model")) {
            out.println("wrote " + model(Path.of(args[1])));
            return;
        }
        try (TemporaryDirectory work = TemporaryDirectory.create("generation-")) {
            new GenerationTable(out, work.path()).print(args.length == 0 ? ROWS : List.of(args));
        }
    }

    /** Writes the decoder. */
    static Path model(Path file) throws IOException {
        return LlamaModel.write(file, LAYERS, WIDTH, HEADS, GROUPS, VOCABULARY);
    }

    private void print(List<String> rows) throws Exception {
        Path file = model(directory.resolve("llama.onnx"));
        for (int parts : new int[] {1, 2, 3}) {
            split(file, parts);
        }
        for (String row : rows) {
            switch (row) {
                case "bytes" -> bytes(file);
                case "time" -> timePerToken();
                case "pipeline" -> pipeline();
                case "hops" -> hops();
                case "memory" -> memory(file);
                default -> throw new IllegalArgumentException("there are no rows '" + row + "', only " + ROWS);
            }
        }
    }

    private Path parts(int count) {
        return directory.resolve("parts" + count);
    }

    private void split(Path file, int count) throws IOException {
        try (OnnxModel model = OnnxModel.load(file)) {
            ModelCosts token = GenerationWork.of(model, GenerationLoad.of(PROMPT.size(), TOKENS))
                    .token();
            Cuts cuts = model.cuts(token.cutOptions());
            SubmodelExporter.export(
                    model, Partitioner.balanced(count, token.flops()).partition(cuts), parts(count));
        }
    }

    private static GenerationOptions options(PipelineOptions pipeline) {
        return GenerationOptions.DEFAULTS.withPipeline(
                pipeline.withRuntime(SessionOptions.DEFAULTS.withStages(ONE_THREAD)));
    }

    /** Prints the bytes of a token over each of two cuts, and back to the caller. */
    private void bytes(Path file) throws IOException {
        Cluster one = Cluster.builder().device(Device.of("here")).build();
        try (OnnxModel model = OnnxModel.load(file)) {
            GenerationWork work = GenerationWork.of(model, GenerationLoad.of(PROMPT.size(), TOKENS));
            GenerationSegments segments =
                    work.segments(Partitioner.balanced(3, work.token().flops())
                            .partition(model.cuts(work.token().cutOptions()))
                            .cuts());
            Phases phases =
                    segments.phases(one, CostModel.of(one, (piece, threads, device) -> new Prediction(1, 1, false)));
            double sum = 0;
            for (int flow = 1; flow <= segments.token().count(); flow++) {
                sum += phases.list().get(1).costs().flowBytes(flow);
            }
            double least =
                    (segments.token().count() - 1) * WIDTH * (double) Float.BYTES + VOCABULARY * (double) Float.BYTES;
            print("bytes of a token over two cuts and back", sum, "B", "hidden states and logits " + number(least));
            print("ratio to hidden states and logits", sum / least, "", "");
        }
    }

    /** Prints the time of a token in one and in three parts; they take turns. */
    private void timePerToken() throws IOException {
        double[] whole = new double[TURNS];
        double[] ratios = new double[TURNS];
        try (GenerationSession one = GenerationSession.open(parts(1), options(PipelineOptions.DEFAULTS));
                GenerationSession three = GenerationSession.open(parts(3), options(PipelineOptions.DEFAULTS))) {
            secondsPerToken(one);
            secondsPerToken(three);
            for (int turn = 0; turn < TURNS; turn++) {
                double before = secondsPerToken(one);
                double divided = secondsPerToken(three);
                whole[turn] = (before + secondsPerToken(one)) / 2;
                ratios[turn] = divided / whole[turn];
            }
        }
        print("time of a token, one part", Medians.of(whole) * 1e3, "ms", "");
        print("time of a token, three parts to one", Medians.of(ratios), "", spread(ratios));
    }

    private static double secondsPerToken(GenerationSession session) throws IOException {
        return 1
                / session.generate(PROMPT, Sampling.GREEDY.withMaxNewTokens(TOKENS))
                        .tokensPerSecond();
    }

    /** Prints the rate of four sequences on two devices of one core each to that of one sequence. */
    private void pipeline() throws Exception {
        Cluster two = Cluster.builder()
                .device(Device.of("a").withCores(1))
                .device(Device.of("b").withCores(1))
                .defaultLink(Link.of(1e9, 0.0001))
                .build();
        List<Integer> cores = List.of(0, 1);
        PipelineOptions emulated =
                PipelineOptions.DEFAULTS.withEmulation(ClusterEmulation.of(two, List.of("a", "b"), cores));
        double[] ratios = new double[TURNS];
        double[] limits = new double[TURNS];
        try (GenerationSession session = GenerationSession.open(parts(2), options(emulated));
                GenerationSession alone = GenerationSession.open(parts(1), options(PipelineOptions.DEFAULTS));
                GenerationSession beside = GenerationSession.open(parts(1), options(PipelineOptions.DEFAULTS))) {
            rate(session, 4);
            rate(List.of(alone, beside));
            for (int turn = 0; turn < TURNS; turn++) {
                double single = rate(List.of(alone));
                double before = rate(session, 1);
                double four = rate(session, 4);
                ratios[turn] = four / ((before + rate(session, 1)) / 2);
                double both = rate(List.of(alone, beside));
                limits[turn] = both / ((single + rate(List.of(alone))) / 2);
            }
            session.metrics().forEach(stage -> print("time of " + stage.stage(), stage.p50Seconds() * 1e3, "ms", ""));
        }
        print("rate of four sequences to one, two devices", Medians.of(ratios), "", spread(ratios));
        print("rate of two whole models to one, two cores", Medians.of(limits), "", spread(limits));
    }

    /** Returns the tokens in a second of a sequence in each session, together. */
    private static double rate(GenerationSession session, int sequences)
            throws IOException, InterruptedException, ExecutionException {
        return rate(Collections.nCopies(sequences, session));
    }

    private static double rate(List<GenerationSession> sessions)
            throws IOException, InterruptedException, ExecutionException {
        ExecutorService callers = Executors.newFixedThreadPool(sessions.size());
        try {
            long begin = System.nanoTime();
            List<Future<Integer>> running = new ArrayList<>();
            for (GenerationSession session : sessions) {
                running.add(callers.submit(() -> session.generate(PROMPT, Sampling.GREEDY.withMaxNewTokens(TOKENS))
                        .tokens()
                        .size()));
            }
            int tokens = 0;
            for (Future<Integer> each : running) {
                tokens += each.get();
            }
            return tokens * NANOS / (System.nanoTime() - begin);
        } finally {
            callers.shutdownNow();
        }
    }

    /** Prints the memory of a process in which eight sequences grow to 2,000 tokens. */
    private void memory(Path file) throws IOException, InterruptedException {
        try (OnnxModel model = OnnxModel.load(file)) {
            double planned = MANY
                    * GenerationWork.of(model, new GenerationLoad(1, LONG_TOKENS - 1, LONG_TOKENS, MANY))
                            .segments(List.of())
                            .cacheBytes(0);
            GenerationMemory.print(parts(2), MANY, planned);
        }
    }

    /** Prints what a token takes longer with three nodes in processes of their own than with their parts in this one. */
    private void hops() throws IOException {
        Path directory = parts(3);
        GenerationParts parts = GenerationParts.of(PartitionManifest.read(directory));
        double[] added = new double[TURNS];
        double[] here = new double[TURNS];
        double[] cold = new double[TURNS];
        try (FlowNodes nodes = new FlowNodes(parts.manifest());
                GenerationSession one = GenerationSession.open(directory, options(PipelineOptions.DEFAULTS))) {
            for (int part = 0; part < 3; part++) {
                nodes.generate(directory, FlowNodes.java(), "-XX:+UseSerialGC");
            }
            try (GenerationSession far = GenerationSession.over(parts, nodes.session(), GenerationOptions.DEFAULTS)) {
                added(one, far, here, cold);
                for (int token = 0; token < WARM_TOKENS; token += TOKENS) {
                    secondsPerToken(far);
                }
                added(one, far, here, added);
            }
        }
        print("added by each of three nodes to a token, at first", Medians.of(cold), "ms", spread(cold));
        print("added by each of three nodes to a token", Medians.of(added), "ms", spread(added));
        print("time of a token, the same parts in one process", Medians.of(here) * 1e3, "ms", "");
    }

    /** Measures what a token takes longer in three nodes, in ms for each; both take turns, of which two are not counted. */
    private static void added(GenerationSession one, GenerationSession far, double[] here, double[] added)
            throws IOException {
        for (int turn = -2; turn < TURNS; turn++) {
            double before = secondsPerToken(one);
            double there = secondsPerToken(far);
            double after = secondsPerToken(one);
            if (turn >= 0) {
                here[turn] = (before + after) / 2;
                added[turn] = (there - here[turn]) * 1e3 / 3;
            }
        }
    }

    private static String spread(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return "from " + number(sorted[0]) + " to " + number(sorted[sorted.length - 1]);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.3g", value);
    }

    private void print(String what, double value, String unit, String note) {
        out.printf(Locale.ROOT, "%-48s %9s %-4s %s%n", what, number(value), unit, note);
    }
}
