package io.pepper.runtime;

import io.pepper.onnx.ProgressListener;
import io.pepper.onnx.UnsupportedModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Times a model or a part of one on this machine, through ONNX Runtime: opened once, measured as often as wanted. Inputs are
 * random with a seed; their values matter little to how long most models take. Not thread-safe: one timer, one thread. To stop,
 * interrupt the thread.
 *
 * <pre>{@code
 * try (ModelTimer timer = ModelTimer.open(Path.of("model.onnx"), TimingOptions.DEFAULTS)) {
 *     System.out.println(timer.measure().medianSeconds());
 * }
 * }</pre>
 */
public final class ModelTimer implements AutoCloseable {
    private static final int LEAST_WARM_UP_RUNS = 2;

    /** The share of the budget that warming up may take besides. */
    private static final double WARM_UP_SHARE = 0.1;

    private final OpenModel model;
    private final TimingOptions options;
    private final OptionalLong peakMemoryBytes;

    private ModelTimer(OpenModel model, TimingOptions options, OptionalLong peakMemoryBytes) {
        this.model = model;
        this.options = options;
        this.peakMemoryBytes = peakMemoryBytes;
    }

    /**
     * Opens a model and runs it once.
     *
     * @param file the model's file
     * @param options how to time it
     * @return a timer, for the caller to close
     * @throws UnsupportedModelException if no inputs are found that the model runs on
     * @throws IllegalArgumentException if the options name inputs that the model does not have, or an execution provider that is
     *     not here
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if the file cannot be read, is no model, or ONNX Runtime refuses it
     */
    public static ModelTimer open(Path file, TimingOptions options) throws IOException {
        ProcessMemory memory = ProcessMemory.watch();
        OpenModel model = OpenModel.open(file, options, Optional.empty());
        return new ModelTimer(model, options, memory.peakGrowthBytes());
    }

    /**
     * Opens, measures and closes.
     *
     * @param file the model's file
     * @param options how to time it
     * @return how long it takes
     * @throws IOException as {@link #open} and {@link #measure} say
     */
    public static ModelTiming time(Path file, TimingOptions options) throws IOException {
        try (ModelTimer timer = open(file, options)) {
            return timer.measure();
        }
    }

    /**
     * Runs the model until the median is known precisely enough, the budget is spent, or there were enough runs; before, a tenth
     * of the budget to warm up.
     *
     * @return how long it takes
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if a run fails
     */
    public ModelTiming measure() throws IOException {
        double budget = options.budget().toNanos() * 1e-9;
        warmUp(budget * WARM_UP_SHARE);
        double[] seconds = new double[Math.min(options.mostRuns(), 64)];
        double spent = 0;
        int runs = 0;
        int check = options.leastRuns();
        while (runs == 0 || (runs < options.mostRuns() && spent < budget)) {
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
        for (int runs = 0; spent < budget || (runs < LEAST_WARM_UP_RUNS && spent < budget / WARM_UP_SHARE); runs++) {
            spent += model.run();
        }
    }

    /**
     * Times each operator by ONNX Runtime's profiler, which makes a run a few per cent slower. The sum of the medians is close to
     * the median of the whole where runs are long against what calling an operator takes.
     *
     * @param file the model's file
     * @param options how to open it; the budget and the precision do not matter
     * @param runs how often to run it, at least 1
     * @param progress hears of each run
     * @return one entry for each operator that ran, in the order in which they first ran
     * @throws IOException as {@link #open} and {@link #measure} say
     */
    public static List<OperatorTiming> operators(Path file, TimingOptions options, int runs, ProgressListener progress)
            throws IOException {
        if (runs < 1) {
            throw new IllegalArgumentException("runs " + runs + " is out of range");
        }
        Path directory = Files.createTempDirectory("pepper-profile-");
        try (OpenModel model = OpenModel.open(file, options, Optional.of(directory.resolve("profile")))) {
            for (int run = 0; run < runs; run++) {
                progress.progress("profiling " + file, run, runs);
                model.run();
            }
            return RuntimeProfile.read(model.endProfile(), runs);
        } finally {
            ModelFiles.delete(directory);
        }
    }

    @Override
    public void close() throws IOException {
        model.close();
    }
}
