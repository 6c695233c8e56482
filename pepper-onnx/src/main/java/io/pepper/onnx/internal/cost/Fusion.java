package io.pepper.onnx.internal.cost;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.onnx.internal.model.ModelGraph;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The fusion of operators into kernels, following ONNX Runtime's graph optimisations. Recognised by structure alone:
 * operators right after a convolution or a matrix product, a layer normalisation and an error function that are written
 * as several operators, a product of integers that is scaled back to real numbers, and operators without cost.
 */
public final class Fusion {
    private static final Set<String> INTEGER_PRODUCTS = Set.of("MatMulInteger");
    private static final Set<String> ACTIVATIONS =
            Set.of("Relu", "LeakyRelu", "Clip", "Sigmoid", "Tanh", "HardSigmoid");

    /** Activations that a matrix product applies to its result. */
    private static final Set<String> AFTER_PRODUCTS = Set.of("Relu", "LeakyRelu", "Sigmoid", "Tanh");

    /** With one number per channel, these become part of the filter or the bias. */
    private static final Set<String> AFFINE = Set.of("Add", "Mul");

    private static final Set<String> QUANTIZERS = Set.of("DynamicQuantizeLinear");
    private static final Set<String> SHAPED = Set.of("Reshape", "Expand");
    private static final Set<String> SHAPE_STEPS =
            Set.of("Shape", "Gather", "Unsqueeze", "Squeeze", "Concat", "Slice", "Cast", "Add", "Sub", "Mul", "Div");

    private static final String BATCH = "BatchNormalization";
    private static final Set<String> ALWAYS = Set.of("Dropout", "Identity");

    /** Number of dimensions of a batch of sequences. */
    private static final int SEQUENCES = 3;

    /** The operators of a layer normalisation, from the square root back to the mean. */
    private static final String[] NORMALIZATION = {"Add", "ReduceMean", "Pow", "Sub", "ReduceMean"};

    private final ModelGraph model;
    private final DataflowGraph graph;
    private final Function<String, long @Nullable []> sizes;
    private final boolean fixed;
    private final int[] roots;

    private Fusion(ModelGraph model, Function<String, long @Nullable []> sizes, boolean fixed) {
        this.model = model;
        this.graph = model.dataflow();
        this.sizes = sizes;
        this.fixed = fixed;
        roots = new int[graph.operatorCount()];
        Arrays.setAll(roots, operator -> operator);
    }

    /**
     * Returns the root of each operator's kernel, in O(operators + edges).
     *
     * @param model the model
     * @param sizes the sizes of a tensor, -1 for unknown ones, null if the rank is unknown
     * @param fixed whether the model itself fixes all sizes, so that runtimes know them beforehand
     * @return the root of each operator; the operator itself for most
     */
    public static int[] roots(ModelGraph model, Function<String, long @Nullable []> sizes, boolean fixed) {
        Fusion fusion = new Fusion(model, sizes, fixed);
        for (int operator = 0; operator < fusion.roots.length; operator++) { // In topological order.
            fusion.look(operator);
        }
        for (int operator = fusion.roots.length - 1; operator >= 0; operator--) {
            fusion.lookAhead(operator);
            if (fixed && fusion.type(operator).equals("Add")) {
                fusion.sumBeforeNormalization(operator);
            }
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
        } else if (type.equals("Sigmoid")) {
            follow(operator);
            swish(operator);
        } else if (roots[operator] == operator) {
            follow(operator);
        }
    }

    /**
     * Joins an operator that only computes the shape for a Reshape to it, and an operator that only quantises for or
     * scales one product to that product.
     */
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

