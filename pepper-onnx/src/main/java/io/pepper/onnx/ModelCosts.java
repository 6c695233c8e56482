package io.pepper.onnx;

import io.pepper.cut.Cut;
import io.pepper.cut.CutOptions;
import io.pepper.cut.Liveness;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.model.UnknownSizeException;
import io.pepper.onnx.internal.cost.CostWalk;
import io.pepper.onnx.internal.cost.OperatorDemands;
import io.pepper.onnx.internal.cost.Tally;
import io.pepper.onnx.internal.model.ModelGraph;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Segment;
import io.pepper.workload.Workload;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The costs of a model's operators for given sizes of its inputs: arithmetic and memory, and the resulting costs of any
 * segment. {@code docs/operator-costs.md} has the formula of each operator. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * ModelCosts costs = model.costs(model.shapes());
 * System.out.println(costs.characteristics().flops());
 * Partition partition = Partitioner.balanced(3, costs.flops()).partition(model.cuts());
 * }</pre>
 */
public final class ModelCosts {
    private final ModelGraph model;
    private final DataflowGraph graph;
    private final TensorShapes shapes;
    private final Indices used;
    private final Tally[] tallies;
    private final CostWalk walk;

    /** Computed on first use, since only predictions need it. A second computation gives the same result. */
    private volatile @Nullable OperatorDemands demands;

    private volatile KernelList.@Nullable Bonds bonds;

    private volatile @Nullable Recomputation recomputation;

    private final RecognizedInputs recognized;

    /** Names of values that cannot be handed from one part to another. */
    private final Set<String> immovable;

    ModelCosts(OnnxModel opened, TensorShapes shapes) {
        recognized = opened.recognizedInputs();
        immovable = opened.contents().noTensors();
        this.model = opened.contents().graph();
        this.graph = model.dataflow();
        this.shapes = shapes;
        used = graph.usedOperators();
        walk = new CostWalk(model.model(), shapes.scope());
        tallies = new Tally[graph.operatorCount()];
        Arrays.setAll(tallies, operator -> walk.tally(model.node(operator)));
    }

    /**
     * Returns the shapes that these costs are based on.
     *
     * @return the shapes
     */
    public TensorShapes shapes() {
        return shapes;
    }

    /**
     * Returns the arithmetic operations of an operator, with two for a multiply-accumulate.
     *
     * @param operator the operator's index in {@link OnnxModel#graph()}
     * @return 0 or more; empty if a size is unknown, or there is no formula for the operator
     */
    public OptionalLong flops(int operator) {
        return isKnown(operator) ? OptionalLong.of(tallies[operator].work().flops()) : OptionalLong.empty();
    }

    /**
     * Returns the multiply-accumulate operations of an operator, which matrix products, convolutions and similar
     * operators have.
     *
     * @param operator the operator's index in {@link OnnxModel#graph()}
     * @return 0 or more; empty if a size is unknown, or there is no formula for the operator
     */
    public OptionalLong macs(int operator) {
        return isKnown(operator) ? OptionalLong.of(tallies[operator].work().macs()) : OptionalLong.empty();
    }

    private boolean isKnown(int operator) {
        return tallies[operator].notCovered().isEmpty() && tallies[operator].isKnown();
    }

    OperatorDemands demands() {
        OperatorDemands known = demands;
        if (known == null) {
            known = new OperatorDemands(model, walk, shapes.inputs().isEmpty());
            demands = known;
        }
        return known;
    }

    Tally tally(int operator) {
        return tallies[operator];
    }

    /**
     * Returns the arithmetic of operators, for balancing parts. Operators without a formula cost 0; see {@link
     * ModelCharacteristics#unknownOperators()}.
     *
     * @return costs for the operators of {@link OnnxModel#graph()}
     * @throws UnknownSizeException if the size of a tensor is unknown, or the sum exceeds {@link Long#MAX_VALUE}
     */
    public OperatorCosts flops() {
        Tally all = new Tally();
        used.stream().forEach(operator -> all.add(tallies[operator]));
        if (!all.sizesMissing().isEmpty()) {
            throw unknown(all.sizesMissing().first());
        }
        if (!all.runsMissing().isEmpty()) {
            throw reasons().ofRuns(all.runsMissing().first());
        }
        if (!all.isKnown()) {
            throw reasons().tooMuch();
        }
        return OperatorCosts.perOperator(
                Arrays.stream(tallies).mapToLong(tally -> tally.work().flops()).toArray());
    }

