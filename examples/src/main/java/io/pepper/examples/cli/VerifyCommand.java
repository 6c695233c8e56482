package io.pepper.examples.cli;

import ai.onnxruntime.OnnxTensor;
import io.pepper.export.SplitVerifier;
import io.pepper.export.Verification;
import io.pepper.generation.GenerationOptions;
import io.pepper.generation.GenerationVerification;
import io.pepper.model.OptimizationLevel;
import io.pepper.onnx.OnnxModel;
import io.pepper.session.PipelineOptions;
import io.pepper.session.SessionOptions;
import io.pepper.session.StageOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code verify} command: verifies that parts compute the same as the whole model. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Runs a model and its parts on the same inputs and compares the outputs bit by bit.")
final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "MODEL", description = "The whole model, an ONNX file.")
    private Path model = Path.of("");

    @Parameters(index = "1", paramLabel = "DIR", description = "The directory with the parts and partition.json.")
    private Path directory = Path.of("");

    @Option(
            names = "--generate",
            paramLabel = "N",
            description =
                    "Compare the logits and tokens of N steps of a text generator, each from the caches of the one"
                            + " before.")
    private Optional<Integer> generate = Optional.empty();

    @Mixin
    private PromptOptions prompt = new PromptOptions();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private IsolationOptions isolation = new IsolationOptions();

    @Mixin
    private InputOptions inputs = new InputOptions();

    @Mixin
    private GivenInputs given = new GivenInputs();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr());
        try (OnnxModel opened = reading.open(model, isolation)) {
            if (generate.isPresent()) {
                return generation(opened, generate.get());
            }
            Verification verification = SplitVerifier.verify(
                    opened, directory, given.verification(inputs.verification(), opened.inputs()), progress);
            if (output.json) {
                out.println(Json.print(Json.verification(verification)));
            } else {
                ModelPrinter.verification(verification, out);
            }
            return Main.code(verification);
        }
    }

    /** Compares steps of a text generator, without optimisation, so that they can be identical. */
    private int generation(OnnxModel opened, int steps) throws IOException {
        StageOptions exact = StageOptions.DEFAULTS.withOptimization(OptimizationLevel.NONE);
        SessionOptions runtime =
                SessionOptions.DEFAULTS.withReading(reading.options()).withStages(exact);
        Map<String, OnnxTensor> context = ContextOptions.all(opened, directory, given, inputs.shapes());
        GenerationVerification found;
        try {
            found = GenerationVerification.of(
                    opened,
                    directory,
                    context,
                    prompt.first(),
                    steps,
                    GenerationOptions.DEFAULTS.withPipeline(PipelineOptions.DEFAULTS.withRuntime(runtime)));
        } finally {
            context.values().forEach(OnnxTensor::close);
        }
        GenerationPrinter.verification(found, output.json, spec.commandLine().getOut());
        return found.identical() ? Main.DONE : Main.DIFFERENT;
    }
}
