package io.pepper.measure;

import io.pepper.model.ProgressListener;
import io.pepper.onnx.internal.isolate.IsolatedService;
import io.pepper.onnx.internal.session.NativeRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A service that times a model in a child process. */
final class TimerService implements IsolatedService<TimerService.Question, TimerService.Told> {
    private @Nullable ModelTimer timer;

    /** A task of the service. */
    public enum Task {
        /** Open the model. */
        OPEN,
        /** Measure the open model once. */
        MEASURE,
        /** Time its operators. */
        OPERATORS,
        /** Run it once and write its tensors. */
        TENSORS
    }

    /**
     * A task for a model.
     *
     * @param task the task
     * @param file the model's file
     * @param options the options of the timing
     * @param runs number of runs for timing its operators
     * @param directory the directory for its tensors; empty unless they are written
     */
    public record Question(Task task, Path file, TimingOptions options, int runs, Optional<Path> directory) {}

    /**
     * The result of a task.
     *
     * @param timing the timing of the model; empty unless it was measured
     * @param operators the timings of its operators; empty unless they were timed
     * @param tensors the names of its tensors, in the order of their files; empty unless they were written
     */
    public record Told(
            Optional<ModelTiming> timing, List<ModelTiming.OperatorTiming> operators, List<String> tensors) {}

    @Override
    public Class<Question> question() {
        return Question.class;
    }

    @Override
    public Told answer(Question question, ProgressListener progress) throws IOException {
        // The memory of the library itself does not belong to the model.
        NativeRuntime.environment();
        return switch (question.task()) {
            case OPEN -> {
                progress.progress("opening", 0, 1);
                timer = ModelTimer.open(question.file(), question.options());
                yield new Told(Optional.empty(), List.of(), List.of());
            }
            case MEASURE -> {
                progress.progress("measuring", 0, 1);
                yield new Told(Optional.of(measured()), List.of(), List.of());
            }
            case OPERATORS ->
                new Told(
                        Optional.empty(),
                        ModelTimer.operators(question.file(), question.options(), question.runs(), progress),
                        List.of());
            case TENSORS ->
                new Told(
                        Optional.empty(),
                        List.of(),
                        LocalTimer.tensors(
                                question.file(),
                                question.options(),
                                question.directory().orElseThrow()));
        };
    }

    private ModelTiming measured() throws IOException {
        if (timer == null) {
            throw new IllegalStateException("no model is open");
        }
        return timer.measure();
    }
}
