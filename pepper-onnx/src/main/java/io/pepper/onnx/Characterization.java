package io.pepper.onnx;

import io.pepper.cut.Liveness;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.onnx.internal.cost.CostWalk;
import io.pepper.onnx.internal.cost.LayerCount;
import io.pepper.onnx.internal.cost.ParameterCount;
import io.pepper.onnx.internal.cost.Tally;
import io.pepper.onnx.internal.model.Constants;
import io.pepper.onnx.internal.model.ModelGraph;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.partition.Segment;
import io.pepper.workload.Kernel;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The characterisation of a set of a model's operators. */
final class Characterization {
    /** Below this number of operations, ONNX Runtime mostly runs an operator on one thread. */
    private static final double WORTH_DIVIDING = 200_000;

    /**
     * Operations per byte of a weight from which on processors spend more time computing than waiting for the weight.
     */
    private static final double REUSE = 64;

    private final ModelGraph model;
    private final DataflowGraph graph;
    private final TensorShapes shapes;
    private final ModelCosts costs;

    Characterization(ModelGraph model, TensorShapes shapes, ModelCosts costs) {
        this.model = model;
        this.graph = model.dataflow();
        this.shapes = shapes;
        this.costs = costs;
    }

    ModelCharacteristics whole(Indices operators) {
        return of(operators, wholePaper(), graph.inputs(), graph.outputs());
    }

    ModelCharacteristics segment(Segment segment) {
        Indices all = all(segment);
        return of(all, paper(all, segment.outputs()), segment.inputs(), segment.outputs());
    }

    Workload wholeWorkload(Indices operators) {
        return workload(operators, wholePaper(), graph.inputs(), graph.outputs());
    }

    Workload segmentWorkload(Segment segment) {
        Indices all = all(segment);
        return workload(all, paper(all, segment.outputs()), segment.inputs(), segment.outputs());
    }

    private static Indices all(Segment segment) {
        return Indices.of(IntStream.concat(segment.operators().stream(), segment.recomputed().stream())
                .sorted()
                .toArray());
    }

    /** For the whole model, the original counts everything in the file. */
    private PaperFeatures wholePaper() {
        GraphProto whole = model.model().getGraph();
        return PaperCount.of(whole.getNodeList(), whole.getInitializerList());
    }

    private Workload workload(Indices operators, PaperFeatures paper, Indices inputs, Indices outputs) {
        List<Integer> nodes = operators.stream().map(model::node).boxed().toList();
        Workload.Builder work = Workload.builder()
                .set(WorkloadMeasure.CONV_LAYERS, paper.convLayers())
                .set(WorkloadMeasure.POOL_LAYERS, paper.poolLayers())
                .set(WorkloadMeasure.FC_LAYERS, paper.fcLayers())
                .set(WorkloadMeasure.FILTERS, (double) paper.filters())
                .set(WorkloadMeasure.PARAMETERS, (double) paper.totalParameters())
                .set(WorkloadMeasure.INPUT_BYTES, number(bytes(inputs.stream())))
                .set(WorkloadMeasure.OUTPUT_BYTES, number(bytes(outputs.stream())))
                .set(WorkloadMeasure.WEIGHT_BYTES, (double)
                        ParameterCount.of(model, shapes.scope(), nodes).bytes())
                .set(WorkloadMeasure.ACTIVATION_BYTES, number(bytes(made(operators))))
                .set(
                        WorkloadMeasure.PEAK_BYTES,
                        number(Liveness.of(graph, operators, shapes::bytes).peakBytes()));
        double parallel = 0;
        double streamed = 0;
        OptionalDouble largest = OptionalDouble.of(0);
        for (Kernel kernel : KernelList.of(graph, shapes, costs, operators, outputs)) {
            work.add(kernel);
            double flops = kernel.flops().orElse(0);
            double weights = kernel.weightBytes().orElse(0);
            largest = largest.isPresent() && kernel.flops().isPresent()
                    ? OptionalDouble.of(Math.max(largest.getAsDouble(), flops))
                    : OptionalDouble.empty();
            parallel += flops >= WORTH_DIVIDING ? flops : 0;
            streamed += kernel.flops().isPresent() && flops < REUSE * weights ? weights : 0;
        }
        return work.set(WorkloadMeasure.PARALLEL_FLOPS, parallel)
                .set(WorkloadMeasure.LARGEST_FLOPS, largest)
                .set(WorkloadMeasure.STREAMED_BYTES, streamed)
                .build();
    }

