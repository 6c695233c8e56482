package io.pepper.examples.cli;

import ai.onnxruntime.OnnxTensor;
import io.pepper.cluster.Cluster;
import io.pepper.distributed.ClusterSession;
import io.pepper.distributed.ClusterSessionOptions;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.model.TensorInfo;
import io.pepper.plan.PlacedPart;
import io.pepper.session.ClusterEmulation;
import io.pepper.session.ModelSession;
import io.pepper.session.PartitionedSession;
import io.pepper.session.PipelineOptions;
import io.pepper.session.PipelineSession;
import io.pepper.session.RandomInputs;
import io.pepper.session.RunOutputs;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import io.pepper.session.StageMetrics;
import io.pepper.session.TensorMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code run} command: runs written parts. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description =
                "Runs written parts like the model, one after another or as a pipeline, and prints their times; with"
                        + " --cluster, those of a deployment on its nodes.")
final class RunCommand implements Callable<Integer> {
    private static final long SEED = 42;
    private static final double NANO = 1e-9;

    /** The format of output files. */
    enum Format {
        NPY,
        PB
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "DIR|NAME",
            description = "Directory of the parts; with --cluster, the name of a deployment.")
    private Path directory = Path.of("");

    @Mixin
    private GivenInputs given = new GivenInputs();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            description = "Directory for the outputs of the first request, each in a file.")
    private Optional<Path> outputs = Optional.empty();

    @Option(names = "--format", paramLabel = "npy|pb", description = "Format of output files (default: npy).")
    private Format format = Format.NPY;

    @Option(names = "--repeat", paramLabel = "N", description = "Number of requests (default: 1).")
    private int repeat = 1;

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            description =
                    "Execution provider of ONNX Runtime, such as CUDA; the default is that of each part's device in"
                            + " the plan, or CPU.")
    private Optional<String> provider = Optional.empty();

    @Option(names = "--pipeline", description = "Run all parts at the same time, each on another request.")
    private boolean pipeline;

    @Option(
            names = {"--emulate", "--rehearse"},
            paramLabel = "CLUSTER",
            description = "Emulate the devices and links of this file (YAML or JSON); DIR must have a plan.json.")
    private Optional<Path> emulate = Optional.empty();

    @Mixin
    private WarmUpOptions warmUp = new WarmUpOptions();

    @Mixin
    private RemoteParts remote = new RemoteParts();

    @Mixin
    private ClusterMemberOptions cluster = new ClusterMemberOptions();

    @Option(
            names = "--under-way",
            paramLabel = "N",
            description =
                    "With --cluster: have at most N requests in progress (default: three for each part). A link with"
                            + " a long latency needs more.")
    private Optional<Integer> underWay = Optional.empty();

    @Mixin
    private PrometheusOptions prometheus = new PrometheusOptions();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private InputOptions inputs = new InputOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        if (repeat < 1) {
            throw new ParameterException(spec.commandLine(), "--repeat is 1 or more");
        }
        if (cluster.isGiven()) {
            return onCluster();
        }
        PartitionManifest manifest = reading.manifest(directory);
        Optional<DeploymentPlan> plan = Files.exists(directory.resolve(DeploymentPlan.FILE_NAME))
                ? Optional.of(reading.plan(directory))
                : Optional.empty();
        if (emulate.isPresent() && GenerationRehearsal.isFor(plan)) {
            return rehearseGeneration(plan.orElseThrow());
        }
        if (warmUp.isGiven()) {
            throw new ParameterException(
                    spec.commandLine(), "--warm-up is for rehearsals of a plan by plan --generate");
        }
        Map<String, byte[]> messages = messages(
                manifest.inputs(),
                random -> RandomInputs.of(directory, random, inputs.shapes(), SEED, reading.options()));
        RunPrinter report = new RunPrinter(directory, plan);
        watch(plan, report);
        long begin = System.nanoTime();
        try (ModelSession session = open(manifest, plan, report)) {
            report.opened((System.nanoTime() - begin) * NANO);
            requests(session, messages, report);
        }
        return print(report);
    }

    /** Rehearses a plan of a text generator, whose prompts and tokens are steps with caches. */
    private Integer rehearseGeneration(DeploymentPlan plan) throws IOException {
        if (remote.areGiven()
                || outputs.isPresent()
                || given.areGiven()
                || !inputs.shapes().isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), GenerationRehearsal.refusal(directory, emulate.orElseThrow()));
        }
        RunPrinter report =
                new RunPrinter(directory, Optional.empty()); // The rehearsal prints the plan's times itself.
        watch(Optional.of(plan), report);
        SessionOptions options = withProviders(
                Optional.of(plan),
                SessionOptions.DEFAULTS.withReading(reading.options()).withStages(runtime.stages()));
        new GenerationRehearsal(directory, plan, SEED, repeat, pipeline, warmUp.time(true))
                .run(
                        options,
                        ClusterEmulation.of(plan, Cluster.read(emulate.orElseThrow())),
                        report.notes(),
                        output.json,
                        spec.commandLine().getOut());
        return Main.DONE;
    }

    private void requests(ModelSession session, Map<String, byte[]> messages, RunPrinter report) throws IOException {
        first(session, messages, report);
        if (repeat > 1) {
            repeat(session, messages, report);
        }
        report.stages(session.metrics());
    }

    private Integer print(RunPrinter report) throws IOException {
        if (output.json) {
            spec.commandLine().getOut().println(Json.print(report.json()));
        } else {
            report.print(spec.commandLine().getOut());
        }
        return Main.DONE;
    }

    /** Runs a deployment on the nodes that hold its parts. */
    private Integer onCluster() throws IOException {
        if (emulate.isPresent()
                || remote.areGiven()
                || prometheus.isGiven()
                || provider.isPresent()
                || warmUp.isGiven()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--emulate, --warm-up, --remote, --prometheus and --provider do not go with --cluster");
        }
        RunPrinter report = new RunPrinter(directory, Optional.empty());
        report.mode(pipeline ? "pipeline on the cluster" : "one at a time on the cluster");
        ClusterEvents events = new ClusterEvents();
        long begin = System.nanoTime();
        return cluster.join("stopped", client -> {
            try (ClusterSession session = ClusterSession.open(
                    client, directory.toString(), sessionOptions().withListener(events))) {
                report.opened((System.nanoTime() - begin) * NANO);
                events.names(session.metrics().stream().map(StageMetrics::stage).toList());
                Map<String, byte[]> messages =
                        messages(session.inputs(), random -> RandomInputs.of(random, inputs.shapes(), SEED));
                requests(session, messages, report);
                report.hops(session.hops());
            }
            report.events(events);
            return print(report);
        });
    }

    private ClusterSessionOptions sessionOptions() {
        try {
            return underWay.map(ClusterSessionOptions.DEFAULTS::withMaxUnderWay).orElse(ClusterSessionOptions.DEFAULTS);
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), "--under-way is 1 or more", refused);
        }
    }

    /** Notes the current state of the plan's devices, compared with their state when it was made. */
    private void watch(Optional<DeploymentPlan> plan, RunPrinter report) throws IOException {
        if (prometheus.isGiven()) {
            DeploymentPlan planned = plan.orElseThrow(() -> new ParameterException(
                    spec.commandLine(), "--prometheus needs a plan: " + directory + " has no plan.json"));
            WatchedDevices.sinceThen(prometheus, planned).forEach(report::note);
        }
    }

    private ModelSession open(PartitionManifest manifest, Optional<DeploymentPlan> plan, RunPrinter report)
            throws IOException {
        SessionOptions options = withProviders(
                plan, SessionOptions.DEFAULTS.withReading(reading.options()).withStages(runtime.stages()));
        if (remote.areGiven()) {
            return openRemotely(manifest, options, report);
        }
        if (emulate.isPresent()) {
            DeploymentPlan planned = plan.orElseThrow(() -> new ParameterException(
                    spec.commandLine(), "--emulate needs a plan: " + directory + " has no plan.json"));
            ClusterEmulation emulation = ClusterEmulation.of(planned, Cluster.read(emulate.get()));
            emulation.notes().forEach(report::note);
            report.mode(pipeline ? "pipeline, emulated" : "one at a time, emulated");
            return PipelineSession.open(
                    directory, PipelineOptions.DEFAULTS.withRuntime(options).withEmulation(emulation));
        }
        report.mode(pipeline ? "pipeline" : "one at a time");
        return pipeline
                ? PipelineSession.open(directory, PipelineOptions.DEFAULTS.withRuntime(options))
                : PartitionedSession.open(directory, options);
    }

    private ModelSession openRemotely(PartitionManifest manifest, SessionOptions options, RunPrinter report)
            throws IOException {
        if (emulate.isPresent()) {
            throw new ParameterException(spec.commandLine(), "--remote does not go with --emulate");
        }
        report.mode(pipeline ? "pipeline" : "one at a time");
        List<Stage> stages = remote.open(directory, manifest, options);
        return pipeline
                ? PipelineSession.of(manifest, stages, PipelineOptions.DEFAULTS.withRuntime(options))
                : PartitionedSession.of(manifest, stages, options);
    }

    /** Returns options with the given execution provider, or else with those of the plan's devices. */
    private SessionOptions withProviders(Optional<DeploymentPlan> plan, SessionOptions options) {
        if (provider.isPresent()) {
            return options.withStages(options.stages().withProvider(provider.get()));
        }
        SessionOptions with = options;
        List<PlacedPart> placed = plan.map(known -> known.placement().parts()).orElse(List.of());
        for (int part = 0; part < placed.size(); part++) {
            Optional<String> planned = placed.get(part).device().platform().provider();
            if (planned.isPresent()) {
                with = with.withStage(part, options.stages().withProvider(planned.get()));
            }
        }
        return with;
    }

    /** Makes random values for inputs that were not given. */
    private interface Filling {
        Map<String, OnnxTensor> of(List<TensorInfo> inputs) throws IOException;
    }

    /** Returns each input as a message, from which every request reads its own tensors. */
    private Map<String, byte[]> messages(List<TensorInfo> wanted, Filling filling) throws IOException {
        Map<String, Path> files = given.files(wanted);
        Map<String, byte[]> messages = new LinkedHashMap<>();
        List<TensorInfo> random = new ArrayList<>();
        for (TensorInfo input : wanted) {
            Path file = files.get(input.name());
            if (file == null) {
                random.add(input);
            } else {
                try (OnnxTensor tensor = GivenInputs.read(input, file)) {
                    messages.put(input.name(), TensorMessages.write(input.name(), tensor));
                }
            }
        }
        Map<String, OnnxTensor> made = filling.of(random);
        try {
            for (Map.Entry<String, OnnxTensor> input : made.entrySet()) {
                messages.put(input.getKey(), TensorMessages.write(input.getKey(), input.getValue()));
            }
        } finally {
            made.values().forEach(OnnxTensor::close);
        }
        return messages;
    }

    private static Map<String, OnnxTensor> tensors(Map<String, byte[]> messages) throws IOException {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, byte[]> message : messages.entrySet()) {
                tensors.put(
                        message.getKey(),
                        TensorMessages.read(message.getKey(), message.getValue())
                                .getValue());
            }
            return tensors;
        } catch (IOException | RuntimeException failed) {
            tensors.values().forEach(OnnxTensor::close);
            throw failed;
        }
    }

    private void first(ModelSession session, Map<String, byte[]> messages, RunPrinter report) throws IOException {
        Map<String, OnnxTensor> tensors = tensors(messages);
        try {
            long begin = System.nanoTime();
            try (RunOutputs answer = session.run(tensors)) {
                report.first((System.nanoTime() - begin) * NANO);
                report.answer(answer, outputs, format);
            }
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private void repeat(ModelSession session, Map<String, byte[]> messages, RunPrinter report) throws IOException {
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr());
        double[] seconds = new double[repeat - 1];
        AtomicInteger done = new AtomicInteger();
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < seconds.length; i++) {
            int place = i;
            Map<String, OnnxTensor> tensors = tensors(messages);
            long begin = System.nanoTime();
            CompletableFuture<Void> answer = session.submit(tensors).thenAccept(result -> {
                result.close();
                seconds[place] = (System.nanoTime() - begin) * NANO;
                progress.progress("running " + directory, done.incrementAndGet(), seconds.length);
            });
            answers.add(answer);
            if (!pipeline) {
                await(answer);
            }
        }
        for (CompletableFuture<Void> answer : answers) {
            await(answer);
        }
        report.requests(seconds, (System.nanoTime() - start) * NANO);
    }

    private static void await(CompletableFuture<Void> answer) throws IOException {
        try {
            answer.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException why ? why : new IOException(failed.getCause());
        }
    }
}
