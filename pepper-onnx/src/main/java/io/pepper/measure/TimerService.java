package io.pepper.measure;

import io.pepper.model.ProgressListener;
import io.pepper.onnx.internal.isolate.IsolatedService;
import io.pepper.onnx.internal.session.NativeRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Times a model in a child process. */
final class TimerService implements IsolatedService<TimerService.Question, TimerService.Told> {
    private @Nullable ModelTimer timer;

    /** What to do. */
    public enum Task {
        /** Open the model. */
        OPEN,
        /** Measure the open model once. */
        MEASURE,
        /** Time its operators. */
        OPERATORS
    }

    /**
     * What to do with which model.
     *
     * @param task what to do
     * @param file the model's file
     * @param options how to time it
     * @param runs how often to run it to time its operators
     */
    public record Question(Task task, Path file, TimingOptions options, int runs) {}

    /**
     * What was measured.
     *
     * @param timing how long the model takes, once it was measured
     * @param operators how long its operators take, once they were timed
     */
    public record Told(Optional<ModelTiming> timing, List<OperatorTiming> operators) {}

    @Override
    public Class<Question> question() {
        return Question.class;
    }

    @Override
    public Told answer(Question question, ProgressListener progress) throws IOException {
        // The library itself is no part of the memory that a model takes.
        NativeRuntime.environment();
        return switch (question.task()) {
            case OPEN -> {
                progress.progress("opening", 0, 1);
                timer = ModelTimer.open(question.file(), question.options());
                yield new Told(Optional.empty(), List.of());
            }
            case MEASURE -> {
                progress.progress("measuring", 0, 1);
                yield new Told(Optional.of(measured()), List.of());
            }
            case OPERATORS ->
                new Told(
                        Optional.empty(),
                        ModelTimer.operators(question.file(), question.options(), question.runs(), progress));
        };
    }

    private ModelTiming measured() throws IOException {
        if (timer == null) {
            throw new IllegalStateException("no model is open");
        }
        return timer.measure();
    }
}