    /** Returns the root that an operator joins if this reader is the only one of its tensor; -1 for none. */
    private int into(int operator, int tensor, int reader) {
        if (QUANTIZERS.contains(type(operator))) {
            return INTEGER_PRODUCTS.contains(type(roots[reader])) ? roots[reader] : -1;
        }
        if (type(operator).equals("Mul")
                && type(reader).equals("Mul")
                && INTEGER_PRODUCTS.contains(type(roots[reader]))) {
            return roots[reader]; // The scale of the quantised input, times that of the weights.
        }
        if (type(operator).equals("Transpose")) {
            return type(reader).equals("MatMul") && swapsLast(operator) ? roots[reader] : -1;
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

    /** Returns whether a transposition only swaps the last two dimensions, which a matrix product can do itself. */
    private boolean swapsLast(int transposition) {
        int[] order = model.model().getGraph().getNode(model.node(transposition)).getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("perm"))
                .flatMap(attribute -> attribute.getIntsList().stream())
                .mapToInt(Long::intValue)
                .toArray();
        int last = order.length - 1;
        if (last < 1 || order[last] != last - 1 || order[last - 1] != last) {
            return false;
        }
        return IntStream.range(0, last - 1).allMatch(i -> order[i] == i);
    }

    /** Joins an operator to the convolution or product before it, or to the kernel that its predecessor belongs to. */
    private void follow(int operator) {
        Indices reads = graph.reads(operator);
        for (int i = 0; i < reads.size(); i++) {
            OptionalInt before = maker(reads.get(i));
            if (before.isPresent()
                    && graph.readers(reads.get(i)).size() == 1
                    && joins(operator, before.getAsInt(), roots[before.getAsInt()])) {
                roots[operator] = roots[before.getAsInt()];
                return;
            }
        }
    }

    private boolean joins(int operator, int before, int into) {
        String type = type(operator);
        String root = type(into);
        if (ACTIVATIONS.contains(type(before))) {
            return false; // No fusion after that.
        }
        if (root.equals("Conv")) {
            return type.equals(BATCH) || ACTIVATIONS.contains(type) || isPerChannel(operator, type);
        }
        if (root.equals("Gemm") || isOfMatrices(into)) {
            return (type.equals("Add") && isPerChannel(operator, type) && !root.equals("Gemm"))
                    || (AFTER_PRODUCTS.contains(type) && (root.equals("Gemm") || before != into))
                    || (root.equals("MatMul") && before == into && isScale(operator, type));
        }
        if (root.equals("MatMul")) {
            return isScale(operator, type)
                    || (fixed && before == into && type.equals("Add") && isPerChannel(operator, type));
        }
        return INTEGER_PRODUCTS.contains(root)
                && (type.equals("Cast")
                        || (type.equals("Mul") && before(operator, "Mul").isPresent()) // By the product of two scales.
                        || (type.equals("Add") && isPerChannel(operator, type)));
    }

    private boolean isOfMatrices(int operator) {
        long[] size = sizes.apply(graph.tensorName(graph.writes(operator).get(0)));
        return type(operator).equals("MatMul") && size != null && size.length == 2;
    }

    private boolean isPerChannel(int operator, String type) {
        return AFFINE.contains(type) && constant(operator) > 1;
    }

    private boolean isScale(int operator, String type) {
        return (type.equals("Mul") || type.equals("Div")) && constant(operator) == 1;
    }

    /**
     * Returns the number of elements of the largest constant that an operator reads; 0 if it reads none of known size.
     */
    private long constant(int operator) {
        return model.model().getGraph().getNode(model.node(operator)).getInputList().stream()
                .filter(model.constants()::contains)
                .mapToLong(this::elements)
                .max()
                .orElse(0);
    }

    private long elements(String tensor) {
        long[] size = sizes.apply(tensor);
        if (size == null || Arrays.stream(size).anyMatch(n -> n < 0)) {
            return 0;
        }
        try {
            return OperatorCall.product(size);
        } catch (ArithmeticException tooMany) {
            return 0;
        }
    }

    static boolean isActivation(String type) {
        return ACTIVATIONS.contains(type);
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

    private Optional<Integer> before(int operator, String type) {
        return graph.reads(operator).stream()
                .mapToObj(this::maker)
                .filter(OptionalInt::isPresent)
                .map(OptionalInt::getAsInt)
                .filter(maker -> type(maker).equals(type))
                .findFirst();
    }

    private OptionalInt after(int operator, String type) {
        return graph.writes(operator).stream()
                .flatMap(tensor -> graph.readers(tensor).stream())
                .filter(reader -> type(reader).equals(type))
                .findFirst();
    }

    /** Joins a layer normalisation; its square root is the root. */
    private void normalization(int root) {
        int[] steps = new int[NORMALIZATION.length];
        int at = root;
        for (int step = 0; step < steps.length; step++) {
            Optional<Integer> before = before(at, NORMALIZATION[step]);
            if (before.isEmpty()) {
                return;
            }
            at = before.get();
            steps[step] = at;
        }
        Arrays.stream(steps).forEach(step -> roots[step] = root);
        joinAfter(root, root, "Div", "Mul", "Add");
    }

    /** Joins a sum that only a normalisation reads, if it is known to be of two tensors of the same size. */
    private void sumBeforeNormalization(int sum) {
        int tensor = graph.writes(sum).get(0);
        long[] size = sizes.apply(graph.tensorName(tensor));
        Indices readers = graph.readers(tensor);
        if (roots[sum] != sum
                || graph.reads(sum).size() != 2
                || readers.isEmpty()
                || size == null
                || size.length != SEQUENCES) {
            return;
        }
        int root = roots[readers.get(0)];
        boolean alone = readers.stream().allMatch(reader -> roots[reader] == root);
        if (alone && (type(root).equals("LayerNormalization") || (type(root).equals("Sqrt") && roots[root] == root))) {
            roots[sum] = root;
        }
    }

    /** Joins a GELU; its error function is the root. */
    private void gelu(int erf) {
        for (String scale : new String[] {"Div", "Mul"}) {
            before(erf, scale).ifPresent(scaled -> {
                roots[scaled] = erf;
                before(scaled, "Add")
                        .filter(bias -> roots[bias] == bias && isPerChannel(bias, "Add"))
                        .ifPresent(bias -> roots[bias] = erf);
            });
        }
        joinAfter(erf, erf, "Add", "Mul", "Mul");
    }

    /** Joins a sigmoid and its multiplication with its argument, which may have been scaled before. */
    private void swish(int sigmoid) {
        if (roots[sigmoid] != sigmoid) {
            return;
        }
        Optional<Integer> scaled = before(sigmoid, "Mul").filter(scale -> isScale(scale, "Mul"));
        int of = graph.reads(scaled.orElse(sigmoid)).get(0);
        after(sigmoid, "Mul").stream()
                .filter(product -> graph.reads(product).contains(of))
                .forEach(product -> {
                    roots[product] = sigmoid;
                    scaled.ifPresent(scale -> roots[scale] = sigmoid);
                });
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