    private static OptionalDouble number(OptionalLong value) {
        return value.isPresent() ? OptionalDouble.of((double) value.getAsLong()) : OptionalDouble.empty();
    }

    private ModelCharacteristics of(Indices all, PaperFeatures paper, Indices inputs, Indices outputs) {
        List<Integer> nodes = all.stream().map(model::node).boxed().toList();
        LayerCount layers = LayerCount.of(model, shapes.scope(), nodes);
        ParameterCount weights = ParameterCount.of(model, shapes.scope(), nodes);
        Tally tally = new Tally();
        all.stream().forEach(operator -> tally.add(costs.tally(operator)));
        boolean known = tally.isKnown();
        OptionalLong flops = known ? OptionalLong.of(tally.work().flops()) : OptionalLong.empty();
        Liveness least = Liveness.leastPeak(graph, all, shapes::bytes);
        return new ModelCharacteristics(
                paper,
                layers.convLayers(),
                layers.poolLayers(),
                layers.fcLayers(),
                layers.filters(),
                weights.parameters(),
                bytes(inputs.stream()),
                bytes(outputs.stream()),
                known ? OptionalLong.of(tally.work().macs()) : OptionalLong.empty(),
                flops,
                weights.bytes(),
                bytes(made(all)),
                Liveness.of(graph, all, shapes::bytes).peakBytes(),
                least.peakBytes(),
                least.effort(),
                intensity(all, flops, weights.bytes()),
                histogram(nodes),
                tally.notCovered());
    }

    /** Includes the operators that compute constants, as in the file of the part. */
    private PaperFeatures paper(Indices operators, Indices outputs) {
        List<Integer> dataflow = operators.stream().map(model::node).boxed().toList();
        GraphProto whole = model.model().getGraph();
        Constants.Needed needed = model.constantsOf(
                dataflow, outputs.stream().mapToObj(graph::tensorName).toList());
        List<NodeProto> nodes = new ArrayList<>();
        dataflow.forEach(node -> nodes.add(whole.getNode(node)));
        needed.nodes().stream().forEach(node -> nodes.add(whole.getNode(node)));
        return PaperCount.of(
                nodes,
                whole.getInitializerList().stream()
                        .filter(initializer -> needed.initializers().contains(initializer.getName()))
                        .toList());
    }

    private IntStream made(Indices operators) {
        return operators.stream().flatMap(operator -> graph.writes(operator).stream());
    }

    private OptionalLong bytes(IntStream tensors) {
        long sum = 0;
        for (int tensor : tensors.toArray()) {
            OptionalLong bytes = shapes.bytes(tensor);
            if (bytes.isEmpty()) {
                return bytes;
            }
            sum += bytes.getAsLong();
            if (sum < 0) {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.of(sum);
    }

    private OptionalDouble intensity(Indices operators, OptionalLong flops, long weightBytes) {
        OptionalLong moved = bytes(IntStream.concat(
                made(operators), operators.stream().flatMap(operator -> graph.reads(operator).stream())));
        if (flops.isEmpty() || moved.isEmpty() || (double) moved.getAsLong() + weightBytes == 0) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(flops.getAsLong() / ((double) moved.getAsLong() + weightBytes));
    }

    private SortedMap<String, Integer> histogram(List<Integer> nodes) {
        SortedMap<String, Integer> histogram = new TreeMap<>();
        nodes.forEach(
                node -> histogram.merge(CostWalk.typeOf(model.model().getGraph().getNode(node)), 1, Integer::sum));
        return histogram;
    }
}
