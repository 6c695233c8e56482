package io.pepper.onnx.internal.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds sizes with which the whole model runs, by trying. */
public final class InputSearch {
    private InputSearch() {}

    /**
     * Finds sizes.
     *
     * @param session the model, open
     * @param whole the model
     * @param options what the user decided
     * @return the inputs with sizes with which the model ran
     * @throws CannotRunException if no sizes were found
     * @throws IllegalArgumentException if the user speaks of inputs that are not there
     * @throws IOException if the model cannot be read, or the thread was interrupted
     */
    public static List<PlannedInput> find(OrtSession session, WholeModel whole, InputChoice options)
            throws IOException {
        List<InputSpec> specs = InputSpec.of(session, whole);
        checkNames(specs, options);
        var generator = new InputGenerator(options.seed(), options.inputs());
        OrtException last = null;
        for (List<PlannedInput> plan : Sizes.of(specs, options)) {
            Sessions.checkInterrupt();
            if (!plan.stream().allMatch(PlannedInput::isSmall)) {
                continue;
            }
            try {
                tryOut(session, generator.create(plan, 0));
                return plan;
            } catch (OrtException e) {
                last = e;
            }
        }
        throw new CannotRunException(message(specs, last), last);
    }

    private static void tryOut(OrtSession session, Map<String, OnnxTensor> inputs) throws OrtException {
        try {
            session.run(inputs).close();
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static void checkNames(List<InputSpec> specs, InputChoice options) {
        var names = new TreeSet<String>();
        var symbols = new TreeSet<String>();
        specs.forEach(spec -> {
            names.add(spec.name());
            symbols.addAll(spec.symbols());
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

    private static String message(List<InputSpec> specs, @Nullable OrtException last) {
        var free = new TreeSet<String>();
        for (InputSpec spec : specs) {
            for (int axis = 0; axis < spec.shape().size(); axis++) {
                if (spec.isFree(axis)) {
                    free.add(spec.label(axis));
                }
            }
        }
        String advice = free.isEmpty()
                ? "give its inputs with withInput"
                : "give the size of " + free + " with withDimension or withInputShape, or the inputs with withInput";
        return "found no inputs on which the model runs; " + advice + "; ONNX Runtime's last message: "
                + (last == null ? "none" : last.getMessage());
    }
}
