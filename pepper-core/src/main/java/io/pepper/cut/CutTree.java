package io.pepper.cut;

import io.pepper.cut.internal.Adjacency;
import io.pepper.cut.internal.LowLink;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntUnaryOperator;

/**
 * A dataflow graph as a tree. Its vertices are components: operators that are connected by more than one tensor, or
 * single operators. Its edges are the tensors that are the only link between two components. If branches are
 * independent (two towers that meet, heads that separate), the components of one branch do not depend on those of
 * another. Parts of branches can therefore be cut off and run at the same time, although no {@linkplain Cuts cut from
 * inputs to outputs} separates them.
 *
 * <p>The components are those of the undirected graph of operators and tensors without its {@linkplain Bridges bridges}
 * (its bridge tree). Bridges at tensors that should {@linkplain CutOptions#isUncuttable stay within a part} are kept.
 * The links form a forest: one tree for each connected component of the graph. Operators that no output needs, and
 * {@linkplain SharedTensors shared} operators and tensors, are left out.
 *
 * <p>Time and memory are O(operators + tensors + edges). Immutable and therefore thread-safe.
 */
public final class CutTree {
    private final Cuts cuts;
    private final DataflowGraph graph;
    private final int[] componentOf;
    private final List<Indices> components;
    private final List<Link> links;

    /**
     * A tensor that is the only link between two components.
     *
     * @param from the component that produces it
     * @param to the component that reads it
     * @param tensor the tensor's index
     */
    public record Link(int from, int to, int tensor) {}

    private CutTree(Cuts cuts) {
        this.cuts = cuts;
        this.graph = cuts.graph();
        Builder builder = new Builder();
        componentOf = builder.componentOf();
        components = builder.components();
        links = builder.links();
    }

    /**
     * Returns the tree of a graph.
     *
     * @param graph the graph
     * @return its tree
     */
    public static CutTree of(DataflowGraph graph) {
        return of(Cuts.of(graph));
    }

    /**
     * Returns the tree of a graph with shared tensors.
     *
     * @param cuts cuts of the graph, which determine the shared tensors
     * @return its tree
     * @throws IllegalArgumentException if a shared tensor is the result of an operator on a path, whose branch would
     *     have to come before all branches that read it
     */
    public static CutTree of(Cuts cuts) {
        OptionalInt made = cuts.sharing().anyMadeOnPath();
        if (made.isPresent()) {
            throw new IllegalArgumentException("branches share only inputs, and what follows from these; '"
                    + cuts.graph().tensorName(made.getAsInt()) + "' follows from other tensors");
        }
        return new CutTree(cuts);
    }

    /**
     * Returns the operators of each component.
     *
     * @return indices of operators, ascending; components in the order of their first operators
     */
    public List<Indices> components() {
        return components;
    }

    /**
     * Returns the links between components.
     *
     * @return a forest, ordered by tensor and then by reader
     */
    public List<Link> links() {
        return links;
    }

    /**
     * Returns the component of an operator.
     *
     * @param operator the operator's index
     * @return the component; -1 if no output needs the operator, or if it is shared
     */
    public int componentOf(int operator) {
        return componentOf[operator];
    }

    /**
     * Returns the cut at a link. All operators that remain connected to the producer of the tensor are before the cut.
     *
     * @param link one of the links of this tree
     * @return the cut, computed in O(operators) time
     */
    public Cut cut(Link link) {
        boolean[] after = new boolean[components.size()];
        List<List<Integer>> neighbours = new ArrayList<>();
        components.forEach(component -> neighbours.add(new ArrayList<>()));
        for (Link other : links) {
            if (!other.equals(link)) {
                neighbours.get(other.from()).add(other.to());
                neighbours.get(other.to()).add(other.from());
            }
        }
        Deque<Integer> open = new ArrayDeque<>(List.of(link.to()));
        after[link.to()] = true;
        while (!open.isEmpty()) {
            for (int neighbour : neighbours.get(open.pop())) {
                if (!after[neighbour]) {
                    after[neighbour] = true;
                    open.push(neighbour);
                }
            }
        }
        int[] places = numbersByOperator(component -> after[component] ? 1 : 0);
        Indices tensors = Indices.of(link.tensor());
        OptionalLong bytes = cuts.bytes(tensors);
        return new Cut(graph, cuts.sharing(), tensors, bytes, CutSides.of(places, 0));
    }

