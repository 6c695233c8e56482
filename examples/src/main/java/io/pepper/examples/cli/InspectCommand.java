package io.pepper.examples.cli;

import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code inspect} command: prints the characteristics and cuts of a model. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Prints the characteristics, costs and cuts of a model.")
final class InspectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
    private Path model = Path.of("");

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private IsolationOptions isolation = new IsolationOptions();

    @Mixin
    private CutChoice cuts = new CutChoice();

    @Option(
            names = "--original",
            description = "Also print the bridges that the original PEPPER finds and would choose.")
    private boolean original;

    @Option(names = "--weights", description = "Also list the stored weights by shape, parameters and bytes.")
    private boolean weights;

    @Mixin
    private InputOptions inputs = new InputOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (OnnxModel opened = reading.open(model, isolation)) {
            ModelCosts costs = opened.costs(opened.shapes(inputs.shapes()));
            Inspection inspection =
                    new Inspection(opened, costs, cuts.of(opened, costs), cuts.recognized(opened), original, weights);
            if (output.json) {
                out.println(Json.print(InspectionJson.of(inspection, model)));
            } else {
                InspectionReport.print(inspection, out);
            }
        }
        return Main.DONE;
    }
}
