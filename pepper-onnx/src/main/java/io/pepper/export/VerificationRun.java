package io.pepper.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.export.internal.ChainPart;
import io.pepper.export.internal.Difference;
import io.pepper.export.internal.Snapshot;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.ProgressListener;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.model.OpeningWork;
import io.pepper.onnx.internal.session.CannotRunException;
import io.pepper.onnx.internal.session.InputChoice;
import io.pepper.onnx.internal.session.InputSearch;
import io.pepper.onnx.internal.session.ModelSource;
import io.pepper.onnx.internal.session.PlannedInput;
import io.pepper.onnx.internal.session.SessionSettings;
import io.pepper.onnx.internal.session.Sessions;
import io.pepper.onnx.internal.session.StoredOutputs;
import io.pepper.onnx.internal.session.WholeModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * One verification: it runs the whole model and the chain of parts on the same inputs and compares their outputs.
 *
 * <p>The whole model runs twice on the first inputs, and more often where the parts differ. Outputs in which it does
 * not agree with itself, or which differ and depend on random numbers, are not compared. If the evidence is weak after
 * the requested trials, a few more sets of inputs are tried. The same options give the same inputs.
 */
final class VerificationRun implements AutoCloseable {
    /**
     * Number of times that the whole model runs again where the parts differ. A few random numbers may be equal twice
     * by chance.
     */
    private static final int RERUNS = 10;

    private static final int EXTRA_TRIALS = 3;
    private static final String CHANGES = "the whole model gives another result when it runs again on the same inputs";

    /** More than 1, so that mistakes along the batch axis show. */
    private static final long BATCH = 2;

    private final WholeModel whole;
    private final VerificationOptions options;
    private final ProgressListener progress;
    private final RandomOperators random;
    private final List<OrtSession> sessions = new ArrayList<>();
    private final Map<String, String> notComparable = new LinkedHashMap<>();
    private final Map<String, OutputTrack> tracks = new LinkedHashMap<>();

    private VerificationRun(WholeModel whole, VerificationOptions options, ProgressListener progress) {
        this.whole = whole;
        this.options = options;
        this.progress = progress;
        this.random = new RandomOperators(whole.skeleton());
        whole.outputs().forEach(output -> tracks.put(output, new OutputTrack(output, options)));
    }

    /**
     * Verifies a chain.
     *
     * @param whole the whole model
     * @param parts the parts in the order in which they run
     * @param options the options of the verification
     * @return the result
     * @throws IOException if ONNX Runtime cannot load or run a model, or the thread was interrupted
     * @throws UnsupportedModelException if no inputs are found on which the whole model runs, or the parts do not fit
     *     together
     * @throws IllegalArgumentException if the options do not fit the model's inputs
     */
    public static Verification run(WholeModel whole, List<ChainPart> parts, VerificationOptions options)
            throws IOException {
        return run(whole, parts, options, ProgressListener.NONE);
    }

    /**
     * Verifies a chain with a progress listener, in a child process if the options have one.
     *
     * @param whole the whole model
     * @param parts the parts in the order in which they run
     * @param options the options of the verification
     * @param progress receives each next step
     * @return the result
     * @throws io.pepper.model.IsolatedRunException if the child process ended without an answer
     * @throws IOException if ONNX Runtime cannot load or run a model, or the thread was interrupted
     * @throws UnsupportedModelException if no inputs are found on which the whole model runs, or the parts do not fit
     *     together
     * @throws IllegalArgumentException if the options do not fit the model's inputs
     */
    public static Verification run(
            WholeModel whole, List<ChainPart> parts, VerificationOptions options, ProgressListener progress)
            throws IOException {
        try {
            return options.isolation().isPresent()
                    ? IsolatedVerification.run(
                            whole, parts, options, options.isolation().get(), progress)
                    : here(whole, parts, options, progress);
        } catch (CannotRunException e) {
            throw new UnsupportedModelException(
                    whole.source().name(), "verification", String.valueOf(e.getMessage()), e);
        }
    }

    /** Verifies a chain in this process. */
    static Verification here(
            WholeModel whole, List<ChainPart> parts, VerificationOptions options, ProgressListener progress)
            throws IOException {
        try (var run = new VerificationRun(whole, options, progress)) {
            return run.verify(parts);
        } catch (OrtException e) {
            throw new IOException(whole.source().name() + ": " + e.getMessage(), e);
        }
    }

    private Verification verify(List<ChainPart> parts) throws IOException, OrtException {
        for (ChainPart part : parts) {
            Sessions.checkNames(part.inputs());
            Sessions.checkNames(part.outputs());
        }
        OpeningWork.refusal(whole.skeleton()).ifPresent(reason -> {
            throw new CannotRunException(reason);
        });
        progress.progress("loading " + whole.source().name(), 0, parts.size() + 1L);
        OrtSession session = open(whole.source());
        progress.progress("looking for inputs of " + whole.source().name(), 0, parts.size() + 1L);
        InputSearch search = InputSearch.find(session, whole, choice());
        List<String> names = search.plan().stream().map(PlannedInput::name).toList();
        var alone = new ChainRunner(
                List.of(new ChainRunner.Step(new ChainPart(whole.source(), names, whole.outputs()), session)),
                names,
                whole.outputs());
        var steps = new ArrayList<ChainRunner.Step>();
        for (ChainPart part : parts) {
            progress.progress("loading " + part.source().name(), steps.size() + 1L, parts.size() + 1L);
            steps.add(new ChainRunner.Step(part, open(part.source())));
        }
        var chain = new ChainRunner(steps, names, whole.outputs());
        boolean inputsChange = !options.inputs().keySet().containsAll(names);
        int trial = 0;
        while (trial < options.trials() || (isWeak(inputsChange) && trial < options.trials() + EXTRA_TRIALS)) {
            progress.progress("comparing on inputs " + (trial + 1), trial, options.trials());
            trial(alone, chain, search, trial);
            trial++;
        }
        return result(search.plan(), trial, inputsChange);
    }