    /**
     * Returns a number for each operator, which is that of its component.
     *
     * @param numbers a function from a component to its number, 0 or more
     * @return the number of each operator's component; for a shared operator, the smallest number of those that need
     *     it; -1 if no output needs it
     */
    public int[] numbersByOperator(IntUnaryOperator numbers) {
        int[] spread = new int[graph.operatorCount()];
        Arrays.setAll(spread, o -> componentOf[o] < 0 ? -1 : numbers.applyAsInt(componentOf[o]));
        cuts.settleShared(spread);
        return spread;
    }

    @Override
    public String toString() {
        return "CutTree[" + components.size() + " components, " + links.size() + " links]";
    }

    /** A search for components and links. Vertices are operators, then tensors. */
    private final class Builder {
        private final Adjacency adjacency = adjacency();
        private final int[] ends = LowLink.bridgeEnds(adjacency);
        private final int[] componentOfVertex = new int[adjacency.vertexCount()];
        private int count;

        Builder() {
            Arrays.fill(componentOfVertex, -1);
            for (int operator = 0; operator < graph.operatorCount(); operator++) {
                if (cuts.isOnPath(operator) && componentOfVertex[operator] < 0) {
                    fill(operator, count++);
                }
            }
        }

        private int vertex(int tensor) {
            return graph.operatorCount() + tensor;
        }

        private Adjacency adjacency() {
            int[] sources = new int[graph.edgeCount()];
            int[] targets = new int[graph.edgeCount()];
            int edges = 0;
            for (int operator = 0; operator < graph.operatorCount(); operator++) {
                if (cuts.isOnPath(operator)) {
                    for (int tensor : graph.reads(operator)) {
                        sources[edges] = vertex(tensor);
                        targets[edges] = operator;
                        edges += cuts.sharing().isSharedTensor(tensor) ? 0 : 1;
                    }
                    for (int tensor : graph.writes(operator)) {
                        sources[edges] = operator;
                        targets[edges++] = vertex(tensor);
                    }
                }
            }
            return Adjacency.of(graph.operatorCount() + graph.tensorCount(), sources, targets, edges);
        }

        private void fill(int operator, int component) {
            Deque<Integer> open = new ArrayDeque<>(List.of(operator));
            componentOfVertex[operator] = component;
            while (!open.isEmpty()) {
                int vertex = open.pop();
                for (int i = adjacency.offsets()[vertex]; i < adjacency.offsets()[vertex + 1]; i++) {
                    int next = adjacency.neighbours()[i];
                    if (componentOfVertex[next] < 0 && !isLink(Math.max(vertex, next), Math.min(vertex, next))) {
                        componentOfVertex[next] = component;
                        open.push(next);
                    }
                }
            }
        }

        /** Returns whether the edge is the only connection of an operator and its tensor, and the tensor may cross. */
        private boolean isLink(int tensorVertex, int operator) {
            int tensor = tensorVertex - graph.operatorCount();
            return LowLink.isBridge(ends, tensorVertex, operator)
                    && !(graph.producer(tensor).isPresent() && cuts.options().isUncuttable(tensor));
        }

        int[] componentOf() {
            return Arrays.copyOf(componentOfVertex, graph.operatorCount());
        }

        List<Indices> components() {
            int[] sizes = new int[count];
            for (int operator = 0; operator < graph.operatorCount(); operator++) {
                if (componentOfVertex[operator] >= 0) {
                    sizes[componentOfVertex[operator]]++;
                }
            }
            int[][] operators = new int[count][];
            Arrays.setAll(operators, component -> new int[sizes[component]]);
            for (int operator = graph.operatorCount() - 1; operator >= 0; operator--) {
                int component = componentOfVertex[operator];
                if (component >= 0) {
                    operators[component][--sizes[component]] = operator;
                }
            }
            return Arrays.stream(operators).map(Indices::of).toList();
        }

        /**
         * Returns the links. A tensor whose readers are all connected only by it belongs to no component: its producer
         * then has a link to each reader.
         */
        List<Link> links() {
            List<Link> found = new ArrayList<>();
            for (int tensor = 0; tensor < graph.tensorCount(); tensor++) {
                int maker = graph.producer(tensor).orElse(-1);
                if (maker >= 0 && cuts.isOnPath(maker)) {
                    int from = componentOfVertex[maker];
                    int own = componentOfVertex[vertex(tensor)];
                    if (own >= 0 && own != from) {
                        found.add(new Link(from, own, tensor));
                    }
                    for (int reader : graph.readers(tensor)) {
                        if (cuts.isOnPath(reader) && isLink(vertex(tensor), reader)) {
                            found.add(new Link(from, componentOfVertex[reader], tensor));
                        }
                    }
                }
            }
            return List.copyOf(found);
        }
    }
}
