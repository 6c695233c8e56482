package io.pepper.examples.cli;

import io.pepper.cut.Cuts;
import io.pepper.internal.text.WholeFile;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.report.ModelReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code graph} command: draws a model. */
@Command(
        name = "graph",
        mixinStandardHelpOptions = true,
        description = "Draws a model as a graph of its segments, with its cuts and the memory and arithmetic along it.")
final class GraphCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
    private Path model = Path.of("");

    @Option(
            names = "--format",
            paramLabel = "dot|graphml|mermaid|svg|html",
            description = "Format of the picture (default: html).")
    private ModelReport.Format format = ModelReport.Format.HTML;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Output file (default: standard output).")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--parts",
            paramLabel = "K",
            description = "Draw K segments of about equal arithmetic, or of equal numbers of operators if it is unknown"
                    + " (default: one for each pair of neighbouring cuts).")
    private Optional<Integer> parts = Optional.empty();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private IsolationOptions isolation = new IsolationOptions();

    @Mixin
    private CutChoice cuts = new CutChoice();

    @Mixin
    private InputOptions inputs = new InputOptions();

    @Override
    public Integer call() throws IOException {
        if (parts.orElse(1) < 1) {
            throw new ParameterException(spec.commandLine(), "--parts takes 1 or more, found " + parts.get());
        }
        try (OnnxModel opened = reading.open(model, isolation)) {
            ModelCosts costs = opened.costs(opened.shapes(inputs.shapes()));
            Cuts found = cuts.of(opened, costs);
            write(ModelReport.of(opened, costs, found, partition(costs, found)).as(format));
        }
        return Main.DONE;
    }

    private Partition partition(ModelCosts costs, Cuts found) {
        if (parts.isEmpty()) {
            return Partitioner.everyCut().partition(found);
        }
        boolean known = costs.characteristics().flops().isPresent();
        OperatorCosts balanced = known ? costs.flops() : OperatorCosts.count();
        return Partitioner.balanced(parts.get(), balanced).partition(found);
    }

    /** Writes the picture. The file appears whole or not at all. */
    private void write(String picture) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (file.isEmpty()) {
            out.print(picture);
            out.flush();
            return;
        }
        WholeFile.write(file.get(), picture);
        spec.commandLine().getErr().println("pepper: written to " + file.get());
    }
}