    private InputChoice choice() {
        return new InputChoice(
                options.seed(), options.sizes().shapes(), options.sizes().dimensions(), options.inputs(), BATCH);
    }

    private SessionSettings settings() {
        return SessionSettings.of(options.threads(), options.optimization(), SessionSettings.CPU, false);
    }

    private OrtSession open(ModelSource source) throws IOException {
        Sessions.checkInterrupt();
        OrtSession session = Sessions.open(source, settings());
        sessions.add(session);
        return session;
    }

    private boolean isWeak(boolean inputsChange) {
        return inputsChange
                && tracks.entrySet().stream()
                        .filter(track -> !notComparable.containsKey(track.getKey()))
                        .anyMatch(track -> track.getValue().weakness(true).isPresent());
    }

    private void trial(ChainRunner alone, ChainRunner chain, InputSearch search, int trial)
            throws IOException, OrtException {
        Map<String, OnnxTensor> inputs = search.values(trial);
        try {
            Map<String, Snapshot> expected = snapshots(alone, inputs);
            Map<String, Snapshot> found = snapshots(chain, inputs);
            boolean differs = !differ(expected, found).isEmpty();
            int again = differs ? RERUNS : trial == 0 ? 1 : 0;
            for (int i = 0; i < again && (!differs || !differ(expected, found).isEmpty()); i++) {
                for (String output : differ(expected, snapshots(alone, inputs))) {
                    notComparable.put(output, CHANGES + in(output));
                }
            }
            for (String output : differ(expected, found)) {
                if (random.before(output).isPresent()) {
                    notComparable.put(output, "it depends on random numbers" + in(output));
                }
            }
            for (Map.Entry<String, Snapshot> output : expected.entrySet()) {
                track(output.getKey()).add(output.getValue(), get(found, output.getKey()));
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private OutputTrack track(String output) {
        return get(tracks, output);
    }

    private static <T> T get(Map<String, T> map, String name) {
        T value = map.get(name);
        if (value == null) {
            throw new IllegalStateException("no output " + name);
        }
        return value;
    }

    private static Map<String, Snapshot> snapshots(ChainRunner runner, Map<String, OnnxTensor> inputs)
            throws IOException, OrtException {
        Map<String, Snapshot> snapshots = new LinkedHashMap<>();
        try (StoredOutputs outputs = runner.run(inputs)) {
            for (Map.Entry<String, OnnxValue> output : outputs.values().entrySet()) {
                snapshots.put(output.getKey(), Snapshot.of(output.getValue()));
            }
        }
        return snapshots;
    }

    /** Returns the random operator that an output depends on, in parentheses; empty if there is none. */
    private String in(String output) {
        return random.before(output).map(operator -> " (" + operator + ")").orElse("");
    }

    /** Returns the comparable outputs that differ. */
    private List<String> differ(Map<String, Snapshot> first, Map<String, Snapshot> second) {
        return first.entrySet().stream()
                .filter(output -> !notComparable.containsKey(output.getKey()))
                .filter(output -> !Difference.of(output.getValue(), get(second, output.getKey()), 0, 0)
                        .identical())
                .map(Map.Entry::getKey)
                .toList();
    }

    private Verification result(List<PlannedInput> plan, int trials, boolean inputsChange) {
        boolean exact = options.optimization() == OptimizationLevel.NONE;
        List<String> warnings = new ArrayList<>();
        notComparable.forEach((output, why) -> warnings.add("not comparable: output " + output + ": " + why));
        List<Verification.OutputComparison> outputs = tracks.entrySet().stream()
                .map(track -> notComparable.containsKey(track.getKey())
                        ? track.getValue().notComparable()
                        : track.getValue().result(inputsChange, exact))
                .toList();
        for (Verification.OutputComparison output : outputs) {
            output.weakReason().ifPresent(why -> warnings.add("weak evidence: output " + output.output() + ": " + why));
        }
        return new Verification(
                outputs.stream().allMatch(Verification.OutputComparison::identical),
                outputs.stream().allMatch(Verification.OutputComparison::passed),
                notComparable.isEmpty(),
                largest(outputs, Verification.OutputComparison::maxAbsDiff),
                largest(outputs, Verification.OutputComparison::maxRelDiff),
                outputs,
                trials,
                options.seed(),
                options.optimization().name(),
                plan.stream()
                        .map(input -> new Verification.Input(input.name(), input.type(), input.shape()))
                        .toList(),
                warnings);
    }

    /** Returns the largest difference of the comparable outputs; empty if there are none among the outputs. */
    private static OptionalDouble largest(
            List<Verification.OutputComparison> outputs,
            Function<Verification.OutputComparison, OptionalDouble> difference) {
        return outputs.isEmpty()
                ? OptionalDouble.of(0)
                : outputs.stream()
                        .flatMapToDouble(output -> difference.apply(output).stream())
                        .max();
    }

    @Override
    public void close() throws OrtException {
        OrtException failure = null;
        for (OrtSession session : sessions) {
            try {
                session.close();
            } catch (OrtException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
