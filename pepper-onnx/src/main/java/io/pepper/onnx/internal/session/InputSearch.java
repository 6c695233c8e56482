package io.pepper.onnx.internal.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A search by trial for sizes and values on which the whole model runs. */
public final class InputSearch {
    /** Number of combinations of sizes with which other values than the suggested ones are tried. */
    private static final int SIZES = 4;

    private final OrtSession session;
    private final List<InputSpec> specs;
    private final InputGenerator generator;
    private final List<PlannedInput> plan;
    private final Draw found;

    private InputSearch(
            OrtSession session, List<InputSpec> specs, InputGenerator generator, List<PlannedInput> plan, Draw found) {
        this.session = session;
        this.specs = specs;
        this.generator = generator;
        this.plan = plan;
        this.found = found;
    }

    /**
     * Finds sizes and the values of the first trial.
     *
     * @param session the model, open
     * @param whole the model
     * @param options the user's choices
     * @return the result; the session must stay open while it is used
     * @throws CannotRunException if nothing was found
     * @throws IllegalArgumentException if the user names inputs that do not exist
     * @throws IOException if the model cannot be read, or the thread was interrupted
     */
    public static InputSearch find(OrtSession session, WholeModel whole, InputChoice options) throws IOException {
        List<InputSpec> specs = InputSpec.of(session, whole);
        checkNames(specs, options);
        var generator = new InputGenerator(options.seed(), options.inputs());
        List<List<PlannedInput>> all = Sizes.of(specs, options);
        List<List<PlannedInput>> plans = all.stream()
                .filter(plan -> plan.stream().allMatch(PlannedInput::isSmall))
                .toList();
        var advice = new InputAdvice(specs);
        if (plans.isEmpty()) {
            throw new CannotRunException(advice.tooLarge(all));
        }
        for (int attempt = 0; attempt < Draw.ATTEMPTS; attempt++) {
            // All sizes with the suggested values, then other values with the first few sizes.
            List<List<PlannedInput>> sizes = attempt == 0 ? plans : plans.subList(0, Math.min(SIZES, plans.size()));
            for (List<PlannedInput> plan : sizes) {
                InputSearch search = new InputSearch(session, specs, generator, plan, Draw.of(0, attempt));
                Optional<OrtException> refusal = search.tryOut(search.found);
                if (refusal.isEmpty()) {
                    return search;
                }
                advice.add(plan, refusal.get());
            }
        }
        throw advice.refused("");
    }

    /**
     * Returns the inputs.
     *
     * @return the inputs, with sizes with which the model ran
     */
    public List<PlannedInput> plan() {
        return plan;
    }

    /**
     * Creates the values of the first trial.
     *
     * @return tensors by name on which the model ran, which the caller closes
     * @throws OrtException if ONNX Runtime refuses one
     */
    public Map<String, OnnxTensor> values() throws OrtException {
        return generator.create(plan, found);
    }

    /**
     * Creates values of a trial on which the model runs.
     *
     * @param trial the trial, from 0
     * @return tensors by name, which the caller closes
     * @throws CannotRunException if none were found
     * @throws IOException if the thread was interrupted
     * @throws OrtException if ONNX Runtime refuses one
     */
    public Map<String, OnnxTensor> values(int trial) throws IOException, OrtException {
        if (trial == found.trial()) {
            return values();
        }
        var advice = new InputAdvice(specs);
        for (Draw draw : found.attempts(trial)) {
            Optional<OrtException> refusal = tryOut(draw);
            if (refusal.isEmpty()) {
                return generator.create(plan, draw);
            }
            advice.add(plan, refusal.get());
        }
        throw advice.refused(" in trial " + (trial + 1));
    }

    /** Returns why the model does not run on these values; empty if it does. */
    private Optional<OrtException> tryOut(Draw draw) throws IOException {
        Sessions.checkInterrupt();
        try {
            Map<String, OnnxTensor> inputs = generator.create(plan, draw);
            try {
                session.run(inputs).close();
                return Optional.empty();
            } finally {
                inputs.values().forEach(OnnxTensor::close);
            }
        } catch (OrtException refused) {
            return Optional.of(refused);
        }
    }

    private static void checkNames(List<InputSpec> specs, InputChoice options) {
        var names = new TreeSet<String>();
        var symbols = new TreeSet<String>();
        specs.forEach(spec -> {
            names.add(spec.name());
            spec.symbols().stream().filter(symbol -> !symbol.isEmpty()).forEach(symbols::add);
        });
        check("input", names, options.inputs().keySet());
        check("input", names, options.shapes().keySet());
        check("dimension", symbols, options.dimensions().keySet());
    }

    private static void check(String what, Set<String> known, Iterable<String> given) {
        for (String name : given) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("the model has no " + what + " " + name + ", only " + known);
            }
        }
    }
}
