package io.pepper.onnx;

import io.pepper.cut.Cut;
import io.pepper.cut.CutOptions;
import io.pepper.cut.Liveness;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.model.UnknownSizeException;
import io.pepper.onnx.internal.cost.CostWalk;
import io.pepper.onnx.internal.cost.OperatorDemands;
import io.pepper.onnx.internal.cost.OperatorFormulas;
import io.pepper.onnx.internal.cost.Tally;
import io.pepper.onnx.internal.model.ModelGraph;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Segment;
import io.pepper.workload.Workload;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the operators of a model cost, for given sizes of its inputs: arithmetic, memory, and what follows from these for any
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

    /** Only predictions need them. Made twice, they are the same. */
    private volatile @Nullable OperatorDemands demands;

    private volatile KernelList.@Nullable Bonds bonds;

    private final RecognizedInputs recognized;

    ModelCosts(OnnxModel opened, TensorShapes shapes) {
        recognized = opened.recognizedInputs();
        this.model = opened.contents().graph();
        this.graph = model.dataflow();
        this.shapes = shapes;
        used = graph.usedOperators();
        walk = new CostWalk(model.model(), shapes.scope());
        tallies = new Tally[graph.operatorCount()];
        Arrays.setAll(tallies, operator -> walk.tally(model.node(operator)));
    }

    /**
     * The shapes that these costs hold for.
     *
     * @return what was given
     */
    public TensorShapes shapes() {
        return shapes;
    }

    /**
     * The arithmetic operations of an operator, a multiply-accumulate being two.
     *
     * @param operator its index in {@link OnnxModel#graph()}
     * @return 0 or more; empty if a size is not known, or there is no formula for the operator
     */
    public OptionalLong flops(int operator) {
        return isKnown(operator) ? OptionalLong.of(tallies[operator].work().flops()) : OptionalLong.empty();
    }

    /**
     * The multiply-accumulates of an operator: of matrix products, convolutions and the like.
     *
     * @param operator its index in {@link OnnxModel#graph()}
     * @return 0 or more; empty if a size is not known, or there is no formula for the operator
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
     * The arithmetic of operators, to balance parts by. Operators for which there is no formula cost nothing; see
     * {@link ModelCharacteristics#unknownOperators()}.
     *
     * @return costs for the operators of {@link OnnxModel#graph()}
     * @throws UnknownSizeException if the size of a tensor is not known, or the sum is more than {@link Long#MAX_VALUE}
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
     * The memory that tensors take while a part runs, to limit parts by: the most that is alive at a time, weights aside. What
     * only passes a part by is counted too, so that this is never too little.
     *
     * @return costs for the operators of {@link OnnxModel#graph()}, of which a set costs what its costliest does
     * @throws UnknownSizeException if the size of a tensor is not known
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
     * Whether an operator may well be computed in more than one part: it gives the same each time, and has no products or little
     * arithmetic beside that of the model.
     *
     * @param operator its index in {@link OnnxModel#graph()}
     * @return true for elementwise operators, those that only move data, and small ones
     */
    public boolean isCheap(int operator) {
        if (!model.isRepeatable(model.node(operator))) {
            return false;
        }
        NodeProto node = model.model().getGraph().getNode(model.node(operator));
        return OperatorFormulas.isCheap(CostWalk.domain(node.getDomain()), node.getOpType())
                || sharing().isSmall(operator);
    }

    /** The arithmetic of all operators of which it is known. */
    long knownFlops() {
        return Arrays.stream(tallies).mapToLong(tally -> tally.work().flops()).reduce(0, ModelCosts::saturatingSum);
    }

    private static long saturatingSum(long sum, long more) {
        return sum > Long.MAX_VALUE - more ? Long.MAX_VALUE : sum + more;
    }

    private DecoderSharing sharing() {
        return new DecoderSharing(graph, shapes, recognized, this);
    }

    /**
     * Options for cuts that know the sizes of tensors, and which operators are cheap. {@linkplain OnnxModel#recognizedInputs Caches, masks and
     * positions} are shared; of a model with caches, cuts between its layers are listed, however many tensors pass from one to the next.
     * {@code withShared().withLayerMarks(Indices.of()).withMaxWidth(1)} turns that off. Of a tensor and its quantised form only the
     * quantised one is cut, which says the same in fewer bytes: not what is only quantised, nor what was just dequantised.
     *
     * @return options for {@link OnnxModel#cuts(CutOptions)}, to be told widths and shared inputs
     */
    public CutOptions cutOptions() {
        return sharing()
                .applyTo(CutOptions.DEFAULTS
                        .withTensorBytes(shapes::bytes)
                        .withRecomputable(this::isCheap)
                        .withUncuttable(this::hasQuantizedForm));
    }

    private boolean hasQuantizedForm(int tensor) {
        Indices readers = graph.readers(tensor);
        boolean quantized = readers.size() == 1 && passesOn(readers.get(0), "QuantizeLinear");
        OptionalInt maker = graph.producer(tensor);
        return quantized
                || (maker.isPresent()
                        && passesOn(maker.getAsInt(), "DequantizeLinear")
                        && graph.readers(graph.reads(maker.getAsInt()).get(0)).size() == 1);
    }

    /** Whether an operator is of some type, and nothing but one tensor flows into it: scales and zero points are constants. */
    private boolean passesOn(int operator, String type) {
        return graph.operatorType(operator).equals(type)
                && graph.reads(operator).size() == 1;
    }

    /**
     * Options for cuts that divide no kernel: what runtimes compute at once, such as a convolution with the sum and the activation
     * after it, stays in one part. There are fewer such cuts. {@link io.pepper.cut.Cuts#at} gives the others all the same. A part
     * may still compute a sum by itself whose short cut comes from another part: what crosses a cut is not in blocks of channels.
     *
     * @return {@link #cutOptions}, without tensors inside a kernel
     * @see #cutOptionsAtStageEnds
     */
    public CutOptions cutOptionsBetweenKernels() {
        return cutOptions().withUncuttable(this::isInsideKernel);
    }

    /**
     * Options for cuts at which parts have just the kernels of the whole: none is divided, and no convolution loses a short cut that it
     * adds. In residual networks that is where stages end, in others mostly what {@link #cutOptionsBetweenKernels} gives. Parts are
     * fastest so, but there are few such cuts, so that equal parts are less equal.
     *
     * @return {@link #cutOptionsBetweenKernels}, without short cuts
     */
    public CutOptions cutOptionsAtStageEnds() {
        return cutOptions()
                .withUncuttable(
                        tensor -> isInsideKernel(tensor) || bonds().shortCuts().get(tensor));
    }

    /**
     * Whether a tensor is only handed on inside a kernel when the whole model runs. Recognised by structure: see {@link
     * io.pepper.workload.Kernel}.
     *
     * @param tensor its index in {@link OnnxModel#graph()}
     * @return true if what makes it and all that read it are computed at once
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
     * What the whole model is made of.
     *
     * @return its characteristics, without operators that no output needs
     */
    public ModelCharacteristics characteristics() {
        return new Characterization(model, shapes, this).whole(used);
    }

    /**
     * What a segment is made of.
     *
     * @param segment a segment of a partition of the model's graph
     * @return its characteristics
     */
    public ModelCharacteristics characteristics(Segment segment) {
        return new Characterization(model, shapes, this).segment(segment);
    }

    /**
     * What the whole model asks of a device.
     *
     * @return numbers to predict its time from
     */
    public Workload workload() {
        return new Characterization(model, shapes, this).wholeWorkload(used);
    }

    /**
     * What a segment asks of a device.
     *
     * @param segment a segment of a partition of the model's graph
     * @return numbers to predict its time from
     */
    public Workload workload(Segment segment) {
        return new Characterization(model, shapes, this).segmentWorkload(segment);
    }

    /**
     * Returns the segments of the model between cuts, a chain, to plan with.
     *
     * @param cuts some of the model's cuts, in order
     * @return the segments
     * @throws UnknownSizeException if the size of a tensor that crosses, an input or an output is not known
     * @throws IllegalArgumentException if the cuts are not one after the other
     */
    public ModelSegments segments(List<Cut> cuts) {
        return ModelSegments.between(graph, this, cuts);
    }

    /**
     * Returns the segments of a partition of the model, to plan with; they need not be a chain.
     *
     * @param partition a partition of the model's graph
     * @return the segments
     * @throws UnknownSizeException if the size of a tensor that crosses, an input or an output is not known
     * @throws IllegalArgumentException if the partition is of another graph
     */
    public ModelSegments segments(Partition partition) {
        return ModelSegments.of(graph, this, partition);
    }
}
