package io.pepper.examples.cli;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.model.ProgressListener;
import io.pepper.plan.CostModel;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.MeasuredPredictor;
import io.pepper.predict.RooflinePredictor;
import io.pepper.workload.DevicePredictors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the source of times, of which one is given. */
final class Times {
    @Option(
            names = "--predictor",
            paramLabel = "[NAME=]FILE",
            description = "A predictor written by train; with NAME=, for the device of this name, for devices that"
                    + " name this predictor, or for devices of this kind. May be repeated.")
    private List<String> predictors = List.of();

    @Option(
            names = "--measured",
            paramLabel = "FILE",
            description = "A data set with measurements of exactly these pieces.")
    private @Nullable Path measured;

    @Option(
            names = "--table",
            paramLabel = "FILE",
            description = "File with a table of costs, for instance of measurements made elsewhere, in YAML or JSON.")
    private @Nullable Path table;

    @Option(
            names = "--roofline",
            description = "A roofline of this machine, measured in some seconds, for a rough estimate.")
    private boolean roofline;

    /** Uses predictors if no source of times is given. */
    void orElse(List<String> words) {
        if (predictors.isEmpty() && measured == null && table == null && !roofline) {
            predictors = words;
        }
    }

    Optional<Path> table() {
        return Optional.ofNullable(table);
    }

    boolean areMeasured() {
        return measured != null;
    }

    boolean areKnown() {
        return measured != null || roofline || !predictors.isEmpty();
    }

    /** Returns the times of a cluster's devices. */
    CostModel model(Cluster cluster, PredictorOptions files, ProgressListener progress) throws IOException {
        if (measured != null) {
            return measured(cluster, MeasuredPredictor.of(LatencyDataset.read(measured)));
        }
        return CostModel.of(
                cluster,
                roofline ? RooflinePredictor.calibrate(progress) : Starters.stated(cluster, files.load(predictors)));
    }

    /**
     * Returns a cost model in which each device uses its own measurements, or those of another device that its
     * predictor names.
     */
    static CostModel measured(Cluster cluster, MeasuredPredictor measured) {
        DevicePredictors predictors = DevicePredictors.of(measured);
        for (Device device : cluster.devices()) {
            Optional<String> other =
                    device.predictor().filter(name -> measured.devices().contains(name));
            if (other.isPresent()) {
                predictors = predictors.withPredictor(
                        device.name(), measured.on(other.get()), "the measurements of " + other.get());
            }
        }
        return CostModel.of(cluster, predictors);
    }

    /** Returns a description of the source, for people. */
    @Override
    public String toString() {
        if (measured != null) {
            return "measured: " + measured.getFileName();
        }
        if (table != null) {
            return "table: " + table.getFileName();
        }
        return roofline ? "roofline of this machine" : String.join(", ", predictors);
    }
}
