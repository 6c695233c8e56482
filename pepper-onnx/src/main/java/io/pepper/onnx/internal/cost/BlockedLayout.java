package io.pepper.onnx.internal.cost;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * The layout of tensors in a piece: convolutions that fill vectors, and the operators that follow them, work on
 * channels in blocks. A change of layout is a separate kernel. A fused Add and activation belong to the convolution's
 * kernel. The rules follow ONNX Runtime's transformation to its layout NCHWc, and its fusion of convolution, addition
 * and activation after that.
 */
public final class BlockedLayout {
    private static final int NONE = -1;
    private static final long[] CHANNELS_LAST = {0, 2, 3, 1};
    private static final long[] CHANNELS_FIRST = {0, 3, 1, 2};
    private static final Set<String> ACTIVATIONS = Set.of("Relu", "Sigmoid", "Tanh");

    private final DataflowGraph graph;
    private final OperatorDemands demands;
    private final BitSet inside = new BitSet();
    private final BitSet outputs;

    /** For each operator, the root of its kernel. */
    private final int[] roots;

    /** For each kernel, its last tensor. */
    private final int[] results;

    /** For each tensor, the kernel that produces it in blocks. */
    private final int[] makers;

    private final BitSet readAsIs = new BitSet();
    private final BitSet turned = new BitSet();
    private final BitSet turning = new BitSet();
    private final BitSet adding = new BitSet();
    private final BitSet activating = new BitSet();
    private int lastToChannelsFirst = NONE;

    private BlockedLayout(
            DataflowGraph graph, OperatorDemands demands, Indices operators, BitSet outputs, IntUnaryOperator fused) {
        this.graph = graph;
        this.demands = demands;
        this.outputs = outputs;
        operators.stream().forEach(inside::set);
        roots = new int[graph.operatorCount()];
        results = new int[roots.length];
        makers = new int[graph.tensorCount()];
        Arrays.fill(makers, NONE);
        operators.stream().forEach(operator -> {
            roots[operator] = fused.applyAsInt(operator);
            results[roots[operator]] = graph.writes(operator).isEmpty()
                    ? NONE
                    : graph.writes(operator).get(0);
        });
    }

    /**
     * Computes the layout of a piece, in O(operators + edges).
     *
     * @param graph the model's dataflow
     * @param demands the demands of its operators
     * @param operators the operators of the piece, in topological order
     * @param outputs the tensors that leave the piece
     * @param fused the root of an operator's kernel in any layout
     * @return the layout of the piece
     */
    public static BlockedLayout of(
            DataflowGraph graph, OperatorDemands demands, Indices operators, BitSet outputs, IntUnaryOperator fused) {
        BlockedLayout layout = new BlockedLayout(graph, demands, operators, outputs, fused);
        operators.stream().forEach(layout::look);
        operators.stream().filter(layout::isPlainConvolution).forEach(layout::addToPlain);
        return layout;
    }

    /**
     * Returns the root of an operator's kernel.
     *
     * @param operator an operator of the piece
     * @return the root; the operator itself for most
     */
    public int root(int operator) {
        int root = roots[operator];
        while (roots[root] != root) {
            root = roots[root];
        }
        return root;
    }

    /**
     * Returns whether an operator works on blocks.
     *
     * @param operator an operator of the piece
     * @return true if it does
     */
    public boolean worksOnBlocks(int operator) {
        int result = results[roots[operator]];
        return result != NONE && isBlock(result);
    }

    /**
     * Returns whether a transposition only changes the order of elements from or to blocks.
     *
     * @param operator an operator of the piece
     * @return true if it does
     */
    public boolean isReordering(int operator) {
        return turning.get(operator);
    }

    /**
     * Returns the tensors that a separate kernel converts to blocks.
     *
     * @return tensors of the piece, in their order
     */
    public IntStream intoBlocks() {
        return turned.stream();
    }

    /**
     * Returns the tensors that are produced in blocks and that a separate kernel converts to the usual order.
     *
     * @return tensors of the piece, in their order
     */
    public IntStream outOfBlocks() {
        BitSet asIs = (BitSet) readAsIs.clone();
        asIs.or(outputs);
        return asIs.stream().filter(this::isBlock);
    }

    /**
     * Returns whether a tensor is produced in blocks.
     *
     * @param tensor a tensor of the piece
     * @return true if it is
     */
    public boolean isBlock(int tensor) {
        return makers[tensor] != NONE;
    }

