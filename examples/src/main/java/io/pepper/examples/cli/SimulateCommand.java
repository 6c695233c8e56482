package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.export.DeploymentPlan;
import io.pepper.internal.text.Quantities;
import io.pepper.plan.PlanSimulator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code simulate} command: runs a written plan against a trace of requests. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = "Simulates a written plan on a trace of requests, with queues, slow devices and failures.")
final class SimulateCommand implements Callable<Integer> {
    private static final double MEDIAN = 0.5;
    private static final double P90 = 0.9;
    private static final double P99 = 0.99;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "Directory of the plan and its parts.")
    private Path directory = Path.of("");

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Requests requests = new Requests();

    /** The arrivals of requests. */
    static final class Requests {
        @Option(names = "--trace", paramLabel = "FILE", description = "A trace, in YAML or JSON.")
        private @Nullable Path trace;

        @ArgGroup(exclusive = false)
        private Even even = new Even();
    }

    /** Requests at an even pace. */
    static final class Even {
        @Option(
                names = "--every",
                paramLabel = "SECONDS",
                required = true,
                description = "Requests at an even pace, 0 for all at once.")
        private double seconds;

        @Option(names = "--count", paramLabel = "N", description = "Number of requests (default: 1000).")
        private int count = 1_000;
    }

    @Option(names = "--no-overlap", description = "Devices do not compute while they send or receive.")
    private boolean noOverlap;

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        DeploymentPlan plan = reading.plan(directory);
        PlanSimulator.Trace trace = requests.trace == null
                ? PlanSimulator.Trace.every(requests.even.seconds, requests.even.count)
                : PlanSimulator.Trace.read(requests.trace);
        PlanSimulator.Result result = simulated(plan, trace);
        print(plan, result);
        return Main.DONE;
    }

    private PlanSimulator.Result simulated(DeploymentPlan plan, PlanSimulator.Trace trace) {
        try {
            return plan.simulator().withOverlap(!noOverlap).run(trace);
        } catch (IllegalArgumentException other) {
            throw requests.trace == null
                    ? other
                    : new IllegalArgumentException(requests.trace + ": " + other.getMessage(), other);
        }
    }

    private void print(DeploymentPlan plan, PlanSimulator.Result result) {
        PrintWriter out = spec.commandLine().getOut();
        Remarks remarks = new Remarks(
                PlannedPhases.note(plan).map(mean -> "a request is one step, and " + mean).stream()
                        .toList(),
                plan.caveats());
        int count = result.doneSeconds().size();
        if (output.json) {
            ObjectNode document = Json.object();
            document.put("plan", directory.resolve(DeploymentPlan.FILE_NAME).toString());
            document.put("requests", count).put("lost", result.lost());
            Json.putPhases(document, plan);
            ObjectNode latency = document.putObject("latencySeconds");
            Json.put(latency, "p50", latency(result, MEDIAN));
            Json.put(latency, "p90", latency(result, P90));
            Json.put(latency, "p99", latency(result, P99));
            Json.put(latency, "alone", plan.placement().latencySeconds());
            Json.put(document, "throughputPerSecond", result.throughputPerSecond());
            Json.put(document, "mostPerSecond", 1 / plan.placement().periodSeconds());
            ObjectNode busy = document.putObject("busyShare");
            result.busyShare().forEach((name, share) -> Json.put(busy, name, share));
            out.println(Json.print(remarks.addTo(document)));
            return;
        }
        out.println(count + " requests, " + result.lost() + " lost");
        out.println("latency: median " + shown(latency(result, MEDIAN)) + ", 90 % within "
                + shown(latency(result, P90)) + ", 99 % within " + shown(latency(result, P99)) + "; alone "
                + shown(plan.placement().latencySeconds()));
        out.println("done per second: "
                + Quantities.number(result.throughputPerSecond()) + "; the plan can do "
                + Quantities.number(1 / plan.placement().periodSeconds()));
        Table table = new Table("device or link", "busy");
        result.busyShare().forEach((name, share) -> table.row(name, Quantities.percent(share)));
        table.print(out);
        remarks.print(out);
    }

    private static double latency(PlanSimulator.Result result, double share) {
        return result.doneSeconds().isEmpty() ? Double.NaN : result.latencySeconds(share);
    }

    private static String shown(double seconds) {
        return Double.isFinite(seconds) ? Quantities.seconds(seconds) : "never";
    }
}
