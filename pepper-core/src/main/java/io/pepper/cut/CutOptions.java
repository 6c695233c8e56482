package io.pepper.cut;

import io.pepper.graph.Indices;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;

/**
 * The options of a search for cuts. Immutable; thread-safe if its functions are.
 *
 * <pre>{@code
 * CutOptions options = CutOptions.DEFAULTS.withMaxWidth(2).withShared("attention_mask");
 * }</pre>
 */
public final class CutOptions {
    /** The default width up to which cuts are listed: {@value}. */
    public static final int DEFAULT_MAX_WIDTH = 1;

    /** The largest possible width: {@value}. */
    public static final int GREATEST_MAX_WIDTH = 1024;

    /** The default distance within which cuts compete, as a share of all operators: {@value}. */
    public static final double DEFAULT_NEIGHBOURHOOD = 0.01;

    /** Cuts at single tensors, nothing shared. */
    public static final CutOptions DEFAULTS = new CutOptions(new Values());

    /** Not changed after the constructor. */
    private final Values values;

    /** The values of options, which change only before the options exist. */
    private static final class Values {
        private int maxWidth = DEFAULT_MAX_WIDTH;
        private List<String> shared = List.of();
        private IntFunction<OptionalLong> tensorBytes = tensor -> OptionalLong.empty();
        private IntPredicate recomputable = operator -> false;
        private double neighbourhood = DEFAULT_NEIGHBOURHOOD;
        private IntPredicate uncuttable = tensor -> false;
        private IntPredicate immovable = tensor -> false;
        private Indices layerMarks = Indices.of();
        private List<Indices> undivided = List.of();
        private IntToLongFunction estimatedBytes = tensor -> 1;

        private Values() {}

        private Values(Values other) {
            maxWidth = other.maxWidth;
            shared = other.shared;
            tensorBytes = other.tensorBytes;
            recomputable = other.recomputable;
            neighbourhood = other.neighbourhood;
            uncuttable = other.uncuttable;
            immovable = other.immovable;
            layerMarks = other.layerMarks;
            undivided = other.undivided;
            estimatedBytes = other.estimatedBytes;
        }
    }

    private CutOptions(Values values) {
        this.values = values;
    }

    private CutOptions with(Consumer<Values> change) {
        Values changed = new Values(values);
        change.accept(changed);
        return new CutOptions(changed);
    }

    /**
     * Returns options that also list wider cuts.
     *
     * @param width the maximum number of crossing tensors, 1 to {@link #GREATEST_MAX_WIDTH}
     * @return the new options
     * @throws IllegalArgumentException if the width is out of range
     */
    public CutOptions withMaxWidth(int width) {
        if (width < 1 || width > GREATEST_MAX_WIDTH) {
            throw new IllegalArgumentException("a width of 1 to " + GREATEST_MAX_WIDTH + " is needed, found " + width);
        }
        return with(changed -> changed.maxWidth = width);
    }

    /**
     * Returns options with shared tensors, which are inputs of the graph or results of operators: neither these nor
     * tensors that are cheaply computed from them count as crossing. A result is computed once and travels to the parts
     * that read it, unless {@linkplain #withRecomputable cheap operators} compute it from other shared tensors.
     *
     * @param tensors the names of tensors, which replace earlier ones; a name that ends in {@code *} stands for all
     *     inputs with this prefix, such as {@code past*} for the caches of a text generator, or, without such inputs,
     *     for all results with it
     * @return the new options
     */
    public CutOptions withShared(String... tensors) {
        return withShared(Arrays.asList(tensors));
    }

    /**
     * Returns options with shared tensors, which are inputs of the graph or results of operators: neither these nor
     * tensors that are cheaply computed from them count as crossing. A result is computed once and travels to the parts
     * that read it, unless {@linkplain #withRecomputable cheap operators} compute it from other shared tensors.
     *
     * @param tensors the names of tensors, which replace earlier ones; a name that ends in {@code *} stands for all
     *     inputs with this prefix, such as {@code past*} for the caches of a text generator, or, without such inputs,
     *     for all results with it
     * @return the new options
     */
    public CutOptions withShared(List<String> tensors) {
        return with(changed -> changed.shared = List.copyOf(tensors));
    }

    /**
     * Returns options with the sizes of tensors, so that cuts have their bytes and wide cuts are chosen by them.
     *
     * @param bytes a function from the index of a tensor to its size, 0 or more; empty if unknown
     * @return the new options
     */
    public CutOptions withTensorBytes(IntFunction<OptionalLong> bytes) {
        return with(changed -> changed.tensorBytes = bytes);
    }

    /**
     * Returns options with a choice of operators that are cheap enough to be computed in more than one part. It applies
     * only to operators that depend on shared tensors alone. By default, shared tensors themselves travel, and nothing is
     * computed twice.
     *
     * @param operators whether an operator, by its index, is cheap
     * @return the new options
     */
    public CutOptions withRecomputable(IntPredicate operators) {
        return with(changed -> changed.recomputable = operators);
    }

