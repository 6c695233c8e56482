package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cut.Cuts;
import io.pepper.internal.text.Quantities;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.plan.Metric;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code pareto} command: prints the Pareto front of two metrics. */
@Command(
        name = "pareto",
        mixinStandardHelpOptions = true,
        description = "Shows the Pareto front of two metrics: all placements that no other one beats in both.")
final class ParetoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "MODEL", arity = "0..1", description = "An ONNX file. With --table it may be omitted.")
    private Optional<Path> model = Optional.empty();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private IsolationOptions isolation = new IsolationOptions();

    @Mixin
    private PlanOptions plan = new PlanOptions();

    @Option(
            names = "--metrics",
            split = ",",
            paramLabel = "latency|period|energy",
            description = "The two metrics (default: latency,period).")
    private List<Metric> metrics = List.of(Metric.LATENCY, Metric.PERIOD);

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
        if (metrics.size() != 2) {
            throw new ParameterException(spec.commandLine(), "--metrics takes two, found " + metrics);
        }
        if (model.isEmpty()) {
            if (!plan.hasCostTable()) {
                throw new ParameterException(spec.commandLine(), "without MODEL, planning needs --table");
            }
            List<String> notes = new ArrayList<>();
            Planner planner = plan.withCostTable(notes);
            print(
                    planner.pareto(metrics.get(0), metrics.get(1), plan.constraints(Optional.empty())),
                    new Remarks(notes, List.of()));
            return Main.DONE;
        }
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr());
        try (OnnxModel opened = reading.open(model.get(), isolation)) {
            ModelCosts costs = opened.costs(opened.shapes(inputs.shapesOf(opened)));
            PlanOptions.Prepared prepared = prepared(costs, cuts.of(opened, costs), progress);
            prepared.notes().addAll(GenerationOption.remarksWithout(opened));
            List<Placement> front = prepared.planner().pareto(metrics.get(0), metrics.get(1), prepared.constraints());
            print(front, new Remarks(prepared.notes(), prepared.caveats(front, prepared.states())));
        }
        return Main.DONE;
    }

    private PlanOptions.Prepared prepared(ModelCosts costs, Cuts found, ConsoleProgress progress) throws IOException {
        if (shape.operators()) {
            throw new ParameterException(
                    spec.commandLine(), "--operators takes no limits, but a Pareto front needs them");
        }
        return plan.prepare(costs, found, shape, progress);
    }

    private void print(List<Placement> front, Remarks remarks) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            ObjectNode document = Json.object();
            document.put("model", model.map(Path::toString).orElse(""));
            ArrayNode placements = document.putArray("placements");
            front.forEach(placement -> placements.add(PlanPrinter.placement(placement)));
            out.println(Json.print(remarks.addTo(document)));
            return;
        }
        Table table = new Table("latency", "per second", "joules", "segments");
        for (Placement placement : front) {
            table.row(
                    Quantities.seconds(placement.latencySeconds()),
                    Quantities.number(placement.throughputPerSecond()),
                    placement.energyJoules().isPresent()
                            ? Quantities.number(placement.energyJoules().getAsDouble())
                            : "–",
                    PlanPrinter.line(placement));
        }
        table.print(out);
        remarks.print(out);
    }
}
