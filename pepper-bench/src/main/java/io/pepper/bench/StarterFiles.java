package io.pepper.bench;

import io.pepper.predict.CalibratedPredictor;
import io.pepper.predict.DeviceCalibration;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyRecord;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A program that calibrates the starter predictors again, one for each device of a data set. */
public final class StarterFiles {
    private StarterFiles() {}

    /**
     * Writes the predictors.
     *
     * @param args the data set of the boards, and the directory for the predictors
     * @throws IOException if the data set cannot be read, or a predictor cannot be written
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("two arguments are needed: the data set, and a directory");
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path directory = Files.createDirectories(Path.of(args[1]));
        LatencyDataset data = LatencyDataset.read(Path.of(args[0]));
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
}
