package io.pepper.measure;

import io.pepper.measure.TimerService.Question;
import io.pepper.measure.TimerService.Task;
import io.pepper.measure.TimerService.Told;
import io.pepper.model.Isolation;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.internal.isolate.IsolatedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A timer whose model a child process opens and runs. Not thread-safe. */
final class IsolatedTimer implements TimedModel {
    private final IsolatedProcess<Question, Told> child;
    private final Path file;
    private final TimingOptions options;

    private IsolatedTimer(IsolatedProcess<Question, Told> child, Path file, TimingOptions options) {
        this.child = child;
        this.file = file;
        this.options = options;
    }

    /** Opens a model in a child process and runs it once. */
    static IsolatedTimer open(Path file, TimingOptions options, Isolation isolation) throws IOException {
        IsolatedTimer timer = start(file, options, isolation);
        try {
            timer.ask(Task.OPEN, 0, ProgressListener.NONE);
            return timer;
        } catch (IOException | RuntimeException failed) {
            timer.close();
            throw failed;
        }
    }

    /** Times each operator in a child process. */
    static List<ModelTiming.OperatorTiming> operators(
            Path file, TimingOptions options, Isolation isolation, int runs, ProgressListener progress)
            throws IOException {
        try (IsolatedTimer timer = start(file, options, isolation)) {
            return timer.ask(Task.OPERATORS, runs, progress).operators();
        }
    }

    /** Runs a model once in a child process, which writes its tensors. */
    static List<String> tensors(Path file, TimingOptions options, Isolation isolation, Path directory)
            throws IOException {
        try (IsolatedTimer timer = start(file, options, isolation)) {
            Question question =
                    new Question(Task.TENSORS, file, timer.options, 0, Optional.of(directory.toAbsolutePath()));
            return timer.child.ask(question, ProgressListener.NONE).tensors();
        }
    }

    private static IsolatedTimer start(Path file, TimingOptions options, Isolation isolation) throws IOException {
        // The child runs the model in its own process.
        Map<String, Path> inputs = new TreeMap<>(options.inputs());
        inputs.replaceAll((name, values) -> values.toAbsolutePath());
        TimingOptions there = options.withIsolation(Optional.empty()).withInputs(inputs);
        return new IsolatedTimer(
                IsolatedProcess.start(file.toString(), isolation, TimerService.class, Told.class), file, there);
    }

    private Told ask(Task task, int runs, ProgressListener progress) throws IOException {
        return child.ask(new Question(task, file, options, runs, Optional.empty()), progress);
    }

    @Override
    public ModelTiming measure() throws IOException {
        return ask(Task.MEASURE, 0, ProgressListener.NONE)
                .timing()
                .orElseThrow(() -> new IOException(file + ": the isolated process measured nothing"));
    }

    @Override
    public void close() throws IOException {
        child.close();
    }
}
