package io.pepper.cut;

import io.pepper.graph.Indices;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;

/**
 * Which cuts to look for. Immutable; thread-safe if the functions that it was given are.
 *
 * <pre>{@code
 * CutOptions options = CutOptions.DEFAULTS.withMaxWidth(2).withShared("attention_mask");
 * }</pre>
 */
public final class CutOptions {
    /** The width up to which cuts are listed unless told otherwise: {@value}. */
    public static final int DEFAULT_MAX_WIDTH = 1;

    /** The greatest width that may be asked for: {@value}. */
    public static final int GREATEST_MAX_WIDTH = 1024;

    /** Default distance within which cuts compete, as a share of all operators: {@value}. */
    public static final double DEFAULT_NEIGHBOURHOOD = 0.01;

    /** Cuts at single tensors, nothing shared. */
    public static final CutOptions DEFAULTS = new CutOptions(
            DEFAULT_MAX_WIDTH,
            List.of(),
            tensor -> OptionalLong.empty(),
            operator -> false,
            DEFAULT_NEIGHBOURHOOD,
            tensor -> false,
            tensor -> false,
            Indices.of(),
            tensor -> 1);

    private final int maxWidth;
    private final List<String> shared;
    private final IntFunction<OptionalLong> tensorBytes;
    private final IntPredicate recomputable;
    private final double neighbourhood;
    private final IntPredicate uncuttable;
    private final IntPredicate immovable;
    private final Indices layerMarks;
    private final IntToLongFunction estimatedBytes;

    private CutOptions(
            int maxWidth,
            List<String> shared,
            IntFunction<OptionalLong> tensorBytes,
            IntPredicate recomputable,
            double neighbourhood,
            IntPredicate uncuttable,
            IntPredicate immovable,
            Indices layerMarks,
            IntToLongFunction estimatedBytes) {
        this.maxWidth = maxWidth;
        this.shared = shared;
        this.tensorBytes = tensorBytes;
        this.recomputable = recomputable;
        this.neighbourhood = neighbourhood;
        this.uncuttable = uncuttable;
        this.immovable = immovable;
        this.layerMarks = layerMarks;
        this.estimatedBytes = estimatedBytes;
    }

    /**
     * Lists wider cuts too.
     *
     * @param width the most tensors that may cross, 1 to {@link #GREATEST_MAX_WIDTH}
     * @return options with this width
     * @throws IllegalArgumentException if the width is out of range
     */
    public CutOptions withMaxWidth(int width) {
        if (width < 1 || width > GREATEST_MAX_WIDTH) {
            throw new IllegalArgumentException("a width of 1 to " + GREATEST_MAX_WIDTH + " is needed, found " + width);
        }
        return new CutOptions(
                width,
                shared,
                tensorBytes,
                recomputable,
                neighbourhood,
                uncuttable,
                immovable,
                layerMarks,
                estimatedBytes);
    }

    /**
     * Shares inputs of the graph: they, and what is cheaply computed from them, do not count as crossing.
     *
     * @param inputs names of inputs of the graph, instead of those given before; one that ends in {@code *} stands for all that begin
     *     so, such as {@code past*} for the caches of a text generator
     * @return options with these inputs shared
     */
    public CutOptions withShared(String... inputs) {
        return withShared(Arrays.asList(inputs));
    }

    /**
     * Shares inputs of the graph: they, and what is cheaply computed from them, do not count as crossing.
     *
     * @param inputs names of inputs of the graph, instead of those given before; one that ends in {@code *} stands for all that begin
     *     so, such as {@code past*} for the caches of a text generator
     * @return options with these inputs shared
     */
    public CutOptions withShared(List<String> inputs) {
        return new CutOptions(
                maxWidth,
                List.copyOf(inputs),
                tensorBytes,
                recomputable,
                neighbourhood,
                uncuttable,
                immovable,
                layerMarks,
                estimatedBytes);
    }

    /**
     * Says how large tensors are, so that cuts know their bytes and wide cuts are chosen by them.
     *
     * @param bytes from the index of a tensor to its size, 0 or more, empty if unknown
     * @return options with these sizes
     */
    public CutOptions withTensorBytes(IntFunction<OptionalLong> bytes) {
        return new CutOptions(
                maxWidth,
                shared,
                bytes,
                recomputable,
                neighbourhood,
                uncuttable,
                immovable,
                layerMarks,
                estimatedBytes);
    }

    /**
     * Says which operators are cheap enough to be computed in more than one part. Only those that depend on nothing but
     * shared inputs ever are. Without this, shared inputs themselves travel, and nothing is computed twice.
     *
     * @param operators whether an operator, by its index, is cheap
     * @return options with these operators
     */
    public CutOptions withRecomputable(IntPredicate operators) {
        return new CutOptions(
                maxWidth,
                shared,
                tensorBytes,
                operators,
                neighbourhood,
                uncuttable,
                immovable,
                layerMarks,
                estimatedBytes);
    }

