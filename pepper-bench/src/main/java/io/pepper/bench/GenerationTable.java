package io.pepper.bench;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.cut.Cuts;
import io.pepper.export.SubmodelExporter;
import io.pepper.generation.GenerationLoad;
import io.pepper.generation.GenerationOptions;
import io.pepper.generation.GenerationSegments;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.GenerationWork;
import io.pepper.generation.Sampling;
import io.pepper.generation.TokenSequence;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
    private static final int LONG_TOKENS = 2000;
    private static final int MANY = 8;
    private static final double NANOS = 1e9;
    private static final double MIB = 1 << 20;
    private static final List<Long> PROMPT = LongStream.range(1, 17).boxed().toList();
    private static final StageOptions ONE_THREAD = StageOptions.DEFAULTS.withThreads(1);

    private final PrintStream out;
    private final Path directory;

    private GenerationTable(PrintStream out, Path directory) {
        this.out = out;
        this.directory = directory;
    }

    /**
     * Prints the table, or writes the model alone.
     *
     * @param args nothing, or {@code --model FILE} to write the decoder to a file
     * @throws Exception if a measurement fails
     */
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (args.length == 2 && args[0].equals("--model")) {
            out.println("wrote " + model(Path.of(args[1])));
            return;
        }
        try (TemporaryDirectory work = TemporaryDirectory.create("generation-")) {
            new GenerationTable(out, work.path()).print();
        }
    }

    private static Path model(Path file) throws IOException {
        return LlamaModel.write(file, LAYERS, WIDTH, HEADS, GROUPS, VOCABULARY);
    }

    private void print() throws Exception {
        Path file = model(directory.resolve("llama.onnx"));
        for (int parts : new int[] {1, 2, 3}) {
            split(file, parts);
        }
        bytes(file);
        timePerToken();
        pipeline();
        memory(file);
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
        print("time of a token, one part", median(whole) * 1e3, "ms", "");
        print("time of a token, three parts to one", median(ratios), "", spread(ratios));
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
        try (GenerationSession session = GenerationSession.open(parts(2), options(emulated))) {
            rate(session, 4);
            for (int turn = 0; turn < TURNS; turn++) {
                double before = rate(session, 1);
                double four = rate(session, 4);
                ratios[turn] = four / ((before + rate(session, 1)) / 2);
            }
        }
        print("rate of four sequences to one, two devices", median(ratios), "", spread(ratios));
    }

    private static double rate(GenerationSession session, int sequences)
            throws IOException, InterruptedException, ExecutionException {
        ExecutorService callers = Executors.newFixedThreadPool(sequences);
        try {
            long begin = System.nanoTime();
            List<Future<Integer>> running = new ArrayList<>();
            for (int i = 0; i < sequences; i++) {
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

    /** Prints the memory of the process while eight sequences grow to 2,000 tokens. */
    private void memory(Path file) throws IOException {
        double planned;
        try (OnnxModel model = OnnxModel.load(file)) {
            planned = MANY
                    * GenerationWork.of(model, new GenerationLoad(1, LONG_TOKENS - 1, LONG_TOKENS, MANY))
                            .segments(List.of())
                            .cacheBytes(0);
        }
        try (GenerationSession session = GenerationSession.open(parts(2), options(PipelineOptions.DEFAULTS))) {
            List<TokenSequence> sequences = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                sequences.add(session.newSequence());
            }
            int chunk = LONG_TOKENS / 20;
            for (int length = chunk; length <= LONG_TOKENS; length += chunk) {
                for (TokenSequence sequence : sequences) {
                    grow(sequence, chunk);
                }
                if (length % (LONG_TOKENS / 4) == 0) {
                    double caches = cacheBytes(session);
                    print(
                            "process without its caches, " + length + " tokens each",
                            (resident() - caches) / MIB,
                            "MiB",
                            "caches " + number(caches / MIB) + " MiB");
                }
            }
            print("caches to the planned ones", cacheBytes(session) / planned, "", "");
            sequences.forEach(TokenSequence::close);
        }
    }

    private static double cacheBytes(GenerationSession session) {
        return session.cacheBytes().stream().mapToLong(Long::longValue).sum();
    }

    /** Adds tokens one by one at the end, and in one step before, to be quick. */
    private static void grow(TokenSequence sequence, int count) throws IOException {
        int single = 5;
        sequence.append(LongStream.range(0, count - single).boxed().toList());
        for (int i = 0; i < single; i++) {
            sequence.append(List.of((long) i));
        }
    }

    /** Returns the resident memory of this process in bytes. */
    private static double resident() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024.0;
            }
        }
        throw new IOException("/proc/self/status has no VmRSS");
    }

    private static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
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
