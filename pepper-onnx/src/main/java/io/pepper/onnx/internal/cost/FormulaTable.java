package io.pepper.onnx.internal.cost;

import io.pepper.workload.OperatorFamily;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Collects formulas with what documents say of them. */
final class FormulaTable {
    static final String ONNX = "";
    static final String MICROSOFT = "com.microsoft";
    static final String ML = "ai.onnx.ml";

    /** Parts of the names of operators that compute with integers. */
    private static final List<String> QUANTIZED =
            List.of("Integer", "QLinear", "QGemm", "NBits", "DynamicQuantize", "QAttention");

    /** A formula, whether what it is of is cheap, and what that is like. */
    record Entry(Formula formula, boolean cheap, OperatorFamily family, OperatorFormulas.Description description) {}

    /** Operators whose output is their input under another shape, or says something of it only. */
    static final Set<String> VIEWS =
            Set.of("Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity", "Shape", "Size", "Dropout");

    /** Operators that are of another family than those whose formulas stand beside theirs. */
    private static final Map<String, OperatorFamily> OWN = own();

    private static Map<String, OperatorFamily> own() {
        Map<String, OperatorFamily> own = new HashMap<>();
        put(own, OperatorFamily.EXPONENTIAL, "Exp Softplus Elu Selu Celu");
        put(own, OperatorFamily.SIGMOID, "Sigmoid Tanh FastGelu QuickGelu Mish");
        put(own, OperatorFamily.ERROR_FUNCTION, "Erf Gelu BiasGelu");
        put(
                own,
                OperatorFamily.TRANSCENDENTAL,
                "Sqrt Reciprocal Log Pow Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh");
        String layers = "LayerNormalization InstanceNormalization GroupNormalization MeanVarianceNormalization"
                + " RMSNormalization SimplifiedLayerNormalization SkipSimplifiedLayerNormalization SkipLayerNormalization"
                + " EmbedLayerNormalization";
        put(own, OperatorFamily.LAYER_NORMALIZATION, layers);
        VIEWS.forEach(type -> own.put(type, OperatorFamily.VIEW));
        own.put("Concat", OperatorFamily.CONCATENATION);
        own.put("Split", OperatorFamily.COPY);
        own.put("Slice", OperatorFamily.COPY);
        own.put("Pad", OperatorFamily.PADDING);
        own.put("Cast", OperatorFamily.ELEMENTWISE);
        own.put("LRN", OperatorFamily.LOCAL_NORMALIZATION);
        own.put("Transpose", OperatorFamily.TRANSPOSITION);
        return own;
    }

    private static void put(Map<String, OperatorFamily> own, OperatorFamily family, String types) {
        for (String type : types.split(" ", -1)) {
            own.put(type, family);
        }
    }

    private final Map<String, Entry> entries = new TreeMap<>();
    private OperatorFamily family = OperatorFamily.MOVEMENT;

    /** What follows is of a family, but for operators on integers. */
    FormulaTable of(OperatorFamily next) {
        family = next;
        return this;
    }

    private OperatorFamily family(String type) {
        if (type.endsWith("izeLinear")) {
            return OperatorFamily.QUANTIZATION;
        }
        OperatorFamily own = OWN.get(type);
        if (own != null) {
            return own;
        }
        return QUANTIZED.stream().anyMatch(type::contains) ? OperatorFamily.QUANTIZED : family;
    }

    static String key(String domain, String type) {
        return domain + "\n" + type;
    }

    /** Operators that are as costly as products are. */
    void products(String domain, String text, String source, Formula formula, String... types) {
        add(domain, text, source, formula, false, types);
    }

    /** Operators that are cheap enough to be computed twice. */
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
