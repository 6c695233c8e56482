package io.pepper.examples.cli;

import io.pepper.onnx.DeploymentExporter;
import io.pepper.onnx.DeploymentPlan;
import io.pepper.onnx.ExportOptions;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.plan.Explanation;
import io.pepper.plan.Objective;
import io.pepper.plan.Placement;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Decides what runs where, and writes the parts. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description =
                "Decides which part of a model runs on which device, best by what is asked for, and writes the parts"
                        + " with plan.json beside them.")
final class PlanCommand implements Callable<Integer> {
    /** What to have most, or least, of. */
    enum Goal {
        LATENCY,
        THROUGHPUT,
        ENERGY;

        private Objective objective() {
            return switch (this) {
                case LATENCY -> Objective.LATENCY;
                case THROUGHPUT -> Objective.THROUGHPUT;
                case ENERGY -> Objective.ENERGY;
            };
        }
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
    private Path model = Path.of("");

    @Mixin
    private PlanOptions plan = new PlanOptions();

    @Option(
            names = "--objective",
            paramLabel = "latency|throughput|energy",
            description = "What to plan for (default: latency).")
    private Goal goal = Goal.LATENCY;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            description = "Write the parts and plan.json here.")
    private Optional<Path> directory = Optional.empty();

    @Mixin
    private CutChoice cuts = new CutChoice();

    @Mixin
    private InputOptions inputs = new InputOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr());
        try (OnnxModel opened = OnnxModel.load(model)) {
            ModelCosts costs = opened.costs(opened.shapes(inputs.shapesOf(opened)));
            PlanOptions.Prepared prepared = plan.prepare(opened, costs, cuts.of(opened, costs), progress);
            Placement placement = prepared.planner().plan(goal.objective(), prepared.constraints());
            Explanation why = prepared.planner().explain(placement, prepared.constraints());
            Optional<DeploymentPlan> written = Optional.empty();
            if (directory.isPresent()) {
                written = Optional.of(DeploymentExporter.export(
                        opened,
                        prepared.pieces(),
                        placement,
                        directory.get(),
                        plan.source(),
                        plan.limits(),
                        ExportOptions.DEFAULT.withProgress(progress)));
            }
            print(why, written, prepared.notes());
        }
        return Main.DONE;
    }

    private void print(Explanation why, Optional<DeploymentPlan> written, List<String> notes) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            out.println(Json.print(PlanReport.json(model, goal.name(), why, written, notes)));
            return;
        }
        PlanReport.print(why, out);
        notes.forEach(note -> out.println("note: " + note));
        directory.ifPresent(made -> out.println("written: " + made.resolve(DeploymentPlan.FILE_NAME)));
    }
}
