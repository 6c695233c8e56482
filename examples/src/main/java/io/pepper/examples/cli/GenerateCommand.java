package io.pepper.examples.cli;

import io.pepper.cluster.Cluster;
import io.pepper.distributed.ClusterSession;
import io.pepper.distributed.ClusterSessionOptions;
import io.pepper.examples.QuantityText;
import io.pepper.examples.text.Tokenizer;
import io.pepper.export.DeploymentPlan;
import io.pepper.generation.Generated;
import io.pepper.generation.GenerationOptions;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.Sampling;
import io.pepper.session.ClusterEmulation;
import io.pepper.session.PipelineOptions;
import io.pepper.session.SessionOptions;
import io.pepper.session.StageMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code generate} command: continues prompts with a text generator in parts. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description =
                "Continues prompts of text or tokens with the written parts of a text generator, whose caches stay in the"
                        + " parts.")
final class GenerateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "DIR|NAME",
            description = "Directory of the parts; with --cluster, the name of a deployment.")
    private Path directory = Path.of("");

    @Mixin
    private PromptOptions prompts = new PromptOptions();

    @Mixin
    private ContextOptions contexts = new ContextOptions();

    @Mixin
    private SequenceFileOptions files = new SequenceFileOptions();

    @Mixin
    private TextOptions text = new TextOptions();

    @Option(names = "--max-new", paramLabel = "N", description = "Largest number of new tokens (default: 128).")
    private int maxNew = Sampling.GREEDY.maxNewTokens();

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Divisor of the logits (default: 0, which takes the most probable token).")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Choose from the K most probable tokens (default: 0, all).")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Choose from the fewest tokens with this probability (default: 1, all).")
    private double topP = 1;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "R",
            description = "Penalty of tokens that are there already (default: 1, none).")
    private double penalty = 1;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the choice (default: 0).")
    private long seed;

    @Option(
            names = "--prompt-chunk",
            paramLabel = "N",
            description = "Run a longer prompt N tokens at a time, so that other sequences run between.")
    private Optional<Integer> chunk = Optional.empty();

    @Option(
            names = "--max-cache",
            paramLabel = "512MB",
            description = "Limit the caches of each part. At the limit, those of the sequence that was used least"
                    + " recently are dropped, and computed again when it continues.")
    private Optional<String> maxCache = Optional.empty();

    @Option(
            names = {"--emulate", "--rehearse"},
            paramLabel = "CLUSTER",
            description = "Emulate the devices and links of this file (YAML or JSON); DIR must have a plan.json.")
    private Optional<Path> emulate = Optional.empty();

    @Mixin
    private WarmUpOptions warmUp = new WarmUpOptions();

    @Mixin
    private ClusterMemberOptions cluster = new ClusterMemberOptions();

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        if (cluster.isGiven() && (emulate.isPresent() || maxCache.isPresent())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--emulate and --max-cache do not go with --cluster; its nodes take --cache-memory");
        }
        sampling(Set.of()); // Refuses wrong values before anything is opened.
        warmUp.time(false);
        Optional<Tokenizer> tokenizer = text.tokenizer(cluster.isGiven() ? Optional.empty() : Optional.of(directory));
        try {
            List<List<Long>> tokens = text.prompts(prompts, tokenizer, files.resumes());
            files.check(tokens.size(), contexts.isGiven());
            GenerationRun run = new GenerationRun(tokens, sampling(text.stopTokens(tokenizer)), tokenizer);
            return cluster.isGiven() ? onCluster(run) : here(run);
        } finally {
            if (tokenizer.isPresent()) {
                tokenizer.get().close();
            }
        }
    }

    /** Generates in this process. */
    private int here(GenerationRun run) throws IOException {
        Optional<DeploymentPlan> plan = emulate.isPresent() ? Optional.of(plan()) : Optional.empty();
        Optional<ClusterEmulation> emulation = plan.isPresent()
                ? Optional.of(ClusterEmulation.of(plan.get(), Cluster.read(emulate.orElseThrow())))
                : Optional.empty();
        try (GenerationSession session = GenerationSession.open(directory, options(emulation))) {
            print(
                    session,
                    run,
                    plan.map(DeploymentPlan::phases).orElse(List.of()),
                    emulation.map(GenerateCommand::notes).orElse(List.of()));
        }
        return Main.DONE;
    }

    /** Generates with the nodes that hold the parts of a deployment. */
    private int onCluster(GenerationRun run) throws IOException {
        String name = directory.toString();
        return cluster.join("stopped", client -> {
            List<DeploymentPlan.Phase> planned = client.plan(name).phases();
            try (GenerationSession session = ClusterSession.openGeneration(
                    client, name, ClusterSessionOptions.DEFAULTS, options(Optional.empty()))) {
                print(session, run, planned, List.of());
            }
            return Main.DONE;
        });
    }

    /** Returns the limits of a rehearsal of a text generator. */
    static List<String> notes(ClusterEmulation emulation) {
        List<String> notes = new ArrayList<>(emulation.notes());
        if (emulation.isDivided()) {
            notes.add("the emulated devices share this machine's processor cache: a part takes longer than on a device"
                    + " of its own if a large share of its weights fits into that cache");
        }
        return notes;
    }

    private void print(
            GenerationSession session, GenerationRun run, List<DeploymentPlan.Phase> planned, List<String> notes)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        WarmUpOptions.warmUp(
                warmUp.time(emulate.isPresent()),
                session,
                run,
                (opened, prompt) -> files.begin(opened, contexts, prompt, false));
        List<StageMetrics> before = session.metrics();
        long begin = System.nanoTime();
        GenerationRun.Outcome outcome = run.run(
                session,
                (opened, prompt) -> files.begin(opened, contexts, prompt, true),
                output.json ? Optional.empty() : Optional.of(out));
        long nanos = System.nanoTime() - begin;
        List<Generated> generated = outcome.generated();
        GenerationPrinter printer =
                new GenerationPrinter(session, generated, nanos, new GenerationBackground(planned, notes, before));
        if (output.json) {
            out.println(Json.print(printer.json(outcome.prompts(), run.texts(outcome))));
            return;
        }
        if (!run.streams()) {
            printer.printSequences(out, run.texts(outcome));
        }
        out.println();
        printer.print(out);
        files.print(out, outcome.prompts().get(0), generated.get(0).tokens().size());
    }

    private DeploymentPlan plan() throws IOException {
        if (!Files.exists(directory.resolve(DeploymentPlan.FILE_NAME))) {
            throw new ParameterException(
                    spec.commandLine(), "--emulate needs a plan: " + directory + " has no plan.json");
        }
        return reading.plan(directory);
    }

    private GenerationOptions options(Optional<ClusterEmulation> emulation) {
        PipelineOptions pipeline = PipelineOptions.DEFAULTS.withRuntime(
                SessionOptions.DEFAULTS.withReading(reading.options()).withStages(runtime.stages()));
        GenerationOptions options = GenerationOptions.DEFAULTS.withPipeline(
                emulation.map(pipeline::withEmulation).orElse(pipeline));
        try {
            if (maxCache.isPresent()) {
                options = options.withMaxCacheBytes(QuantityText.bytes(maxCache.get()), true);
            }
            return chunk.isPresent() ? options.withPromptChunk(chunk.get()) : options;
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), String.valueOf(refused.getMessage()), refused);
        }
    }

    private Sampling sampling(Set<Long> stop) {
        try {
            return new Sampling(maxNew, temperature, topK, topP, penalty, seed, stop);
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), String.valueOf(refused.getMessage()), refused);
        }
    }
}