    /**
     * Returns the bytes that a text generator reads for a single token, for balancing parts: the constant tensors of
     * operators and the {@linkplain OnnxModel#recognizedInputs caches}. These bytes, rather than the arithmetic, bound
     * the time of a token. A lookup of rows in a table counts as 0 bytes. A tensor that several operators of a part
     * share counts once. A cache with an open axis counts as one of 1024 tokens of one sequence.
     *
     * @return costs for the operators of {@link OnnxModel#graph()}; for a model without caches, those of its weights
     */
    public OperatorCosts bytesPerToken() {
        return new TokenBytes(model, shapes, walk).costs(recognized.caches());
    }

    /**
     * Returns the memory of tensors while a part runs, for limiting parts: the largest sum of bytes that are alive at
     * the same time, without weights. Tensors that only pass through a part count, too, so that this is an upper bound.
     *
     * @return costs for the operators of {@link OnnxModel#graph()}; a set costs as much as its costliest operator
     * @throws UnknownSizeException if the size of a tensor is unknown
     */
    public OperatorCosts peakActivations() {
        Liveness liveness = Liveness.of(graph, used, shapes::bytes);
        long[] bytes = new long[graph.operatorCount()];
        for (int place = 0; place < used.size(); place++) {
            OptionalLong alive = liveness.bytesDuring(place);
            if (alive.isEmpty()) {
                throw unknown(firstUnknown());
            }
            bytes[used.get(place)] = alive.getAsLong();
        }
        return OperatorCosts.maximum(bytes);
    }

    private String firstUnknown() {
        return used.stream()
                .flatMap(operator -> IntStream.concat(graph.reads(operator).stream(), graph.writes(operator).stream()))
                .filter(tensor -> shapes.bytes(tensor).isEmpty())
                .mapToObj(graph::tensorName)
                .findFirst()
                .orElse("?");
    }

    UnknownSizeException unknown(String tensor) {
        return reasons().of(tensor);
    }

    private UnknownSizes reasons() {
        return new UnknownSizes(model.model().getGraph(), shapes);
    }

    /**
     * Returns whether an operator may be computed in several parts: its result is the same each time, and computing it
     * costs less than sending it, or little compared with the model. It costs less if it takes at most 16 operations for
     * each byte of its result, and little if it takes a thousandth of the model's arithmetic. The constants that it
     * needs must not exceed its result, 1 MiB, or a hundredth of the model's. Open sizes count as 128.
     *
     * @param operator the operator's index in {@link OnnxModel#graph()}
     * @return true if it may be
     * @see #recomputationObstacle
     */
    public boolean isCheap(int operator) {
        return recomputationObstacle(operator).isEmpty();
    }

    /**
     * Returns the reason against computing an operator in several parts.
     *
     * @param operator the operator's index in {@link OnnxModel#graph()}
     * @return for instance {@code it needs 12 MiB of weights}; empty if it {@linkplain #isCheap may be}
     */
    public Optional<String> recomputationObstacle(int operator) {
        return recomputation().obstacle(operator);
    }

    private Recomputation recomputation() {
        Recomputation known = recomputation;
        if (known == null) {
            known = new Recomputation(model, this);
            recomputation = known;
        }
        return known;
    }

    /** Returns the bytes of a tensor, estimated if its size is open. */
    long estimatedBytes(int tensor) {
        return recomputation().bytes(tensor);
    }

    /** Returns the known arithmetic of all operators. */
    long knownFlops() {
        return Arrays.stream(tallies).mapToLong(tally -> tally.work().flops()).reduce(0, ModelCosts::saturatingSum);
    }

    private static long saturatingSum(long sum, long more) {
        return sum > Long.MAX_VALUE - more ? Long.MAX_VALUE : sum + more;
    }

    private DecoderSharing sharing() {
        return new DecoderSharing(graph, recognized, this);
    }

    /**
     * Returns options for cuts that know the sizes of tensors and the cheap operators. {@linkplain
     * OnnxModel#recognizedInputs Caches, masks and positions} are shared, and so are results that follow from these
     * alone, that several layers need, and that are too costly to be computed in each part. For a model with caches, the cuts between its
     * layers are listed, however many tensors pass from one layer to the next. {@code
     * withShared().withLayerMarks(Indices.of()).withMaxWidth(1)} disables that. Where a tensor has a quantised form,
     * only that form is cut, since it has fewer bytes: a tensor that is only quantised, or that was just dequantised,
     * is not cut.
     *
     * @return options for {@link OnnxModel#cuts(CutOptions)}, to which widths and shared inputs can be added
     */
    public CutOptions cutOptions() {
        return sharing()
                .applyTo(CutOptions.DEFAULTS
                        .withTensorBytes(shapes::bytes)
                        .withRecomputable(this::isCheap)
                        .withUncuttable(this::hasQuantizedForm));
    }

