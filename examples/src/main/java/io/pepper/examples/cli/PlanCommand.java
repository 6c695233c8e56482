package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cut.Cuts;
import io.pepper.examples.text.TokenizerFiles;
import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.internal.text.WholeFile;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.plan.Constraints;
import io.pepper.plan.Explanation;
import io.pepper.plan.Metric;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import io.pepper.report.PlanReport;
import io.pepper.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code plan} command: decides on the device of each part, and writes the parts. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = "Finds the devices for the parts of a model that are best for an objective, and writes the parts"
                + " with plan.json beside them.")
final class PlanCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description = "An ONNX file. With --table it may be omitted; then nothing is written.")
    private Optional<Path> model = Optional.empty();

    @Mixin
    private WritingOptions writing = new WritingOptions();

    @Mixin
    private ServingFiles serving = new ServingFiles();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private IsolationOptions isolation = new IsolationOptions();

    @Mixin
    private PlanOptions plan = new PlanOptions();

    @Option(
            names = "--objective",
            paramLabel = "latency|throughput|energy|first-token|token|METRIC=WEIGHT,…",
            converter = Goal.Converter.class,
            description = "Objective (default: latency). Weights minimise a weighted sum of latency and period in"
                    + " seconds and energy in joules, such as latency=1,energy=0.05. With --generate, the latency is"
                    + " that of the prompt and all new tokens, throughput that of all sequences at once; first-token and"
                    + " token count one phase alone.")
    private Goal goal = Goal.LATENCY;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            description = "Directory for the parts and plan.json.")
    private Optional<Path> directory = Optional.empty();

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "File for an illustrated explanation of the plan (HTML; SVG if it ends in .svg).")
    private Optional<Path> report = Optional.empty();

    @Mixin
    private ShapeOptions shape = new ShapeOptions();

    @Mixin
    private GenerationOption generation = new GenerationOption();

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
        if (generation.isGiven()) {
            planGeneration(progress);
            return Main.DONE;
        }
        if (goal.isOfGeneration()) {
            throw new ParameterException(
                    spec.commandLine(), "--objective " + goal.name() + " is for text generators: give --generate");
        }
        try (OnnxModel opened = reading.open(model.get(), isolation)) {
            ModelCosts costs = opened.costs(opened.shapes(inputs.shapesOf(opened)));
            Planned planned = planned(costs, cuts.of(opened, costs), progress);
            planned.prepared().notes().addAll(GenerationOption.remarksWithout(opened));
            List<String> caveats = planned.caveats();
            if (report.isPresent()) {
                write(picture(opened, planned).withCaveats(caveats));
            }
            print(
                    planned.why(),
                    planned.robust(),
                    written(opened, planned, UnaryOperator.identity(), caveats, progress),
                    new Remarks(planned.prepared().notes(), caveats),
                    Optional.empty());
        }
        return Main.DONE;
    }

    private void planGeneration(ConsoleProgress progress) throws IOException {
        boolean otherwise =
                !shape.isChain() || scenarios.isAny() || !inputs.shapes().isEmpty();
        generation.requireAlone(otherwise, plan);
        try (OnnxModel opened = reading.open(model.orElseThrow(), isolation)) {
            GenerationPlanned found = generation.plan(opened, cuts, plan, goal, progress);
            if (report.isPresent()) {
                write(found.picture(opened));
            }
            print(
                    found.planned().why(),
                    Optional.empty(),
                    written(
                            opened,
                            found.planned(),
                            origin -> origin.withPhases(found.stored()).withGeneration(found.task()),
                            found.caveats(),
                            progress),
                    new Remarks(found.notes(), found.caveats()),
                    Optional.of(found));
        }
    }

    private void planWithoutModel() throws IOException {
        if (!plan.hasCostTable()
                || directory.isPresent()
                || report.isPresent()
                || serving.areWanted()
                || generation.isGiven()
                || scenarios.isAny()) {
            throw new ParameterException(
                    spec.commandLine(), "without MODEL, planning needs --table, in one scenario, and nothing to write");
        }
        List<String> notes = new ArrayList<>();
        Planner planner = plan.withCostTable(notes);
        Constraints constraints = plan.constraints(Optional.empty());
        Placement placement = planner.plan(goal.objective(), constraints);
        print(
                planner.explain(placement, constraints),
                Optional.empty(),
                Optional.empty(),
                new Remarks(notes, List.of()),
                Optional.empty());
    }

    private Planned planned(ModelCosts costs, Cuts found, ConsoleProgress progress) throws IOException {
        if (!shape.operators()) {
            PlanOptions.Prepared prepared = plan.prepare(costs, found, shape, progress);
            return Planned.of(plan, prepared, goal.objective(), scenarios, report.isPresent())
                    .orWhole(plan, costs);
        }
        if (plan.isLimited() || scenarios.isAny()) {
            throw new ParameterException(spec.commandLine(), "--operators plans without limits and scenarios");
        }
        List<String> notes = new ArrayList<>();
        return Planned.ofOperators(costs, found, plan.timed(notes, progress), goal.objective(), notes);
    }

    private Optional<DeploymentPlan> written(
            OnnxModel opened,
            Planned planned,
            UnaryOperator<DeploymentPlan.Origin> task,
            List<String> caveats,
            ConsoleProgress progress)
            throws IOException {
        if (directory.isEmpty()) {
            if (serving.areWanted()) {
                throw new ParameterException(spec.commandLine(), "--triton and --kserve need parts: give --out");
            }
            return Optional.empty();
        }
        DeploymentPlan made = DeploymentExporter.export(
                opened,
                planned.prepared().segments(),
                planned.why().placement(),
                directory.get(),
                task.apply(plan.origin(planned.states(), planned.prepared().constraints()))
                        .withCaveats(caveats),
                writing.options().withProgress(progress));
        serving.write(directory.get());
        if (model.isPresent()) {
            TokenizerFiles.copy(model.get(), directory.get());
        }
        return Optional.of(made);
    }

    private static PlanReport picture(OnnxModel opened, Planned planned) {
        PlanReport picture = PlanReport.of(opened, planned.prepared().segments(), planned.why());
        return planned.front().isEmpty() ? picture : picture.withFront(Metric.LATENCY, Metric.PERIOD, planned.front());
    }

    private void write(Report picture) throws IOException {
        Path file = report.orElseThrow();
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        WholeFile.write(file, name.endsWith(".svg") ? picture.svg() : picture.html());
    }

    private String modelName() {
        return model.map(Path::toString).orElse("");
    }

    private void print(
            Explanation why,
            Optional<Scenarios.Plan> robust,
            Optional<DeploymentPlan> written,
            Remarks remarks,
            Optional<GenerationPlanned> generated) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            ObjectNode document = remarks.addTo(PlanPrinter.json(modelName(), goal.name(), why, written));
            robust.ifPresent(found -> found.addTo(document));
            generated.ifPresent(found -> found.addTo(document));
            out.println(Json.print(document));
            return;
        }
        PlanPrinter.print(why, out);
        robust.ifPresent(found -> found.print(out));
        generated.ifPresent(found -> new GenerationPlanPrinter(found, out).print());
        remarks.print(out);
        serving.print(out);
        directory.ifPresent(made -> out.println("written: " + made.resolve(DeploymentPlan.FILE_NAME)));
        report.ifPresent(page -> out.println("look at: " + page));
    }
}
