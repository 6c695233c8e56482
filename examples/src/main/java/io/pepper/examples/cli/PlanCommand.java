package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.DeviceState;
import io.pepper.cut.Cuts;
import io.pepper.document.WholeFile;
import io.pepper.onnx.BranchPicture;
import io.pepper.onnx.DeploymentExporter;
import io.pepper.onnx.DeploymentPlan;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.Picture;
import io.pepper.onnx.PlanPicture;
import io.pepper.plan.Constraints;
import io.pepper.plan.Explanation;
import io.pepper.plan.Metric;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description = "An ONNX file. With --table it may be left out: then nothing is written.")
    private Optional<Path> model = Optional.empty();

    @Mixin
    private WritingOptions writing = new WritingOptions();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private IsolationOptions isolation = new IsolationOptions();

    @Mixin
    private PlanOptions plan = new PlanOptions();

    @Option(
            names = "--objective",
            paramLabel = "latency|throughput|energy|METRIC=WEIGHT,…",
            converter = Goal.Converter.class,
            description =
                    "What to plan for (default: latency); with weights for the least weighted sum of latency and period in"
                            + " seconds and energy in joules, such as latency=1,energy=0.05.")
    private Goal goal = Goal.LATENCY;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            description = "Write the parts and plan.json here.")
    private Optional<Path> directory = Optional.empty();

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "A page that explains the plan with pictures (HTML, or SVG by its ending).")
    private Optional<Path> report = Optional.empty();

    @ArgGroup(exclusive = true)
    private Shape shape = new Shape();

    /** Parts that are not one after the other. */
    static final class Shape {
        @Option(
                names = "--branches",
                paramLabel = "N",
                description =
                        "Make N parts of independent branches (towers that meet, heads that part), which then run at the"
                                + " same time; for the least latency.")
        private Optional<Integer> branches = Optional.empty();

        @Option(
                names = "--operators",
                description =
                        "Divide between two devices operator by operator, wherever that is cheapest; for the least latency.")
        private boolean operators;
    }

    @Mixin
    private Scenarios scenarios = new Scenarios();

    @Mixin
    private CutChoice cuts = new CutChoice();

    @Mixin
    private InputOptions inputs = new InputOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        if (model.isEmpty()) {
            planWithoutModel();
            return Main.DONE;
        }
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr());
        try (OnnxModel opened = reading.open(model.get(), isolation)) {
            ModelCosts costs = opened.costs(opened.shapes(inputs.shapesOf(opened)));
            if (shape.branches.isPresent() || shape.operators) {
                planBranches(opened, costs, progress);
            } else {
                planChain(opened, costs, progress);
            }
        }
        return Main.DONE;
    }

    private void planWithoutModel() throws IOException {
        if (!plan.isTypedIn() || directory.isPresent() || report.isPresent() || scenarios.isAny()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "without MODEL there is only --table to plan with, in one scenario, and nothing to write");
        }
        List<String> notes = new ArrayList<>();
        Planner planner = plan.typedIn(notes);
        Constraints constraints = plan.constraints(Optional.empty());
        Placement placement = planner.plan(goal.objective(), constraints);
        print(
                planner.explain(placement, constraints),
                Optional.empty(),
                Optional.empty(),
                new Remarks(notes, List.of()));
    }

    private void planChain(OnnxModel opened, ModelCosts costs, ConsoleProgress progress) throws IOException {
        PlanOptions.Prepared prepared = plan.prepare(opened, costs, cuts.of(opened, costs), progress);
        Optional<Scenarios.Plan> robust = scenarios.plan(plan, prepared, goal.objective());
        Explanation why = robust.map(Scenarios.Plan::why)
                .orElseGet(() ->
                        plan.explain(prepared, prepared.planner().plan(goal.objective(), prepared.constraints())));
        List<DeviceState> states = robust.map(Scenarios.Plan::states).orElse(prepared.states());
        List<String> caveats = prepared.caveats(why.placement(), states);
        Optional<DeploymentPlan> written = Optional.empty();
        if (directory.isPresent()) {
            written = Optional.of(DeploymentExporter.export(
                    opened,
                    prepared.pieces(),
                    why.placement(),
                    directory.get(),
                    plan.origin(states, prepared.constraints()).withCaveats(caveats),
                    writing.options().withProgress(progress)));
        }
        if (report.isPresent()) {
            write(picture(opened, prepared, why, robust.isPresent()).withCaveats(caveats));
        }
        print(why, robust, written, new Remarks(prepared.notes(), caveats));
    }

    private static PlanPicture picture(
            OnnxModel opened, PlanOptions.Prepared prepared, Explanation why, boolean robust) {
        PlanPicture picture = PlanPicture.of(opened, prepared.pieces(), why);
        return robust
                ? picture
                : picture.withFront(
                        Metric.LATENCY,
                        Metric.PERIOD,
                        prepared.planner().pareto(Metric.LATENCY, Metric.PERIOD, prepared.constraints()));
    }

    private void write(Picture picture) throws IOException {
        Path file = report.orElseThrow();
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        WholeFile.write(file, name.endsWith(".svg") ? picture.svg() : picture.html());
    }

    private void planBranches(OnnxModel opened, ModelCosts costs, ConsoleProgress progress) throws IOException {
        if (!goal.equals(Goal.LATENCY) || scenarios.isAny()) {
            throw new ParameterException(
                    spec.commandLine(), "--branches and --operators plan for the least latency, without scenarios");
        }
        if (shape.operators && plan.isLimited()) {
            throw new ParameterException(spec.commandLine(), "--operators plans without limits");
        }
        List<String> notes = new ArrayList<>();
        PlanOptions.Timed timed = plan.timed(notes, progress);
        Cuts cutsFound = cuts.of(opened, costs);
        BranchPlan found = shape.operators
                ? BranchPlan.ofOperators(costs, cutsFound, timed)
                : BranchPlan.ofBranches(shape.branches.orElseThrow(), plan, costs, cutsFound, timed, notes);
        List<String> caveats = timed.model().caveats(found.branches(), found.placement());
        if (report.isPresent()) {
            write(BranchPicture.of(opened, found.branches(), found.placement(), found.singleDevices())
                    .withCaveats(caveats));
        }
        Optional<DeploymentPlan> written = Optional.empty();
        if (directory.isPresent()) {
            written = Optional.of(DeploymentExporter.export(
                    opened,
                    found.branches(),
                    found.placement(),
                    directory.get(),
                    plan.origin(timed.states(), found.constraints()).withCaveats(caveats),
                    writing.options().withProgress(progress)));
        }
        PrintWriter out = spec.commandLine().getOut();
        Remarks remarks = new Remarks(notes, caveats);
        if (output.json) {
            out.println(Json.print(remarks.addTo(BranchReport.json(modelName(), found, written))));
        } else {
            BranchReport.print(found, out);
            printEnd(remarks);
        }
    }

    private String modelName() {
        return model.map(Path::toString).orElse("");
    }

    private void print(
            Explanation why, Optional<Scenarios.Plan> robust, Optional<DeploymentPlan> written, Remarks remarks) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            ObjectNode document = remarks.addTo(PlanReport.json(modelName(), goal.name(), why, written));
            robust.ifPresent(found -> found.addTo(document));
            out.println(Json.print(document));
            return;
        }
        PlanReport.print(why, out);
        robust.ifPresent(found -> found.print(out));
        printEnd(remarks);
    }

    private void printEnd(Remarks remarks) {
        PrintWriter out = spec.commandLine().getOut();
        remarks.print(out);
        directory.ifPresent(made -> out.println("written: " + made.resolve(DeploymentPlan.FILE_NAME)));
        report.ifPresent(page -> out.println("look at: " + page));
    }
}
