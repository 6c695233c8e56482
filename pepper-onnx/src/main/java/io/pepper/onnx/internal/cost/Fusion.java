package io.pepper.onnx.internal.cost;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.onnx.internal.model.ModelGraph;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Which operators runtimes compute together with another one. Recognised by structure alone: what stands right after a
 * convolution or a matrix product, a layer normalisation and an error function that are written out as several operators, a
 * product of integers that is scaled back to real numbers, and what costs no time. ONNX Runtime's graph optimisations are what
 * it follows.
 */
public final class Fusion {
    private static final Set<String> CONVOLUTIONS = Set.of("Conv", "ConvTranspose");
    private static final Set<String> PRODUCTS = Set.of("Gemm", "MatMul");
    private static final Set<String> INTEGER_PRODUCTS = Set.of("MatMulInteger");
    private static final Set<String> ACTIVATIONS =
            Set.of("Relu", "LeakyRelu", "Clip", "Sigmoid", "Tanh", "HardSigmoid");

    /** With a number for each channel they become part of the filter or the bias. */
    private static final Set<String> AFFINE = Set.of("Add", "Sub", "Mul", "Div");

    private static final Set<String> QUANTIZERS = Set.of("DynamicQuantizeLinear");
    private static final Set<String> SHAPED = Set.of("Reshape", "Expand");
    private static final Set<String> SHAPE_STEPS =
            Set.of("Shape", "Gather", "Unsqueeze", "Squeeze", "Concat", "Slice", "Cast", "Add", "Sub", "Mul", "Div");

    private static final String BATCH = "BatchNormalization";
    private static final Set<String> ALWAYS = Set.of("Dropout", "Identity");

    /** From the square root of a layer normalisation back to the mean. */
    private static final String[] NORMALIZATION = {"Add", "ReduceMean", "Pow", "Sub", "ReduceMean"};

    private final ModelGraph model;
    private final DataflowGraph graph;
    private final ToLongFunction<String> constantElements;
    private final int[] roots;

    private Fusion(ModelGraph model, ToLongFunction<String> constantElements) {
        this.model = model;
        this.graph = model.dataflow();
        this.constantElements = constantElements;
        roots = new int[graph.operatorCount()];
        Arrays.setAll(roots, operator -> operator);
    }

    /**
     * Looks at all operators, in O(operators + edges).
     *
     * @param model the model
     * @param constantElements how many elements a tensor has that is constant, 0 if it is not or that is not known
     * @return for each operator the one that it is computed together with, which is itself for most
     */
    public static int[] roots(ModelGraph model, ToLongFunction<String> constantElements) {
        Fusion fusion = new Fusion(model, constantElements);
        for (int operator = 0; operator < fusion.roots.length; operator++) { // in topological order
            fusion.look(operator);
        }
        for (int operator = fusion.roots.length - 1; operator >= 0; operator--) {
            fusion.lookAhead(operator);
        }
        return fusion.roots;
    }

    private String type(int operator) {
        return model.model().getGraph().getNode(model.node(operator)).getOpType();
    }

    private void look(int operator) {
        String type = type(operator);
        if (ALWAYS.contains(type)) {
            firstMaker(operator).ifPresent(maker -> roots[operator] = roots[maker]);
        } else if (type.equals("Sqrt")) {
            normalization(operator);
        } else if (type.equals("Erf")) {
            gelu(operator);
        } else if (roots[operator] == operator) {
            follow(operator, type);
        }
    }

    /** What only computes the shape for a reshaping joins that; what only quantises for one product, or scales it, joins that. */
    private void lookAhead(int operator) {
        int root = -1;
        Indices writes = graph.writes(operator);
        for (int i = 0; i < writes.size(); i++) {
            Indices readers = graph.readers(writes.get(i));
            for (int j = 0; j < readers.size(); j++) {
                int into = into(operator, writes.get(i), readers.get(j));
                if (into < 0 || (root >= 0 && root != into && QUANTIZERS.contains(type(operator)))) {
                    return;
                }
                root = into;
            }
        }
        if (root >= 0) {
            roots[operator] = root;
        }
    }

