package io.pepper.examples.cli;

import io.pepper.cut.Cuts;
import io.pepper.examples.text.TokenizerFiles;
import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.Verification;
import io.pepper.export.VerificationOptions;
import io.pepper.export.WeightStorage;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.ChainPartitioner;
import io.pepper.partition.NoSuchPartitionException;
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

/** The {@code split} command: writes the parts of a model. */
@Command(
        name = "split",
        mixinStandardHelpOptions = true,
        description = "Cuts a model into parts, writes each as an ONNX file, and partition.json beside them.")
final class SplitCommand implements Callable<Integer> {
    /** The quantity by which parts are balanced. */
    enum Balance {
        OPERATORS,
        BYTES,
        FLOPS,
        TOKEN
    }

    /** The places of the cuts. */
    static final class Where {
        @Option(
                names = "--min-distance",
                paramLabel = "N",
                description =
                        "Cut where the shortest path from the last cut has more than N operators (the default, with N = "
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

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            required = true,
            description = "The directory for the parts.")
    private Path directory = Path.of("");

    @ArgGroup
    private Where where = new Where();

    @Option(
            names = "--balance",
            paramLabel = "operators|bytes|flops|token",
            description =
                    "Quantity that --parts balances: the number of operators, the bytes of weights, the arithmetic, or the"
                            + " bytes of weights and caches that a token of a text generator reads. The default is token"
                            + " for a text generator with caches, else operators.")
    private Optional<Balance> balance = Optional.empty();

    @Option(
            names = "--max-part-bytes",
            paramLabel = "N",
            description = "Limit each part to N bytes of weights; without --parts, make as few parts as possible.")
    private Optional<Long> maxPartBytes = Optional.empty();

    @Option(
            names = "--stage-ends",
            description =
                    "Cut only where the parts have exactly the kernels of the whole model, such as between the stages of a"
                            + " residual network: parts are faster, but less balanced.")
    private boolean stageEnds;

    @Option(
            names = "--weights",
            paramLabel = "inline|external|reference",
            description =
                    "Storage of weights: in the parts (the default), in a data file beside each, or in the model's files, so"
                            + " that nothing is copied; DIR must then be the model's directory or above it.")
    private WeightStorage weights = WeightStorage.INLINE;

    @Mixin
    private WritingOptions writing = new WritingOptions();

    @Mixin
    private ServingFiles serving = new ServingFiles();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private IsolationOptions isolation = new IsolationOptions();

    @Mixin
    private CutChoice cuts = new CutChoice();

    @Option(names = "--verify", description = "Then verify that the parts compute the same as the whole model.")
    private boolean verify;

    @Mixin
    private InputOptions inputs = new InputOptions();

    @Mixin
    private GivenInputs given = new GivenInputs();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr());
        try (OnnxModel opened = reading.open(model, isolation)) {
            checkOptions();
            ModelCosts costs = opened.costs(opened.shapes(inputs.shapes()));
            boolean balanced = where.parts.isPresent() || maxPartBytes.isPresent();
            Cuts all = stageEnds ? cuts.atStageEnds(opened, costs) : cuts.of(opened, costs);
            Cuts preferred = balanced && !stageEnds ? cuts.toRun(opened, costs, where.parts.orElse(1) - 1) : all;
            Partition partition = partition(opened, partitioner(opened, costs), preferred, all);
            VerificationOptions verification = given.verification(inputs.verification(), opened.inputs());
            ExportOptions options = writing.options().withProgress(progress).withWeights(weights);
            PartitionManifest manifest = SubmodelExporter.export(opened, partition, directory, options);
            Optional<Verification> verified = verify
                    ? Optional.of(SplitVerifier.verify(opened, directory, verification, progress))
                    : Optional.empty();
            serving.write(directory);
            print(manifest, verified, TokenizerFiles.copy(model, directory));
            return verified.map(Main::code).orElse(Main.DONE);
        }
    }

    /** Partitions at the preferred cuts; at all cuts if that is impossible. */
    private static Partition partition(OnnxModel opened, Partitioner partitioner, Cuts preferred, Cuts all) {
        try {
            return partitioner.partition(preferred);
        } catch (NoSuchPartitionException none) {
            try {
                return partitioner.partition(all);
            } catch (NoSuchPartitionException nowhere) {
                if (opened.undecidedIfs().isEmpty() && opened.closedFunctions().isEmpty()) {
                    throw nowhere;
                }
                throw new NoSuchPartitionException(nowhere.getMessage() + "; " + InspectionReport.advice(opened));
            }
        }
    }

    private void checkOptions() {
        boolean chained = where.parts.isPresent() || maxPartBytes.isPresent();
        if (balance.isPresent() && !chained) {
            throw new ParameterException(spec.commandLine(), "--balance goes with --parts or --max-part-bytes");
        }
        if (stageEnds && !where.tensors.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--stage-ends does not go with --at");
        }
        if (maxPartBytes.isPresent() && (where.minimumDistance.isPresent() || !where.tensors.isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(), "--max-part-bytes does not go with --min-distance or --at");
        }
        require("--parts", 1, where.parts.map(Integer::longValue));
        require("--min-distance", 0, where.minimumDistance.map(Integer::longValue));
        require("--max-part-bytes", 0, maxPartBytes);
    }

    private void require(String option, long least, Optional<Long> found) {
        if (found.orElse(least) < least) {
            throw new ParameterException(
                    spec.commandLine(), option + " takes " + least + " or more, found " + found.get());
        }
    }

    private Partitioner partitioner(OnnxModel opened, ModelCosts costs) {
        if (where.parts.isPresent() || maxPartBytes.isPresent()) {
            ChainPartitioner chain = Partitioner.chain().balancing(balanced(opened, costs));
            chain = where.parts.isPresent() ? chain.withParts(where.parts.get()) : chain;
            return maxPartBytes.isPresent()
                    ? chain.withLimit("bytes of weights", opened.weights(), maxPartBytes.get())
                    : chain;
        }
        if (!where.tensors.isEmpty()) {
            return Partitioner.atTensors(where.tensors);
        }
        return Partitioner.minimumDistance(where.minimumDistance.orElse(Partitioner.DEFAULT_MINIMUM_DISTANCE));
    }

    private OperatorCosts balanced(OnnxModel opened, ModelCosts costs) {
        boolean generator = !cuts.recognized(opened).caches().isEmpty();
        return switch (balance.orElse(generator ? Balance.TOKEN : Balance.OPERATORS)) {
            case OPERATORS -> OperatorCosts.count();
            case BYTES -> opened.weights();
            case FLOPS -> costs.flops();
            case TOKEN -> costs.bytesPerToken();
        };
    }

    private void print(PartitionManifest manifest, Optional<Verification> verified, List<String> copied) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            out.println(Json.print(Json.split(model, directory, manifest, verified)));
        } else {
            ModelPrinter.parts(manifest, directory, out);
            serving.print(out);
            if (!copied.isEmpty()) {
                out.println("Copied for --text: " + String.join(", ", copied));
            }
            verified.ifPresent(verification -> ModelPrinter.verification(verification, out));
        }
    }
}
