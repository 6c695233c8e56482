package io.pepper.examples.cli;

import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.PartitionManifest;
import io.pepper.onnx.SplitVerifier;
import io.pepper.onnx.SubmodelExporter;
import io.pepper.onnx.Verification;
import io.pepper.partition.Partitioner;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job on a real model that comes with the command. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Cuts a real text recogniser (PP-OCRv4: convolutions and attention, 860 operators) in three and proves that the parts "
                        + "compute what the whole computes.")
final class DemoCommand implements Callable<Integer> {
    private static final String MODEL = "ch_PP-OCRv4_rec_infer.onnx";
    private static final int PARTS = 3;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            defaultValue = "pepper-demo",
            description = "Where the model and its parts go (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("");

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Files.createDirectories(directory);
        Path file = directory.resolve(MODEL);
        try (InputStream packaged = DemoCommand.class.getResourceAsStream("/models/" + MODEL)) {
            if (packaged == null) {
                throw new FileNotFoundException("the model /models/" + MODEL + " is not on the class path");
            }
            Files.copy(packaged, file, StandardCopyOption.REPLACE_EXISTING);
        }
        Path parts = directory.resolve("parts");
        try (OnnxModel model = OnnxModel.load(file)) {
            Report.summary(model, out);
            var partition = Partitioner.balanced(PARTS, model.weights()).partition(model.cuts());
            PartitionManifest manifest = SubmodelExporter.export(model, partition, parts);
            Report.parts(manifest, parts, out);
            Verification verification = SplitVerifier.verify(model, parts);
            Report.verification(verification, out);
            out.println();
            out.println("Look at " + parts + ", or try:");
            out.println("  examples/pepper inspect " + file);
            out.println(
                    "  examples/pepper split " + file + " --parts 2 --out " + directory.resolve("two") + " --verify");
            return verification.passed() ? Main.DONE : Main.DIFFERENT;
        }
    }
}
