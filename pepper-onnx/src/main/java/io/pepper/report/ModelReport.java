package io.pepper.report;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import io.pepper.cut.Liveness;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.internal.text.Quantities;
import io.pepper.onnx.ModelCharacteristics;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partition;
import io.pepper.partition.Segment;
import io.pepper.report.internal.DotRenderer;
import io.pepper.report.internal.Drawing;
import io.pepper.report.internal.GraphMlRenderer;
import io.pepper.report.internal.HtmlRenderer;
import io.pepper.report.internal.MermaidRenderer;
import io.pepper.report.internal.SvgRenderer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A report on a model that helps a person choose cuts: the segments of a partition with the tensors that flow between
 * them and, as SVG and HTML, the live bytes and the arithmetic along the operators, with the cuts marked. Immutable and
 * therefore thread-safe. The same model, costs, cuts and partition give the same text.
 *
 * <pre>{@code
 * ModelCosts costs = model.costs(model.shapes());
 * Files.writeString(Path.of("model.html"), ModelReport.of(model, costs).html());
 * }</pre>
 */
public final class ModelReport implements Report {
    private final Drawing drawing;

    /** The format of a report. */
    public enum Format {
        /** The segments for Graphviz. */
        DOT,
        /** The segments for graph tools, as GraphML. */
        GRAPHML,
        /** The segments for Mermaid, as in Markdown. */
        MERMAID,
        /** The plot, the segments and the best cuts, as one self-contained picture. */
        SVG,
        /** The plot, the cuts as a table and the segments with their operators, as one self-contained page. */
        HTML
    }

    private ModelReport(Drawing drawing) {
        this.drawing = drawing;
    }

    /**
     * Returns a report on a model with its cuts at single tensors, and the segments between all of them.
     *
     * @param model the model
     * @param costs its costs
     * @return the report
     */
    public static ModelReport of(OnnxModel model, ModelCosts costs) {
        Cuts cuts = model.cuts(costs.cutOptions());
        return of(model, costs, cuts, Partition.of(model.graph(), cuts.list()));
    }

    /**
     * Returns a report on a model with given cuts and segments.
     *
     * @param model the model
     * @param costs its costs
     * @param cuts the cuts to mark
     * @param partition the segments to show
     * @return the report
     * @throws IllegalArgumentException if the cuts or the partition belong to another graph
     */
    public static ModelReport of(OnnxModel model, ModelCosts costs, Cuts cuts, Partition partition) {
        if (cuts.graph() != model.graph() || partition.graph() != model.graph()) {
            throw new IllegalArgumentException("the cuts or the partition are not of the model " + model.name());
        }
        return new ModelReport(new Sketch(model, costs, cuts, partition).drawing());
    }

    /**
     * Returns the report in a format.
     *
     * @param format the format
     * @return the text, to be stored as UTF-8
     */
    public String as(Format format) {
        return switch (format) {
            case DOT -> DotRenderer.render(drawing);
            case GRAPHML -> GraphMlRenderer.render(drawing);
            case MERMAID -> MermaidRenderer.render(drawing);
            case SVG -> SvgRenderer.render(drawing);
            case HTML -> HtmlRenderer.render(drawing);
        };
    }

    @Override
    public String svg() {
        return as(Format.SVG);
    }

    @Override
    public String html() {
        return as(Format.HTML);
    }

    /** Collects the content of the report. */
    private static final class Sketch {

        private final OnnxModel model;
        private final DataflowGraph graph;
        private final ModelCosts costs;
        private final Cuts cuts;
        private final Partition partition;

        Sketch(OnnxModel model, ModelCosts costs, Cuts cuts, Partition partition) {
            this.model = model;
            this.graph = model.graph();
            this.costs = costs;
            this.cuts = cuts;
            this.partition = partition;
        }