    private void look(int operator) {
        int root = roots[operator];
        boolean ahead = root > operator && demands.type(root).equals("Sigmoid");
        if (ahead || (root == operator && blocks(operator))) {
            return;
        }
        if (root == operator && demands.permutes(operator, CHANNELS_FIRST)) {
            lastToChannelsFirst = operator;
        }
        if (root != operator && demands.type(root).equals("Sigmoid") && isBlock(results[root])) {
            return; // The operators after it in its kernel.
        }
        if (demands.type(operator).equals("Sigmoid")) {
            readAsIs.set(scaled(operator));
        }
        for (int tensor : graph.reads(operator)) {
            // Tensors inside a kernel have no other reader.
            if (makers[tensor] == NONE || makers[tensor] != root) {
                readAsIs.set(tensor);
            }
        }
    }

    /** Returns whether an operator takes its inputs in blocks. If so, converts them, and its result is in blocks. */
    private boolean blocks(int operator) {
        Indices reads = graph.reads(operator);
        if (reads.isEmpty() || results[operator] == NONE) {
            return false;
        }
        return switch (demands.type(operator)) {
            case "Conv" -> convolution(operator, reads.get(0));
            case "MaxPool", "AveragePool" -> pooling(operator, reads.get(0));
            case "GlobalMaxPool", "GlobalAveragePool" ->
                (isBlock(reads.get(0)) || !isMade(reads.get(0))) && pooling(operator, reads.get(0));
            case "Add", "Sum" -> addition(operator, reads);
            case "Mul" ->
                (reads.size() == 1 ? scalesChannels(operator, reads.get(0)) : areAlike(reads)) && keep(operator);
            case "Concat" -> concatenation(operator, reads);
            case "Relu", "Tanh", "HardSigmoid" -> activation(operator, reads.get(0));
            case "HardSwish" -> isBlock(reads.get(0)) && keep(operator);
            case "Sigmoid" ->
                isAlone(operator) ? activation(operator, reads.get(0)) : isBlock(scaled(operator)) && keep(operator);
            case "BatchNormalization" -> isBlock(reads.get(0)) && keep(operator);
            case "Transpose" -> isBlock(reads.get(0)) && toChannelsLast(operator);
            case "Resize", "Upsample" -> isBlock(reads.get(0)) && demands.enlargesBlocks(operator) && keep(operator);
            default -> false;
        };
    }

    private boolean isMade(int tensor) {
        return graph.producer(tensor).isPresent()
                && inside.get(graph.producer(tensor).getAsInt());
    }

    private boolean isAlone(int operator) {
        return graph.writes(operator).contains(results[operator]);
    }

    /** Returns the argument of a sigmoid that is multiplied with it; the argument may have been scaled before. */
    private int scaled(int sigmoid) {
        int tensor = graph.reads(sigmoid).get(0);
        int maker = graph.producer(tensor).orElse(NONE);
        boolean own = maker != NONE && inside.get(maker) && roots[maker] == sigmoid;
        return own ? graph.reads(maker).get(0) : tensor;
    }

    private boolean keep(int operator) {
        makers[results[operator]] = operator;
        return true;
    }

    private boolean convolution(int operator, int input) {
        if (!demands.isBlockable(operator)) {
            return false;
        }
        if (demands.shape(operator).isOfFewChannels()) {
            readAsIs.set(input); // It takes a few channels without blocks.
        } else {
            take(input);
        }
        activating.set(operator, lastType(operator));
        return keep(operator);
    }

    /** Returns whether the last step of a convolution is an activation, after which nothing can be fused. */
    private boolean lastType(int operator) {
        int last = graph.producer(results[operator]).orElse(operator);
        return Fusion.isActivation(demands.type(last));
    }

    private boolean pooling(int operator, int input) {
        long channels = demands.channels(input);
        if (graph.writes(operator).size() > 1 || channels < 0 || channels % KernelShape.VECTOR != 0) {
            return false;
        }
        take(input);
        return keep(operator);
    }

    /** Converts a tensor to blocks, once for all readers. */
    private void take(int tensor) {
        if (isBlock(tensor) || turned.get(tensor)) {
            return;
        }
        turned.set(tensor);
        if (lastToChannelsFirst != NONE && results[lastToChannelsFirst] == tensor && uses(tensor) == 1) {
            turning.set(lastToChannelsFirst);
            turned.clear(tensor); // A transposition converts it.
        }
    }

