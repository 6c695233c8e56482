package io.pepper.measure;

import io.pepper.measure.internal.Quantiles;
import io.pepper.model.ProgressListener;
import io.pepper.session.TemporaryDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A timer whose model this process opens and runs. Not thread-safe. */
final class LocalTimer implements TimedModel {
    private static final int MIN_WARM_UP_RUNS = 2;

    /** Share of the budget that the warm-up may take in addition. */
    private static final double WARM_UP_SHARE = 0.1;

    private final OpenModel model;
    private final TimingOptions options;
    private final OptionalLong peakMemoryBytes;

    private LocalTimer(OpenModel model, TimingOptions options, OptionalLong peakMemoryBytes) {
        this.model = model;
        this.options = options;
        this.peakMemoryBytes = peakMemoryBytes;
    }

    /** Opens a model and runs it once. */
    static LocalTimer open(Path file, TimingOptions options) throws IOException {
        ProcessMemory memory = ProcessMemory.watch();
        OpenModel model = OpenModel.open(file, options, Optional.empty());
        return new LocalTimer(model, options, memory.peakGrowthBytes());
    }

    /** Times each operator. */
    static List<ModelTiming.OperatorTiming> operators(
            Path file, TimingOptions options, int runs, ProgressListener progress) throws IOException {
        try (TemporaryDirectory scratch = TemporaryDirectory.create("profile-");
                OpenModel model =
                        OpenModel.open(file, options, Optional.of(scratch.path().resolve("profile")))) {
            for (int run = 0; run < runs; run++) {
                progress.progress("profiling " + file, run, runs);
                model.run();
            }
            return RuntimeProfile.read(model.endProfile(), runs);
        }
    }

    /** Runs the model once, and writes its tensors. */
    static List<String> tensors(Path file, TimingOptions options, Path directory) throws IOException {
        try (OpenModel model = OpenModel.open(file, options, Optional.empty())) {
            return model.tensors(directory);
        }
    }

    @Override
    public ModelTiming measure() throws IOException {
        double budget = options.budget().toNanos() * 1e-9;
        warmUp(budget * WARM_UP_SHARE);
        double[] seconds = new double[Math.min(options.maxRuns(), 64)];
        double spent = 0;
        int runs = 0;
        int check = options.minRuns();
        while (runs == 0 || (runs < options.maxRuns() && spent < budget)) {
            if (runs == seconds.length) {
                seconds = Arrays.copyOf(seconds, 2 * runs);
            }
            seconds[runs] = model.run();
            spent += seconds[runs];
            runs++;
            if (runs == check) {
                if (Quantiles.of(Arrays.copyOf(seconds, runs)).medianUncertainty() <= options.precision()) {
                    break;
                }
                check = Math.max(runs + 1, runs * 5 / 4);
            }
        }
        return ModelTiming.of(Arrays.copyOf(seconds, runs), model.sessionSeconds(), peakMemoryBytes);
    }

    private void warmUp(double budget) throws IOException {
        double spent = 0;
        for (int runs = 0; spent < budget || (runs < MIN_WARM_UP_RUNS && spent < budget / WARM_UP_SHARE); runs++) {
            spent += model.run();
        }
    }

    @Override
    public void close() throws IOException {
        model.close();
    }
}