    /** Returns whether a tensor also exists in a quantized form that can cross a cut, in fewer bytes. */
    private boolean hasQuantizedForm(int tensor) {
        Indices readers = graph.readers(tensor);
        if (readers.size() == 1 && passesOn(readers.get(0), "QuantizeLinear")) {
            return canCross(graph.writes(readers.get(0)).get(0));
        }
        OptionalInt maker = graph.producer(tensor);
        if (maker.isEmpty() || !passesOn(maker.getAsInt(), "DequantizeLinear")) {
            return false;
        }
        int quantized = graph.reads(maker.getAsInt()).get(0);
        return graph.readers(quantized).size() == 1 && canCross(quantized);
    }

    private boolean canCross(int tensor) {
        return !immovable.contains(graph.tensorName(tensor));
    }

    /**
     * Returns whether an operator has a type and only one input from the dataflow: scales and zero points are
     * constants.
     */
    private boolean passesOn(int operator, String type) {
        return graph.operatorType(operator).equals(type)
                && graph.reads(operator).size() == 1;
    }

    /**
     * Returns options for cuts that divide no kernel: operators that runtimes compute together, such as a convolution
     * with the following sum and activation, stay in one part. There are fewer such cuts. {@link io.pepper.cut.Cuts#at}
     * still gives the others. A part may still compute a sum separately if the short cut comes from another part,
     * because tensors that cross a cut are not in blocks of channels.
     *
     * @return {@link #cutOptions}, without tensors inside a kernel
     * @see #cutOptionsAtStageEnds
     */
    public CutOptions cutOptionsBetweenKernels() {
        return cutOptions().withUncuttable(this::isInsideKernel);
    }

    /**
     * Returns options for cuts at which the parts have exactly the kernels of the whole model: no kernel is divided,
     * and no convolution loses a short cut that it adds. In residual networks these cuts are the ends of stages; in
     * other networks they are mostly those of {@link #cutOptionsBetweenKernels}. Such parts are fastest, but there are
     * few such cuts, so that parts can be balanced less well.
     *
     * @return {@link #cutOptionsBetweenKernels}, without short cuts
     */
    public CutOptions cutOptionsAtStageEnds() {
        return cutOptions()
                .withUncuttable(
                        tensor -> isInsideKernel(tensor) || bonds().shortCuts().get(tensor));
    }

    /**
     * Returns whether a tensor is only passed on inside a kernel when the whole model runs. Kernels are recognised by
     * structure, see {@link io.pepper.workload.Kernel}.
     *
     * @param tensor the tensor's index in {@link OnnxModel#graph()}
     * @return true if its producer and all its readers are computed in the same kernel
     */
    public boolean isInsideKernel(int tensor) {
        return bonds().inside().get(tensor);
    }

    private KernelList.Bonds bonds() {
        KernelList.Bonds known = bonds;
        if (known == null) {
            known = KernelList.bonds(graph, demands(), used);
            bonds = known;
        }
        return known;
    }

    /**
     * Returns the characteristics of the whole model.
     *
     * @return the characteristics, without operators that no output needs
     */
    public ModelCharacteristics characteristics() {
        return new Characterization(model, shapes, this).whole(used);
    }

    /**
     * Returns the characteristics of a segment.
     *
     * @param segment a segment of a partition of the model's graph
     * @return its characteristics
     */
    public ModelCharacteristics characteristics(Segment segment) {
        return new Characterization(model, shapes, this).segment(segment);
    }

    /**
     * Returns the workload of the whole model, from which its time is predicted.
     *
     * @return the workload
     */
    public Workload workload() {
        return new Characterization(model, shapes, this).wholeWorkload(used);
    }

    /**
     * Returns the workload of a segment, from which its time is predicted.
     *
     * @param segment a segment of a partition of the model's graph
     * @return the workload
     */
    public Workload workload(Segment segment) {
        return new Characterization(model, shapes, this).segmentWorkload(segment);
    }

    /**
     * Returns the chain of segments between cuts, for planning.
     *
     * @param cuts some of the model's cuts, in order
     * @return the segments
     * @throws UnknownSizeException if the size of an input, an output or a tensor at a cut is unknown
     * @throws IllegalArgumentException if the cuts are not in order
     */
    public ModelSegments segments(List<Cut> cuts) {
        return ModelSegments.between(graph, this, cuts);
    }

    /**
     * Returns the segments of a partition of the model, for planning. They need not be a chain.
     *
     * @param partition a partition of the model's graph
     * @return the segments
     * @throws UnknownSizeException if the size of an input, an output or a tensor between segments is unknown
     * @throws IllegalArgumentException if the partition belongs to another graph
     */
    public ModelSegments segments(Partition partition) {
        return ModelSegments.of(graph, this, partition);
    }
}