    /**
     * Says which tensors should stay within a part: cuts that they would cross are not listed, and {@link CutTree},
     * {@link MinimumCut} and {@link Cuts#indivisible} keep them together. {@link Cuts#at} gives such a cut all the same, to a user
     * who names it.
     *
     * @param tensors whether a tensor, by its index, should stay within a part
     * @return options with these tensors, besides those given before
     * @see #withImmovable
     */
    public CutOptions withUncuttable(IntPredicate tensors) {
        return new CutOptions(
                maxWidth,
                shared,
                tensorBytes,
                recomputable,
                neighbourhood,
                uncuttable.or(tensors),
                immovable,
                layerMarks,
                estimatedBytes);
    }

    /**
     * Says which values no part can hand to another, such as sequences: no way of cutting lets them cross, {@link Cuts#at} neither.
     * Inputs of the graph are not asked for, as parts take these from outside.
     *
     * @param tensors whether a value, by the index of its tensor, must stay within a part
     * @return options with these values, besides those given before
     */
    public CutOptions withImmovable(IntPredicate tensors) {
        return new CutOptions(
                maxWidth,
                shared,
                tensorBytes,
                recomputable,
                neighbourhood,
                uncuttable,
                immovable.or(tensors),
                layerMarks,
                estimatedBytes);
    }

    /**
     * Lists cuts between layers only, beside those at single tensors: between each two neighbouring marks the narrowest cut, of these one with
     * the fewest bytes, and of these the last, so that layers that are alike are cut alike. Where the narrowest cut between two marks is wider
     * than between others, the two are of one layer. The maximal width is to be as wide as what passes from layer to layer.
     *
     * @param operators indices of operators of which each layer has one or more, such as those that read its cache; none lists all
     *     cuts
     * @return options with these marks, instead of those given before
     */
    public CutOptions withLayerMarks(Indices operators) {
        return new CutOptions(
                maxWidth,
                shared,
                tensorBytes,
                recomputable,
                neighbourhood,
                uncuttable,
                immovable,
                operators,
                estimatedBytes);
    }

    /**
     * Says about how large tensors are whose sizes are not known, to choose what is carried for shared inputs.
     *
     * @param bytes from the index of a tensor to about its bytes, 0 or more; a sum of all must be less than 2<sup>53</sup>
     * @return options with these estimates; without, all count the same where one is not known
     */
    public CutOptions withEstimatedBytes(IntToLongFunction bytes) {
        return new CutOptions(
                maxWidth, shared, tensorBytes, recomputable, neighbourhood, uncuttable, immovable, layerMarks, bytes);
    }

    /**
     * Says how near two cuts are that compete with each other.
     *
     * @param share of all operators, 0 to 1; with 0 all cuts along the order are listed
     * @return options with this share
     * @throws IllegalArgumentException if the share is out of range
     */
    public CutOptions withNeighbourhood(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("a share of 0 to 1 is needed, found " + share);
        }
        return new CutOptions(
                maxWidth, shared, tensorBytes, recomputable, share, uncuttable, immovable, layerMarks, estimatedBytes);
    }

    /**
     * Returns the largest number of tensors that may cross.
     *
     * @return 1 or more
     */
    public int maxWidth() {
        return maxWidth;
    }

    /**
     * The inputs that are shared.
     *
     * @return names of inputs of the graph
     */
    public List<String> shared() {
        return shared;
    }

    /**
     * Returns the distance within which cuts compete with each other.
     *
     * @return a share of all operators, 0 to 1
     */
    public double neighbourhood() {
        return neighbourhood;
    }

    /**
     * The size of a tensor.
     *
     * @param tensor the tensor's index
     * @return its bytes, empty if unknown
     */
    public OptionalLong tensorBytes(int tensor) {
        OptionalLong bytes = tensorBytes.apply(tensor);
        if (bytes.orElse(0) < 0) {
            throw new IllegalArgumentException("tensor " + tensor + " has " + bytes.getAsLong() + " bytes");
        }
        return bytes;
    }

    /**
     * Returns whether an operator is cheap enough to be computed in more than one part.
     *
     * @param operator the operator's index
     * @return true if it is
     */
    public boolean isRecomputable(int operator) {
        return recomputable.test(operator);
    }

    /**
     * Returns whether a tensor should stay within a part. All searches for cuts ask this question alone.
     *
     * @param tensor its index
     * @return true if it is uncuttable or immovable
     */
    public boolean isUncuttable(int tensor) {
        return uncuttable.test(tensor) || immovable.test(tensor);
    }

    /**
     * Returns whether a value cannot be passed from one part to another.
     *
     * @param tensor its index
     * @return false unless told otherwise
     */
    public boolean isImmovable(int tensor) {
        return immovable.test(tensor);
    }

    /**
     * The operators of which each layer has one or more.
     *
     * @return none unless cuts between layers are asked for
     */
    public Indices layerMarks() {
        return layerMarks;
    }

    long estimatedBytes(int tensor) {
        return tensorBytes(tensor).orElseGet(() -> estimatedBytes.applyAsLong(tensor));
    }

    @Override
    public String toString() {
        return "CutOptions[maxWidth " + maxWidth + ", shared " + shared + ", neighbourhood " + neighbourhood + "]";
    }
}
