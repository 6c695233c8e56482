package io.pepper.examples.cli;

import io.pepper.onnx.ExportOptions;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.PartitionManifest;
import io.pepper.onnx.SplitVerifier;
import io.pepper.onnx.SubmodelExporter;
import io.pepper.onnx.Verification;
import io.pepper.onnx.VerificationOptions;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
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

/** Writes the parts of a model. */
@Command(
        name = "split",
        mixinStandardHelpOptions = true,
        description = "Cuts a model into parts, writes each as an ONNX file, and partition.json beside them.")
final class SplitCommand implements Callable<Integer> {
    /** What the parts may be balanced by. */
    enum Balance {
        OPERATORS,
        BYTES
    }

    /** Where to cut. */
    static final class Where {
        @Option(
                names = "--min-distance",
                paramLabel = "N",
                description =
                        "Cut where the shortest way from the last cut has more than N operators (the default, with N = "
                                + Partitioner.DEFAULT_MINIMUM_DISTANCE + ").")
        private Optional<Integer> minimumDistance = Optional.empty();

        @Option(names = "--parts", paramLabel = "K", description = "Cut into K parts, as equal as possible.")
        private Optional<Integer> parts = Optional.empty();

        @Option(names = "--at", paramLabel = "TENSOR", arity = "1..*", description = "Cut at these tensors.")
        private List<String> tensors = List.of();
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
    private Path model = Path.of("");

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The directory for the parts.")
    private Path directory = Path.of("");

    @ArgGroup
    private Where where = new Where();

    @Option(
            names = "--balance",
            paramLabel = "operators|bytes",
            description =
                    "What --parts makes equal: the number of operators (the default) or the bytes of the weights.")
    private Optional<Balance> balance = Optional.empty();

    @Option(names = "--verify", description = "Then prove that the parts compute what the whole computes.")
    private boolean verify;

    @Mixin
    private InputOptions inputs = new InputOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr());
        try (OnnxModel opened = OnnxModel.load(model)) {
            Partition partition = partitioner(opened).partition(opened.cuts());
            VerificationOptions verification = inputs.verification();
            PartitionManifest manifest =
                    SubmodelExporter.export(opened, partition, directory, ExportOptions.DEFAULT.withProgress(progress));
            Optional<Verification> verified = verify
                    ? Optional.of(SplitVerifier.verify(opened, directory, verification, progress))
                    : Optional.empty();
            print(manifest, verified);
            return verified.map(Verification::passed).orElse(true) ? Main.DONE : Main.DIFFERENT;
        }
    }

    private Partitioner partitioner(OnnxModel opened) {
        if (balance.isPresent() && where.parts.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--balance goes with --parts");
        }
        if (where.parts.orElse(1) < 1) {
            throw new ParameterException(spec.commandLine(), "--parts takes 1 or more, found " + where.parts.get());
        }
        if (where.minimumDistance.orElse(0) < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--min-distance takes 0 or more, found " + where.minimumDistance.get());
        }
        if (where.parts.isPresent()) {
            OperatorCosts costs =
                    balance.orElse(Balance.OPERATORS) == Balance.BYTES ? opened.weights() : OperatorCosts.count();
            return Partitioner.balanced(where.parts.get(), costs);
        }
        if (!where.tensors.isEmpty()) {
            return Partitioner.atTensors(where.tensors);
        }
        return Partitioner.minimumDistance(where.minimumDistance.orElse(Partitioner.DEFAULT_MINIMUM_DISTANCE));
    }

    private void print(PartitionManifest manifest, Optional<Verification> verified) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            out.println(Json.print(Json.split(model, directory, manifest, verified)));
        } else {
            Report.parts(manifest, directory, out);
            verified.ifPresent(verification -> Report.verification(verification, out));
        }
    }
}
