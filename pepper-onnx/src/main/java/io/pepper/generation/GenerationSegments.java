package io.pepper.generation;

import io.pepper.cluster.Cluster;
import io.pepper.cut.Cut;
import io.pepper.graph.DataflowGraph;
import io.pepper.model.ElementType;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partition;
import io.pepper.plan.CostModel;
import io.pepper.plan.Phases;
import io.pepper.plan.Placement;
import io.pepper.plan.Segments;
import io.pepper.workload.Workload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The segments of a text generator in each of its phases, with what travels between them: the tokens, the tensors at
 * the cuts, and the logits of the last position, but no caches. Thread-safe.
 */
public final class GenerationSegments {
    /** The name of the phase that runs the prompt. */
    public static final String PROMPT = "prompt";

    /** The name of the phase that runs one token. */
    public static final String TOKEN = "token";

    /** The name of the phase that never runs, but needs the memory of the longest context. */
    public static final String CONTEXT = "context";

    private final GenerationLoad load;
    private final Travelling promptFlows;
    private final Travelling tokenFlows;
    private final Travelling contextFlows;
    private final double[] cacheBytes;

    private GenerationSegments(
            GenerationLoad load, Travelling prompt, Travelling token, Travelling context, double... cacheBytes) {
        this.load = load;
        this.promptFlows = prompt;
        this.tokenFlows = token;
        this.contextFlows = context;
        this.cacheBytes = cacheBytes;
    }

    static GenerationSegments of(OnnxModel model, GenerationWork work, List<Cut> cuts)
            throws UnsupportedModelException {
        DataflowGraph graph = model.graph();
        DecoderRoles roles = work.roles();
        Travelling token = travelling(graph, work.token(), cuts, roles, 1);
        return new GenerationSegments(
                work.load(),
                travelling(graph, work.prompt(), cuts, roles, work.load().promptTokens()),
                token,
                travelling(graph, work.context(), cuts, roles, 1),
                cacheBytes(graph, work, token.all.partition(), model.name()));
    }

    /** The segments of one phase without what stays in the parts. */
    private record Travelling(ModelSegments all, List<Flow> flows) implements Segments {
        @Override
        public int count() {
            return all.count();
        }

        @Override
        public Workload workload(int from, int to) {
            return all.workload(from, to);
        }
    }

    private static Travelling travelling(
            DataflowGraph graph, ModelCosts costs, List<Cut> cuts, DecoderRoles roles, int tokens) {
        ModelSegments all = costs.segments(cuts);
        Set<String> hidden = new LinkedHashSet<>(roles.presents().values());
        List<Segments.Flow> flows = new ArrayList<>();
        for (int i = 0; i < all.flows().size(); i++) {
            Segments.Flow flow = all.flows().get(i);
            double bytes = flow.isOutput() ? 0 : Step.BYTES;
            for (String tensor : all.tensors(i)) {
                if (!hidden.contains(tensor) && !roles.isHidden(tensor)) {
                    double whole = bytes(graph, costs, tensor);
                    bytes += tensor.equals(roles.logits().name()) ? whole / tokens : whole;
                }
            }
            flows.add(new Segments.Flow(flow.producer(), flow.readers(), flow.isOutput(), bytes));
        }
        return new Travelling(all, List.copyOf(flows));
    }

    /** Returns the bytes of a tensor; the segments were refused already if they are unknown. */
    private static double bytes(DataflowGraph graph, ModelCosts costs, String tensor) {
        return (double) costs.shapes().bytes(graph.tensor(tensor).orElseThrow()).orElseThrow();
    }

    /** Returns the bytes of one sequence's caches in each segment, at the longest context. */
    private static double[] cacheBytes(DataflowGraph graph, GenerationWork work, Partition partition, String model)
            throws UnsupportedModelException {
        DecoderRoles roles = work.roles();
        double[] bytes = new double[partition.segments().size()];
        for (String past : roles.presents().keySet()) {
            String present = Objects.requireNonNull(roles.presents().get(past));
            OptionalInt maker = graph.producer(graph.tensor(present).orElseThrow());
            OptionalInt segment = maker.isPresent() ? partition.segmentOf(maker.getAsInt()) : OptionalInt.empty();
            if (segment.isEmpty()) {
                throw new UnsupportedModelException(model, "outputs", "no segment makes the cache '" + present + "'");
            }
            bytes[segment.getAsInt()] += cacheBytes(work, past);
        }
        return bytes;
    }

    /** Returns the bytes of a cache at the longest context, with its room for further tokens. */
    private static double cacheBytes(GenerationWork work, String past) {
        DecoderRoles roles = work.roles();
        double elements = Arrays.stream(roles.cacheShape(
                        past, Math.toIntExact(CacheMemory.room(work.load().contextTokens()))))
                .asDoubleStream()
                .reduce(1, (a, b) -> a * b);
        String type = Objects.requireNonNull(roles.inputs().get(past)).type().orElse("");
        return elements * ElementType.named(type).orElseThrow().bits() / Byte.SIZE;
    }

    /**
     * Returns the segments of the step of one token, with all tensors, for the export of parts.
     *
     * @return the segments
     */
    public ModelSegments token() {
        return tokenFlows.all;
    }

    /**
     * Returns the bytes of one sequence's caches at the longest context, with the room that they have for further tokens.
     *
     * @param segment a segment's index, from 0
     * @return 0 or more
     */
    public double cacheBytes(int segment) {
        return cacheBytes[segment];
    }

    /**
     * Returns the phases on a cluster: the prompt once, a token for each further new token, and the longest context,
     * which only needs memory. The caches of all sequences count as memory of their segments.
     *
     * @param cluster the devices and links
     * @param model the predictions for these devices
     * @return the phases, with the names {@link #PROMPT}, {@link #TOKEN} and {@link #CONTEXT}
     * @throws IllegalArgumentException see {@link CostModel#table}
     */
    public Phases phases(Cluster cluster, CostModel model) {
        double[] others = new double[cacheBytes.length];
        for (int segment = 0; segment < others.length; segment++) {
            others[segment] = (load.sequences() - 1) * cacheBytes[segment];
        }
        return Phases.of(
                cluster,
                List.of(
                        new Phases.Phase(PROMPT, model.table(promptFlows).withResidentBytes(others), 1),
                        new Phases.Phase(TOKEN, model.table(tokenFlows).withResidentBytes(others), load.tokenSteps()),
                        new Phases.Phase(CONTEXT, model.memory(contextFlows).withResidentBytes(others), 0)));
    }

    /**
     * Predicts one device again, after its state has changed.
     *
     * @param phases the phases of these segments so far
     * @param model the predictions in the current states of the devices
     * @param device the device's index
     * @return the phases with new times and energies of this device
     * @throws IllegalArgumentException see {@link CostModel#update}
     */
    public Phases update(Phases phases, CostModel model, int device) {
        return phases.withCosts(phases.list().stream()
                .map(phase -> switch (phase.name()) {
                    case PROMPT -> model.update(promptFlows, phase.costs(), device);
                    case TOKEN -> model.update(tokenFlows, phase.costs(), device);
                    default -> phase.costs();
                })
                .toList());
    }

    /**
     * Returns reasons why the figures of a placement may be wrong in either phase.
     *
     * @param model the predictions
     * @param placement the placement
     * @return a sentence each, without a full stop
     * @throws IllegalArgumentException see {@link CostModel#table}
     */
    public List<String> caveats(CostModel model, Placement placement) {
        Set<String> all = new LinkedHashSet<>(model.caveats(promptFlows, placement));
        all.addAll(model.caveats(tokenFlows, placement));
        return List.copyOf(all);
    }
}