    /** What an operator joins if it makes a tensor for this reader alone; -1 for nothing. */
    private int into(int operator, int tensor, int reader) {
        if (QUANTIZERS.contains(type(operator))) {
            return INTEGER_PRODUCTS.contains(type(roots[reader])) ? roots[reader] : -1;
        }
        if (!SHAPE_STEPS.contains(type(operator))) {
            return -1;
        }
        if (SHAPED.contains(type(reader))) {
            NodeProto node = model.model().getGraph().getNode(model.node(reader));
            return node.getInputCount() > 1 && node.getInput(1).equals(graph.tensorName(tensor)) ? reader : -1;
        }
        return SHAPE_STEPS.contains(type(reader)) && roots[reader] != reader && SHAPED.contains(type(roots[reader]))
                ? roots[reader]
                : -1;
    }

    /** Joins it to the convolution or product before it, or to that of which what is before it is a part already. */
    private void follow(int operator, String type) {
        Indices reads = graph.reads(operator);
        for (int i = 0; i < reads.size(); i++) {
            OptionalInt before = maker(reads.get(i));
            if (before.isPresent()
                    && graph.readers(reads.get(i)).size() == 1
                    && joins(operator, type, type(roots[before.getAsInt()]))) {
                roots[operator] = roots[before.getAsInt()];
                return;
            }
        }
    }

    private boolean joins(int operator, String type, String root) {
        if (CONVOLUTIONS.contains(root)) {
            return type.equals(BATCH)
                    || ACTIVATIONS.contains(type)
                    || isPerChannel(operator, type)
                    || (type.equals("Add") && graph.reads(operator).size() > 1);
        }
        if (PRODUCTS.contains(root)) {
            return (type.equals("Add") && isPerChannel(operator, type)) || isScale(operator, type);
        }
        return INTEGER_PRODUCTS.contains(root)
                && (type.equals("Cast") || type.equals("Mul") || (type.equals("Add") && isPerChannel(operator, type)));
    }

    private boolean isPerChannel(int operator, String type) {
        return AFFINE.contains(type) && constant(operator) > 1;
    }

    private boolean isScale(int operator, String type) {
        return (type.equals("Mul") || type.equals("Div")) && constant(operator) == 1;
    }

    /** How many elements the largest constant has that an operator reads; 0 if it reads none whose size is known. */
    private long constant(int operator) {
        return model.model().getGraph().getNode(model.node(operator)).getInputList().stream()
                .mapToLong(constantElements)
                .max()
                .orElse(0);
    }

    private OptionalInt maker(int tensor) {
        return graph.producer(tensor);
    }

    private OptionalInt firstMaker(int operator) {
        return graph.reads(operator).stream()
                .mapToObj(this::maker)
                .filter(OptionalInt::isPresent)
                .mapToInt(OptionalInt::getAsInt)
                .findFirst();
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

    /** The square root stands for the whole. */
    private void normalization(int root) {
        int[] steps = new int[NORMALIZATION.length];
        int at = root;
        for (int step = 0; step < steps.length; step++) {
            OptionalInt before = before(at, NORMALIZATION[step]);
            if (before.isEmpty()) {
                return;
            }
            at = before.getAsInt();
            steps[step] = at;
        }
        Arrays.stream(steps).forEach(step -> roots[step] = root);
        joinAfter(root, root, "Div", "Mul", "Add");
    }

    /** The error function stands for the whole. */
    private void gelu(int erf) {
        before(erf, "Div").ifPresent(scaled -> roots[scaled] = erf);
        before(erf, "Mul").ifPresent(scaled -> roots[scaled] = erf);
        joinAfter(erf, erf, "Add", "Mul", "Mul");
    }

    private void joinAfter(int root, int from, String... types) {
        OptionalInt at = OptionalInt.of(from);
        for (String type : types) {
            at = after(at.getAsInt(), type);
            if (at.isEmpty()) {
                return;
            }
            roots[at.getAsInt()] = root;
        }
    }
}
