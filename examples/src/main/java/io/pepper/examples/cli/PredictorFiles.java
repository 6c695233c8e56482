package io.pepper.examples.cli;

import io.pepper.predict.XgboostPredictor;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option for the kind of predictor files. */
final class PredictorFiles {
    @Option(
            names = "--xgboost",
            paramLabel = "TARGET",
            description = "The files of --predictor are models saved by XGBoost as JSON or UBJSON, which predict"
                    + " seconds or log_seconds.")
    private Optional<XgboostPredictor.Target> xgboost = Optional.empty();

    LatencyPredictor load(Path file) throws IOException {
        return xgboost.isPresent() ? XgboostPredictor.read(file, xgboost.get()) : Starters.load(file);
    }
}