    private boolean areBlocks(Indices tensors) {
        return tensors.stream().allMatch(this::isBlock);
    }

    private boolean areAlike(Indices tensors) {
        return areBlocks(tensors) && tensors.stream().allMatch(tensor -> demands.areAlike(tensors.get(0), tensor));
    }

    private boolean addition(int operator, Indices reads) {
        boolean alike = areBlocks(reads)
                && reads.stream().allMatch(tensor -> demands.channels(reads.get(0)) == demands.channels(tensor));
        if (!alike || constants(operator)) {
            return false;
        }
        if (reads.size() == 2 && areAlike(reads)) {
            for (int tensor : reads) {
                int into = makers[tensor];
                if (isFree(into, tensor) && !adding.get(into)) {
                    adding.set(into);
                    return join(operator, into);
                }
            }
        }
        return keep(operator);
    }

    /**
     * Returns whether an operator has a factor for each channel, so that it works as a convolution of single points.
     */
    private boolean scalesChannels(int operator, int input) {
        return isBlock(input) && demands.constantBytes(operator) == Float.BYTES * demands.channels(input);
    }

    /** Returns whether an operator reads a constant besides its dataflow inputs. */
    private boolean constants(int operator) {
        return demands.constantBytes(operator) != 0;
    }

    /** Returns whether a tensor is the result of a convolution that can fuse another step. */
    private boolean isFree(int kernel, int tensor) {
        String type = demands.type(kernel);
        return (type.equals("Conv") || type.equals("BatchNormalization"))
                && !activating.get(kernel)
                && results[kernel] == tensor
                && uses(tensor) == 1;
    }

    /** Returns the number of readers of a tensor, plus one if it leaves the piece. */
    private int uses(int tensor) {
        int uses = outputs.get(tensor) ? 1 : 0;
        for (int reader : graph.readers(tensor)) {
            uses += inside.get(reader) ? 1 : 0;
        }
        return uses;
    }

    private boolean join(int operator, int kernel) {
        roots[operator] = kernel;
        results[kernel] = results[operator];
        makers[results[kernel]] = kernel;
        return true;
    }

    private boolean concatenation(int operator, Indices reads) {
        boolean whole = areBlocks(reads)
                && demands.isAlongChannels(operator)
                && !constants(operator)
                && reads.stream().allMatch(tensor -> demands.channels(tensor) % KernelShape.VECTOR == 0);
        return whole && keep(operator);
    }

    private boolean activation(int operator, int input) {
        if (!isBlock(input)) {
            return false;
        }
        int into = makers[input];
        if (isFree(into, input)) {
            activating.set(into);
            return join(operator, into);
        }
        return keep(operator);
    }

    private boolean toChannelsLast(int operator) {
        turning.set(operator, demands.permutes(operator, CHANNELS_LAST));
        return turning.get(operator);
    }

    private boolean isPlainConvolution(int operator) {
        return roots[operator] == operator
                && demands.type(operator).equals("Conv")
                && !worksOnBlocks(operator)
                && results[operator] != NONE
                && !lastType(operator);
    }

    /** Fuses an addition, and an activation of the sum, into a convolution that does not work on blocks. */
    private void addToPlain(int operator) {
        int sum = onlyReader(operator);
        if (sum == NONE
                || !demands.type(sum).equals("Add")
                || roots[sum] != sum
                || worksOnBlocks(sum)
                || constants(sum)
                || !graph.reads(sum).stream()
                        .allMatch(t -> demands.areAlike(graph.reads(sum).get(0), t))) {
            return;
        }
        roots[sum] = operator;
        results[operator] = results[sum];
        int after = onlyReader(operator);
        if (after != NONE
                && roots[after] == after
                && !worksOnBlocks(after)
                && ACTIVATIONS.contains(demands.type(after))) {
            roots[after] = operator;
            results[operator] = results[after];
        }
    }

    private int onlyReader(int kernel) {
        Indices readers = graph.readers(results[kernel]);
        return readers.size() == 1 && uses(results[kernel]) == 1 && !outputs.get(results[kernel])
                ? readers.get(0)
                : NONE;
    }
}
