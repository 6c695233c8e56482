package io.pepper.bench;

import io.pepper.cluster.DeviceState;
import io.pepper.model.ProgressListener;
import io.pepper.predict.CalibratedPredictor;
import io.pepper.predict.CrossValidation.Folds;
import io.pepper.predict.DeviceCalibration;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyRecord;
import io.pepper.predict.LatencyTrainer;
import io.pepper.predict.TrainingOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;

/**
 * A program that makes the starter predictors again: one for each device of a data set of boards, and one of the machine of a
 * campaign.
 */
public final class StarterFiles {
    private static final String MACHINE = "x86-64";
    private static final String INSTRUCTION_SET = "x86_64";

    /** Half of the usual number of trees: half of the bytes, and hardly less accurate. */
    private static final TrainingOptions SMALL = TrainingOptions.EXTENDED.withTrees(100, 6, 0.05);

    private StarterFiles() {}

    /**
     * Writes the predictors.
     *
     * @param args the data set of the boards, the data set of the campaign, and the directory for the predictors
     * @throws IOException if a data set cannot be read, or a predictor cannot be written
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            throw new IllegalArgumentException(
                    "three arguments are needed: the data set of boards, that of the campaign, and a directory");
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path directory = Files.createDirectories(Path.of(args[2]));
        boards(LatencyDataset.read(Path.of(args[0])), directory, out);
        machine(LatencyDataset.read(Path.of(args[1])), directory, out);
    }

    private static void boards(LatencyDataset data, Path directory, PrintStream out) throws IOException {
        Map<String, List<LatencyRecord>> boards =
                data.group(entry -> entry.device().device());
        for (Map.Entry<String, List<LatencyRecord>> board : boards.entrySet()) {
            CalibratedPredictor predictor = DeviceCalibration.of(List.of(), LatencyDataset.of(board.getValue()))
                    .predictor();
            Path file = directory.resolve(board.getKey() + ".predictor");
            predictor.save(file);
            out.println(file + ": " + predictor);
        }
    }

    /** Trains on the campaign, whose machine stands for its instruction set. */
    private static void machine(LatencyDataset data, Path directory, PrintStream out) throws IOException {
        LatencyDataset campaign = LatencyDataset.of(
                data.records().stream().map(StarterFiles::renamed).toList());
        LatencyTrainer trained = LatencyTrainer.train(campaign, SMALL, ProgressListener.NONE);
        Path plain = Files.createTempFile(MACHINE, ".predictor");
        Path file = directory.resolve(MACHINE + ".predictor.gz");
        try {
            trained.predictor().save(plain);
            try (OutputStream to = new GZIPOutputStream(Files.newOutputStream(file))) {
                Files.copy(plain, to);
            }
        } finally {
            Files.delete(plain);
        }
        out.println(
                file + ": " + trained.predictor() + ", " + Files.size(file) + " bytes, median error on unseen models "
                        + Objects.requireNonNull(trained.validations().get(Folds.MODELS))
                                .accuracy()
                                .medianApe());
    }

    private static LatencyRecord renamed(LatencyRecord entry) {
        DeviceState state = entry.device().toBuilder()
                .device(MACHINE)
                .platform(entry.device().platform().withKind(MACHINE).withInstructionSet(INSTRUCTION_SET))
                .build();
        return entry.toBuilder().device(state).build();
    }
}
