package io.pepper.measure;

import io.pepper.model.ProgressListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A timer of a model or a part on this machine, with ONNX Runtime. It opens the model once and measures it as often as
 * requested. Inputs are pseudo-random with a seed, unless {@link TimingOptions#withInputs} gives their values; these hardly
 * affect the time of most models. Not thread-safe: use each timer on one thread. To stop, interrupt the thread.
 *
 * <p>With {@link TimingOptions#withIsolation}, a child process opens and runs the model while the timer is open. If the
 * child has ended, each further measurement fails.
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
     * @param options the options of the timing
     * @return a timer, which the caller closes
     * @throws io.pepper.model.UnsupportedModelException if no inputs are found on which the model runs
     * @throws IllegalArgumentException if the options name inputs that the model does not have, or an execution
     *     provider that does not exist on this machine
     * @throws io.pepper.model.IsolatedRunException if ONNX Runtime crashes or exceeds a limit in a child process
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if the file cannot be read, is not a model, or ONNX Runtime refuses it
     */
    public static ModelTimer open(Path file, TimingOptions options) throws IOException {
        return new ModelTimer(
                options.isolation().isPresent()
                        ? IsolatedTimer.open(file, options, options.isolation().get())
                        : LocalTimer.open(file, options));
    }

    /**
     * Opens, measures and closes a model.
     *
     * @param file the model's file
     * @param options the options of the timing
     * @return the timing
     * @throws IOException see {@link #open} and {@link #measure}
     */
    public static ModelTiming time(Path file, TimingOptions options) throws IOException {
        try (ModelTimer timer = open(file, options)) {
            return timer.measure();
        }
    }

    /**
     * Measures the model: runs it until the median is precise enough, the budget is spent, or the maximum number of
     * runs is reached. The warm-up before takes up to a tenth of the budget.
     *
     * @return the timing
     * @throws io.pepper.model.IsolatedRunException if ONNX Runtime crashes or exceeds a limit in a child process
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if a run fails
     */
    public ModelTiming measure() throws IOException {
        return model.measure();
    }

    /**
     * Times each operator with ONNX Runtime's profiler, which slows a run down by a few per cent. The sum of the
     * medians is close to the median of the whole model if runs are long compared with the overhead of calling
     * operators.
     *
     * @param file the model's file
     * @param options the options of the timing; budget and precision are ignored
     * @param runs number of runs, at least 1
     * @param progress receives each run
     * @return an entry for each operator that ran, in the order of their first runs
     * @throws IOException see {@link #open} and {@link #measure}
     */
    public static List<ModelTiming.OperatorTiming> operators(
            Path file, TimingOptions options, int runs, ProgressListener progress) throws IOException {
        if (runs < 1) {
            throw new IllegalArgumentException("runs " + runs + " is out of range");
        }
        return options.isolation().isPresent()
                ? IsolatedTimer.operators(file, options, options.isolation().get(), runs, progress)
                : LocalTimer.operators(file, options, runs, progress);
    }

    /**
     * Runs a model once, and writes the values of its inputs and outputs, for instance as the inputs of a part that follows.
     *
     * @param file the model's file
     * @param options the options of the timing; only those of opening and of the inputs count
     * @param directory the directory of the files, which is created if needed
     * @return the files by the name of the tensor, inputs first; outputs that are not tensors are left out
     * @throws IOException if a file cannot be written; see {@link #open} and {@link #measure}
     */
    public static Map<String, Path> tensors(Path file, TimingOptions options, Path directory) throws IOException {
        List<String> names = options.isolation().isPresent()
                ? IsolatedTimer.tensors(file, options, options.isolation().get(), directory)
                : LocalTimer.tensors(file, options, directory);
        Map<String, Path> files = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            files.put(names.get(i), OpenModel.file(directory, i));
        }
        return files;
    }

    @Override
    public void close() throws IOException {
        model.close();
    }
}
