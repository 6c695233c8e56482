package io.pepper.examples.cli;

import ai.onnxruntime.OnnxTensor;
import io.pepper.cluster.Device;
import io.pepper.cut.Cuts;
import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.ClusterSession;
import io.pepper.distributed.ClusterSessionOptions;
import io.pepper.examples.QuantityText;
import io.pepper.monitor.ClusterMonitor;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.plan.CostModel;
import io.pepper.plan.Replanner;
import io.pepper.session.AdaptiveOptions;
import io.pepper.session.AdaptiveSession;
import io.pepper.session.RandomInputs;
import io.pepper.session.RunOutputs;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code adapt} command: runs a model on a cluster, and moves its parts as loads, links and nodes change. */
@Command(
        name = "adapt",
        mixinStandardHelpOptions = true,
        description =
                "Plans a model for the nodes of a living cluster, deploys it, and runs requests while the placement"
                        + " follows the loads, the links and the loss of nodes.")
final class AdaptCommand implements Callable<Integer> {
    private static final long SEED = 42;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
    private Path model = Path.of("");

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The beginning of the names of the deployments (default: adaptive).")
    private String name = "adaptive";

    @Option(
            names = "--objective",
            paramLabel = "latency|throughput|energy|METRIC=WEIGHT,…",
            converter = Goal.Converter.class,
            description = "Objective (default: latency), as for plan.")
    private Goal goal = Goal.LATENCY;

    @Option(names = "--repeat", paramLabel = "N", description = "Number of requests (default: 100).")
    private int repeat = 100;

    @Option(
            names = "--pause",
            paramLabel = "TIME",
            description = "Time between two requests (default: 0s; the session takes as many as its limits allow).")
    private String pause = "0s";

    @Option(
            names = "--every",
            paramLabel = "TIME",
            description = "Look for a better placement at this interval (default: 5s).")
    private String every = "5s";

    @Option(
            names = "--hold",
            paramLabel = "TIME",
            description = "Move only if another placement has been better by a tenth for this time (default: 10s); away"
                    + " from lost nodes at once.")
    private String hold = "10s";

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private IsolationOptions isolation = new IsolationOptions();

    @Mixin
    private PlanOptions plan = new PlanOptions();

    @Mixin
    private ShapeOptions shape = new ShapeOptions();

    @Mixin
    private CutChoice cuts = new CutChoice();

    @Mixin
    private InputOptions inputs = new InputOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        if (repeat < 1) {
            throw new ParameterException(spec.commandLine(), "--repeat is 1 or more");
        }
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr());
        try (OnnxModel opened = reading.open(model, isolation)) {
            ModelCosts costs = opened.costs(opened.shapes(inputs.shapesOf(opened)));
            Cuts found = cuts.of(opened, costs);
            plan.requireLiving();
            PlanOptions.Prepared prepared = plan.prepare(costs, found, shape, progress);
            prepared.notes().addAll(GenerationOption.remarksWithout(opened));
            CostModel times = prepared.model()
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(),
                            "a table of costs holds for one state of the devices: give a predictor"));
            return run(opened, prepared, replanner(prepared, times));
        }
    }

    private Replanner replanner(PlanOptions.Prepared prepared, CostModel times) {
        Replanner.Patience usual = Replanner.Patience.DEFAULTS;
        return Replanner.builder(prepared.segments(), times)
                .objective(goal.objective())
                .constraints(prepared.constraints())
                .patience(new Replanner.Patience(
                        usual.leastGain(), QuantityText.time(hold), usual.movingCost(), usual.inferences()))
                .build();
    }

    private Integer run(OnnxModel opened, PlanOptions.Prepared prepared, Replanner replanner) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        AdaptEvents events = new AdaptEvents(
                output.json
                        ? line -> {}
                        : line -> {
                            out.println(line);
                            out.flush();
                        });
        prepared.notes().forEach(note -> events.tell("note: " + note));
        List<String> devices =
                replanner.cluster().devices().stream().map(Device::name).toList();
        Path work = Files.createTempDirectory("pepper-adapt-");
        try (ClusterClient client = plan.join()) {
            AdaptiveSession.Opener opener = ClusterSession.opener(
                    client,
                    name,
                    opened,
                    prepared.segments(),
                    work,
                    ClusterSessionOptions.DEFAULTS.withListener(events));
            try (AdaptiveSession session =
                    AdaptiveSession.open(replanner, opener, options(ClusterMonitor.of(client), devices, events))) {
                events.opened(session.placement());
                requests(session, events);
                events.ended(session, devices);
            }
        } finally {
            Files.deleteIfExists(work); // The session has removed the parts in it.
        }
        if (output.json) {
            out.println(Json.print(events.json()));
        }
        return events.failures() == 0 ? Main.DONE : Main.REFUSED;
    }

    private AdaptiveOptions options(ClusterMonitor monitor, List<String> devices, AdaptEvents events) {
        return AdaptiveOptions.DEFAULTS
                .withStates(monitor::states)
                .withLinks(monitor::links)
                .withAbsent(() -> monitor.absent(devices))
                .withInterval(QuantityText.time(every))
                .withListener(events);
    }

    private void requests(AdaptiveSession session, AdaptEvents events) throws IOException {
        Duration between = QuantityText.time(pause);
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (int i = 0; i < repeat; i++) {
            int number = i;
            Map<String, OnnxTensor> tensors = RandomInputs.of(session.inputs(), inputs.shapes(), SEED);
            long begin = System.nanoTime();
            answers.add(session.submit(tensors).handle((outputs, failed) -> {
                events.done(number, System.nanoTime() - begin, failed);
                Optional.ofNullable(outputs).ifPresent(RunOutputs::close);
                return failed == null;
            }));
            sleep(between);
        }
        try {
            for (CompletableFuture<Boolean> answer : answers) {
                answer.get();
            }
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        }
    }

    private static void sleep(Duration time) throws InterruptedIOException {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    private static InterruptedIOException interrupted(InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return (InterruptedIOException) new InterruptedIOException("interrupted").initCause(stopped);
    }
}
