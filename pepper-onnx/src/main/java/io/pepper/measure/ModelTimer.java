package io.pepper.measure;

import io.pepper.model.ProgressListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Times a model or a part of one on this machine, through ONNX Runtime: opened once, measured as often as wanted. Inputs are
 * random with a seed; their values matter little to how long most models take. Not thread-safe: one timer, one thread. To stop,
 * interrupt the thread.
 *
 * <p>With {@link TimingOptions#withIsolation} a child process opens and runs the model, for as long as the timer is open. A timer whose
 * child has ended fails at each further measurement.
 *
 * <pre>{@code
 * try (ModelTimer timer = ModelTimer.open(Path.of("model.onnx"), TimingOptions.DEFAULTS)) {
 *     System.out.println(timer.measure().medianSeconds());
 * }
 * }</pre>
 */
public final class ModelTimer implements AutoCloseable {
    private final TimedModel model;

    private ModelTimer(TimedModel model) {
        this.model = model;
    }

    /**
     * Opens a model and runs it once.
     *
     * @param file the model's file
     * @param options how to time it
     * @return a timer, for the caller to close
     * @throws io.pepper.model.UnsupportedModelException if no inputs are found that the model runs on
     * @throws IllegalArgumentException if the options name inputs that the model does not have, or an execution provider that is
     *     not here
     * @throws io.pepper.model.IsolatedRunException if ONNX Runtime crashes or goes beyond a limit, in a child process
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if the file cannot be read, is no model, or ONNX Runtime refuses it
     */
    public static ModelTimer open(Path file, TimingOptions options) throws IOException {
        return new ModelTimer(
                options.isolation().isPresent()
                        ? IsolatedTimer.open(file, options, options.isolation().get())
                        : LocalTimer.open(file, options));
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
     * @throws io.pepper.model.IsolatedRunException if ONNX Runtime crashes or goes beyond a limit, in a child process
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if a run fails
     */
    public ModelTiming measure() throws IOException {
        return model.measure();
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
        return options.isolation().isPresent()
                ? IsolatedTimer.operators(file, options, options.isolation().get(), runs, progress)
                : LocalTimer.operators(file, options, runs, progress);
    }

    @Override
    public void close() throws IOException {
        model.close();
    }
}
