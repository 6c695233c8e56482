package io.pepper.onnx.internal.cost;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.onnx.internal.model.ModelGraph;
import java.util.BitSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which operators a runtime that optimises mostly computes together with the one before: what follows a convolution or product
 * element by element, and what an exporter has written of a layer normalisation or a GELU. A guess from the structure alone,
 * which costs no time; ONNX Runtime's graph optimisations are what it follows.
 */
public final class Fusion {
    private static final Set<String> ROOTS = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");
    private static final Set<String> FOLLOWERS = Set.of(
            "BatchNormalization",
            "Relu",
            "LeakyRelu",
            "Clip",
            "Sigmoid",
            "Tanh",
            "HardSigmoid",
            "Add",
            "Mul",
            "Sub",
            "Div");
    private static final Set<String> ALWAYS = Set.of("Dropout", "Identity");

    /** From the square root of a layer normalisation back to the mean. */
    private static final String[] NORMALIZATION = {"Add", "ReduceMean", "Pow", "Sub", "ReduceMean"};

    private final ModelGraph model;
    private final DataflowGraph graph;
    private final BitSet fused = new BitSet();

    private Fusion(ModelGraph model) {
        this.model = model;
        this.graph = model.dataflow();
    }

    /**
     * Looks at all operators, in O(operators + edges).
     *
     * @param model the model
     * @return the operators of its dataflow that are fused into others
     */
    public static BitSet of(ModelGraph model) {
        Fusion fusion = new Fusion(model);
        for (int operator = 0; operator < fusion.graph.operatorCount(); operator++) {
            fusion.look(operator);
        }
        return fusion.fused;
    }

    private String type(int operator) {
        return model.model().getGraph().getNode(model.node(operator)).getOpType();
    }

    private void look(int operator) {
        String type = type(operator);
        if (ALWAYS.contains(type) || (FOLLOWERS.contains(type) && follows(operator))) {
            fused.set(operator);
        } else if (type.equals("Sqrt")) {
            normalization(operator);
        } else if (type.equals("Erf")) {
            gelu(operator);
        }
    }

    /** Whether what it reads is made by a root, or by what is fused into one, for it alone. */
    private boolean follows(int operator) {
        Indices reads = graph.reads(operator);
        for (int i = 0; i < reads.size(); i++) {
            OptionalInt before = maker(reads.get(i));
            if (before.isPresent() && graph.readers(reads.get(i)).size() == 1) {
                int maker = before.getAsInt();
                if (ROOTS.contains(type(maker)) || (fused.get(maker) && FOLLOWERS.contains(type(maker)))) {
                    return true;
                }
            }
        }
        return false;
    }

    private OptionalInt maker(int tensor) {
        return graph.producer(tensor);
    }

    private OptionalInt before(int operator, String type) {
        return graph.reads(operator).stream()
                .mapToObj(this::maker)
                .filter(OptionalInt::isPresent)
                .mapToInt(OptionalInt::getAsInt)
                .filter(maker -> type(maker).equals(type))
                .findFirst();
    }

    private OptionalInt after(int operator, String type) {
        return graph.writes(operator).stream()
                .flatMap(tensor -> graph.readers(tensor).stream())
                .filter(reader -> type(reader).equals(type))
                .findFirst();
    }

    /** The last step, a sum, stays: it stands for the whole. */
    private void normalization(int root) {
        BitSet steps = new BitSet();
        steps.set(root);
        OptionalInt at = OptionalInt.of(root);
        for (String type : NORMALIZATION) {
            at = before(at.getAsInt(), type);
            if (at.isEmpty()) {
                return;
            }
            steps.set(at.getAsInt());
        }
        OptionalInt quotient = after(root, "Div");
        quotient.ifPresent(steps::set);
        if (quotient.isPresent()) {
            after(quotient.getAsInt(), "Mul").ifPresent(steps::set);
        }
        fused.or(steps);
    }

    /** The error function stays. */
    private void gelu(int erf) {
        before(erf, "Div").ifPresent(fused::set);
        before(erf, "Mul").ifPresent(fused::set);
        OptionalInt sum = after(erf, "Add");
        if (sum.isPresent()) {
            fused.set(sum.getAsInt());
            OptionalInt product = after(sum.getAsInt(), "Mul");
            product.ifPresent(fused::set);
            if (product.isPresent()) {
                after(product.getAsInt(), "Mul").ifPresent(fused::set);
            }
        }
    }
}
