package io.pepper.onnx.internal.session;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtException.OrtErrorCode;
import io.pepper.internal.text.Quantities;
import io.pepper.model.ElementType;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The explanation why a model ran on none of the inputs that were tried, and advice on what the user can give. It only
 * asks for sizes that are open and that ONNX Runtime's messages depend on.
 */
final class InputAdvice {
    /** Errors of ONNX Runtime, or its Java interface, for a model that runs on no inputs at all. */
    private static final Set<OrtErrorCode> HOPELESS = EnumSet.of(
            OrtErrorCode.ORT_NOT_IMPLEMENTED,
            OrtErrorCode.ORT_INVALID_GRAPH,
            OrtErrorCode.ORT_EP_FAIL,
            OrtErrorCode.ORT_JAVA_UNKNOWN);

    private final List<InputSpec> specs;
    private final Map<List<List<Long>>, String> messages = new HashMap<>();
    private @Nullable OrtException last;

    InputAdvice(List<InputSpec> specs) {
        this.specs = specs;
    }

    /** Records that the model did not run on inputs. */
    void add(List<PlannedInput> plan, OrtException refusal) {
        messages.putIfAbsent(plan.stream().map(PlannedInput::shape).toList(), String.valueOf(refusal.getMessage()));
        last = refusal;
    }

    /** Returns the exception after all inputs were tried. */
    CannotRunException refused(String when) {
        String lastMessage = last == null ? "" : "; ONNX Runtime's last message: " + last.getMessage();
        if (last != null && HOPELESS.contains(last.getCode())) {
            return new CannotRunException("found no inputs on which the model runs" + when + lastMessage, last);
        }
        Set<String> free = free();
        boolean sizesMatter = messages.size() < 2 || new HashSet<>(messages.values()).size() > 1;
        String advice = free.isEmpty() || !sizesMatter
                ? "give its inputs with withInput (on the command line: --input NAME=FILE)"
                : "give the size of " + free
                        + " with withDimension or withInputShape, or the inputs with withInput (on the"
                        + " command line: --dim, --shape, --input NAME=FILE)";
        return new CannotRunException(
                "found no inputs on which the model runs" + when + "; " + advice + lastMessage, last);
    }

    /**
     * Returns the message that no inputs are small enough to be created.
     *
     * @param plans all combinations of sizes
     */
    String tooLarge(List<List<PlannedInput>> plans) {
        PlannedInput input = plans.stream()
                .map(plan -> plan.stream()
                        .max(Comparator.comparingDouble(PlannedInput::count))
                        .orElseThrow())
                .min(Comparator.comparingDouble(PlannedInput::count))
                .orElseThrow();
        String bytes = ElementType.named(input.type())
                .filter(type -> type.bits() > 0)
                .map(type -> ", " + number(input.count() * type.bits() / Byte.SIZE) + " bytes")
                .orElse("");
        Set<String> open = specs.stream()
                .filter(spec -> spec.name().equals(input.name()) && fixed(spec) <= PlannedInput.MAX_ELEMENTS)
                .flatMap(spec -> labels(spec).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        return "input '" + input.name() + "' would have " + number(input.count()) + " elements" + bytes + " (shape "
                + input.shape() + "), and inputs of at most " + PlannedInput.MAX_ELEMENTS + " elements are made; "
                + (open.isEmpty()
                        ? "its fixed sizes alone are too many: export the model with smaller ones"
                        : "give a smaller size of " + open
                                + " with withDimension or withInputShape (on the command line: --dim, --shape)");
    }

    private Set<String> free() {
        return specs.stream().flatMap(spec -> labels(spec).stream()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> labels(InputSpec spec) {
        var labels = new TreeSet<String>();
        for (int axis = 0; axis < spec.shape().size(); axis++) {
            if (spec.isFree(axis)) {
                labels.add(spec.label(axis));
            }
        }
        return labels;
    }

    /** Returns the product of the fixed sizes of an input. */
    private static double fixed(InputSpec spec) {
        return spec.shape().stream()
                .filter(size -> size >= 0)
                .mapToDouble(Long::doubleValue)
                .reduce(1, (a, b) -> a * b);
    }

    private static String number(double value) {
        return value < 1e15 ? String.valueOf((long) value) : Quantities.number(value);
    }
}