    /**
     * Returns options with tensors that should stay within a part: cuts that they would cross are not listed, and
     * {@link CutTree}, {@link MinimumCut} and {@link Cuts#indivisible} keep their operators together. {@link Cuts#at}
     * still returns such a cut by name.
     *
     * @param tensors whether a tensor, by its index, should stay within a part
     * @return the new options, which also keep earlier such tensors
     * @see #withImmovable
     */
    public CutOptions withUncuttable(IntPredicate tensors) {
        return with(changed -> changed.uncuttable = changed.uncuttable.or(tensors));
    }

    /**
     * Returns options with values that no part can pass to another, such as sequences. They cross no cut, not even
     * those of {@link Cuts#at}. The predicate is not applied to inputs of the graph, which parts take from outside.
     *
     * @param tensors whether a value, by the index of its tensor, must stay within a part
     * @return the new options, which also keep earlier such values
     */
    public CutOptions withImmovable(IntPredicate tensors) {
        return with(changed -> changed.immovable = changed.immovable.or(tensors));
    }

    /**
     * Returns options that list cuts only between layers, besides those at single tensors. Between each two
     * neighbouring marks, this is the narrowest cut; among several, the one with the fewest bytes, then the last, so
     * that equal layers are cut alike. If the narrowest cut between two marks is wider than between others, both marks
     * belong to one layer. The maximal width must allow for all tensors that pass from layer to layer.
     *
     * @param operators the indices of the marks: operators of which each layer has one or more, such as those that read
     *     its cache; empty to list all cuts
     * @return the new options; the marks replace earlier ones
     */
    public CutOptions withLayerMarks(Indices operators) {
        return with(changed -> changed.layerMarks = operators);
    }

    /**
     * Returns options that list no cut between operators of a group, such as those that read and continue one cache.
     *
     * @param groups the indices of operators that stay in one part
     * @return the new options; the groups replace earlier ones
     */
    public CutOptions withUndivided(List<Indices> groups) {
        List<Indices> copy = List.copyOf(groups);
        return with(changed -> changed.undivided = copy);
    }

    /**
     * Returns options with estimated sizes of tensors, for the choice of the tensors that are carried for shared tensors
     * when sizes are unknown.
     *
     * @param bytes a function from the index of a tensor to its approximate bytes, 0 or more; the sum of all must be
     *     less than 2<sup>53</sup>
     * @return the new options; without estimates, all tensors count the same if a size is unknown
     */
    public CutOptions withEstimatedBytes(IntToLongFunction bytes) {
        return with(changed -> changed.estimatedBytes = bytes);
    }

    /**
     * Returns options with another distance within which cuts compete with each other.
     *
     * @param share the distance as a share of all operators, 0 to 1; with 0, all cuts along the order are listed
     * @return the new options
     * @throws IllegalArgumentException if the share is out of range
     */
    public CutOptions withNeighbourhood(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("a share of 0 to 1 is needed, found " + share);
        }
        return with(changed -> changed.neighbourhood = share);
    }

    /**
     * Returns the largest number of tensors that may cross.
     *
     * @return 1 or more
     */
    public int maxWidth() {
        return values.maxWidth;
    }

    /**
     * Returns the shared tensors.
     *
     * @return names of tensors of the graph
     */
    public List<String> shared() {
        return values.shared;
    }

    /**
     * Returns the distance within which cuts compete with each other.
     *
     * @return a share of all operators, 0 to 1
     */
    public double neighbourhood() {
        return values.neighbourhood;
    }

    /**
     * Returns the size of a tensor.
     *
     * @param tensor the tensor's index
     * @return its bytes; empty if unknown
     */
    public OptionalLong tensorBytes(int tensor) {
        OptionalLong bytes = values.tensorBytes.apply(tensor);
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
        return values.recomputable.test(operator);
    }

    /**
     * Returns whether a tensor should stay within a part. All searches for cuts use only this method.
     *
     * @param tensor its index
     * @return true if it is uncuttable or immovable
     */
    public boolean isUncuttable(int tensor) {
        return values.uncuttable.test(tensor) || values.immovable.test(tensor);
    }

    /**
     * Returns whether a value cannot be passed from one part to another.
     *
     * @param tensor its index
     * @return true if it is immovable; false by default
     */
    public boolean isImmovable(int tensor) {
        return values.immovable.test(tensor);
    }

    /**
     * Returns the marks of layers: operators of which each layer has one or more.
     *
     * @return the indices of operators; empty unless only cuts between layers are requested
     */
    public Indices layerMarks() {
        return values.layerMarks;
    }

    /**
     * Returns the groups of operators that stay in one part.
     *
     * @return the indices of operators of each group; none by default
     */
    public List<Indices> undivided() {
        return values.undivided;
    }

    long estimatedBytes(int tensor) {
        return tensorBytes(tensor).orElseGet(() -> values.estimatedBytes.applyAsLong(tensor));
    }

    @Override
    public String toString() {
        return "CutOptions[maxWidth " + maxWidth() + ", shared " + shared() + ", neighbourhood " + neighbourhood()
                + "]";
    }
}