        Drawing drawing() {
            int[] order = Partition.of(graph, cuts.list()).segments().stream()
                    .flatMapToInt(segment -> segment.operators().stream())
                    .toArray();
            return new Drawing(
                    model.name(),
                    facts(),
                    partition.segments().stream().map(this::block).toList(),
                    flows(),
                    steps(order),
                    cuts.list().stream().map(this::mark).toList());
        }

        private List<String> facts() {
            ModelCharacteristics found = costs.characteristics();
            List<String> facts = new ArrayList<>();
            facts.add(cuts.usedOperatorCount() + " operators");
            facts.add(found.flops().isPresent() ? Quantities.decimal(found.flops(), "FLOPs") : "arithmetic unknown");
            facts.add(Quantities.bytes(found.weightBytes()) + " of weights");
            found.peakActivationBytes().ifPresent(peak -> facts.add(Quantities.bytes(peak) + " alive at most"));
            facts.add(cuts.size() + " cuts" + (cuts.effort().limited() ? " (search stopped at its budget)" : ""));
            if (!costs.shapes().openDimensions().isEmpty()) {
                facts.add("open: " + String.join(", ", costs.shapes().openDimensions()));
            }
            return facts;
        }

        private Drawing.Block block(Segment segment) {
            ModelCharacteristics found = costs.characteristics(segment);
            List<Drawing.Item> items = segment.operators().stream()
                    .mapToObj(operator -> new Drawing.Item(
                            graph.operatorLabel(operator),
                            graph.operatorType(operator),
                            costs.flops(operator),
                            graph.writes(operator).isEmpty()
                                    ? ""
                                    : type(graph.writes(operator).get(0))))
                    .toList();
            return new Drawing.Block(segment.index(), found.flops(), found.weightBytes(), items);
        }

        /** Returns a tensor's type and shape without its name. */
        private String type(int tensor) {
            String name = graph.tensorName(tensor);
            return costs.shapes().of(name).toString().substring(name.length() + 2);
        }

        private List<Drawing.Flow> flows() {
            Map<Integer, Map<Integer, List<Drawing.Tensor>>> flows = new TreeMap<>();
            for (Segment segment : partition.segments()) {
                for (int tensor : segment.inputs()) {
                    int from = graph.producer(tensor).isPresent()
                            ? partition
                                    .segmentOf(graph.producer(tensor).getAsInt())
                                    .orElse(Drawing.INPUT)
                            : Drawing.INPUT;
                    add(flows, from, segment.index(), tensor);
                }
                for (int tensor : segment.outputs()) {
                    if (graph.outputs().contains(tensor)) {
                        add(flows, segment.index(), Drawing.OUTPUT, tensor);
                    }
                }
            }
            List<Drawing.Flow> found = new ArrayList<>();
            flows.forEach((from, byReader) ->
                    byReader.forEach((to, tensors) -> found.add(new Drawing.Flow(from, to, tensors))));
            return found;
        }

        private void add(Map<Integer, Map<Integer, List<Drawing.Tensor>>> flows, int from, int to, int tensor) {
            flows.computeIfAbsent(from, none -> new TreeMap<>())
                    .computeIfAbsent(to, none -> new ArrayList<>())
                    .add(new Drawing.Tensor(
                            graph.tensorName(tensor),
                            type(tensor),
                            costs.shapes().bytes(tensor)));
        }

        private List<Drawing.Step> steps(int... order) {
            Liveness liveness = Liveness.of(graph, Indices.of(order), costs.shapes()::bytes);
            return IntStream.range(0, order.length)
                    .mapToObj(place -> new Drawing.Step(
                            graph.operatorLabel(order[place]),
                            graph.operatorType(order[place]),
                            costs.flops(order[place]),
                            liveness.bytesAfter(place)))
                    .toList();
        }

        private Drawing.Mark mark(Cut cut) {
            String names = cut.tensors().stream().mapToObj(graph::tensorName).collect(Collectors.joining(", "));
            OptionalLong bytes = cut.bytes();
            return new Drawing.Mark(cut.operatorsBefore() - 1, cut.width(), names, bytes);
        }
    }
}
