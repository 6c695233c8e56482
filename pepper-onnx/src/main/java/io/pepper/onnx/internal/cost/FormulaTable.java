package io.pepper.onnx.internal.cost;

import io.pepper.workload.KernelFamily;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A table of formulas with their documentation. */
final class FormulaTable {
    static final String ONNX = "";
    static final String MICROSOFT = "com.microsoft";
    static final String ML = "ai.onnx.ml";

    /** Parts of the names of operators that compute with integers. */
    private static final List<String> QUANTIZED =
            List.of("Integer", "QLinear", "QGemm", "NBits", "DynamicQuantize", "QAttention", "Bnb4", "QMoE");

    /** A formula, whether its operator is cheap, its family, and its documentation. */
    record Entry(Formula formula, boolean cheap, KernelFamily family, OperatorFormulas.Description description) {}

    /** Operators that only change the shape of their input, or return information about it. */
    static final Set<String> VIEWS =
            Set.of("Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity", "Shape", "Size", "Dropout");

    /** Operators whose family differs from that of the formulas beside theirs. */
    private static final Map<String, KernelFamily> OWN = own();

    private static Map<String, KernelFamily> own() {
        Map<String, KernelFamily> own = new HashMap<>();
        put(own, KernelFamily.EXPONENTIAL, "Exp Softplus Elu Selu Celu");
        put(own, KernelFamily.SIGMOID, "Sigmoid Tanh FastGelu QuickGelu Mish");
        put(own, KernelFamily.ERROR_FUNCTION, "Erf Gelu BiasGelu");
        put(
                own,
                KernelFamily.TRANSCENDENTAL,
                "Sqrt Reciprocal Log Pow Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh");
        String layers = "LayerNormalization InstanceNormalization GroupNormalization MeanVarianceNormalization"
                + " RMSNormalization SimplifiedLayerNormalization SkipSimplifiedLayerNormalization SkipLayerNormalization"
                + " EmbedLayerNormalization";
        put(own, KernelFamily.LAYER_NORMALIZATION, layers);
        VIEWS.forEach(type -> own.put(type, KernelFamily.VIEW));
        own.put("GatherBlockQuantized", KernelFamily.QUANTIZATION);
        own.put("Concat", KernelFamily.CONCATENATION);
        own.put("Split", KernelFamily.COPY);
        own.put("Slice", KernelFamily.COPY);
        own.put("Pad", KernelFamily.PADDING);
        own.put("Cast", KernelFamily.ELEMENTWISE);
        own.put("LRN", KernelFamily.LOCAL_NORMALIZATION);
        own.put("Transpose", KernelFamily.TRANSPOSITION);
        return own;
    }

    private static void put(Map<String, KernelFamily> own, KernelFamily family, String types) {
        for (String type : types.split(" ", -1)) {
            own.put(type, family);
        }
    }

    private final Map<String, Entry> entries = new TreeMap<>();
    private KernelFamily family = KernelFamily.MOVEMENT;

    /** Sets the family of the following operators, except for those on integers. */
    FormulaTable of(KernelFamily next) {
        family = next;
        return this;
    }

    private KernelFamily family(String type) {
        if (type.endsWith("izeLinear")) {
            return KernelFamily.QUANTIZATION;
        }
        KernelFamily own = OWN.get(type);
        if (own != null) {
            return own;
        }
        return QUANTIZED.stream().anyMatch(type::contains) ? KernelFamily.QUANTIZED : family;
    }

    static String key(String domain, String type) {
        return domain + "\n" + type;
    }

    /** Adds operators that are as costly as products. */
    void products(String domain, String text, String source, Formula formula, String... types) {
        add(domain, text, source, formula, false, types);
    }

    /** Adds operators that are cheap enough to be computed twice. */
    void cheap(String domain, String text, String source, Formula formula, String... types) {
        add(domain, text, source, formula, true, types);
    }

    private void add(String domain, String text, String source, Formula formula, boolean cheap, String... types) {
        for (String type : types) {
            OperatorFormulas.Description description = new OperatorFormulas.Description(domain, type, text, source);
            Entry other = entries.put(key(domain, type), new Entry(formula, cheap, family(type), description));
            if (other != null) {
                throw new IllegalStateException(domain + " " + type + " has two formulas");
            }
        }
    }

    Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    List<OperatorFormulas.Description> descriptions() {
        return new ArrayList<>(entries.values().stream().map(Entry::description).toList());
    }
}
