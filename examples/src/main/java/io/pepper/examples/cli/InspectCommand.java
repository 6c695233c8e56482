package io.pepper.examples.cli;

import io.pepper.onnx.OnnxModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a model is made of and where it can be cut. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Says what a model is made of, and at which single tensors it can be cut.")
final class InspectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
    private Path model = Path.of("");

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (OnnxModel opened = OnnxModel.load(model)) {
            if (output.json) {
                out.println(Json.print(Json.model(opened, model)));
            } else {
                Report.model(opened, out);
            }
        }
        return Main.DONE;
    }
}
