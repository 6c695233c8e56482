package io.pepper.cut;

import io.pepper.cut.internal.Adjacency;
import io.pepper.cut.internal.LowLink;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Edge;
import io.pepper.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jgrapht.Graph;

/**
 * A finder of bridges: edges whose removal disconnects their ends, regardless of the directions of edges.
 *
 * <p>The algorithm is the low-link of R. E. Tarjan, "A note on finding the bridges of a graph", Information Processing
 * Letters 2(6), 1974, implemented without recursion, so that the depth of graphs is unlimited. Time and memory are
 * O(V+E).
 *
 * <p>Parallel edges are never bridges, and neither are self-loops. The order of the result depends only on the graph.
 * Stateless and therefore thread-safe, as long as the graph does not change.
 *
 * <pre>{@code
 * List<DefaultEdge> bridges = Bridges.of(anyJGraphTGraph);
 * }</pre>
 */
public final class Bridges {
    private Bridges() {}

    /**
     * Returns the bridges of a dataflow graph, between operators and tensors. Not every bridge is a cut ({@link Cuts}).
     *
     * @param graph the graph
     * @return the bridges, equal to edges of {@link DataflowGraph#asJGraphT()}, in ascending order of their numbers
     */
    public static List<Edge> of(DataflowGraph graph) {
        DataflowEdges edges = new DataflowEdges(graph);
        int[] ends = LowLink.bridgeEnds(edges.adjacency());
        List<Edge> bridges = new ArrayList<>();
        for (int e = 0; e < edges.count(); e++) {
            if (LowLink.isBridge(ends, edges.source(e), edges.target(e))) {
                bridges.add(edges.edge(e));
            }
        }
        return List.copyOf(bridges);
    }

    /**
     * Returns the bridges of any graph, directed or undirected, simple or not, connected or not.
     *
     * @param graph the graph
     * @param <V> the type of its vertices
     * @param <E> the type of its edges
     * @return the bridges, in the order of {@link Graph#edgeSet()}
     * @throws IllegalArgumentException if an end of an edge is not a vertex of the graph
     */
    public static <V, E> List<E> of(Graph<V, E> graph) {
        Map<V, Integer> numbers = new HashMap<>(graph.vertexSet().size() * 2);
        for (V vertex : graph.vertexSet()) {
            numbers.put(vertex, numbers.size());
        }
        List<E> edges = new ArrayList<>(graph.edgeSet());
        int[] sources = new int[edges.size()];
        int[] targets = new int[edges.size()];
        for (int e = 0; e < sources.length; e++) {
            sources[e] = number(numbers, graph.getEdgeSource(edges.get(e)));
            targets[e] = number(numbers, graph.getEdgeTarget(edges.get(e)));
        }
        int[] ends = LowLink.bridgeEnds(Adjacency.of(numbers.size(), sources, targets, sources.length));
        List<E> bridges = new ArrayList<>();
        for (int e = 0; e < sources.length; e++) {
            if (LowLink.isBridge(ends, sources[e], targets[e])) {
                bridges.add(edges.get(e));
            }
        }
        return List.copyOf(bridges);
    }

    private static <V> int number(Map<V, Integer> numbers, V vertex) {
        Integer number = numbers.get(vertex);
        if (number == null) {
            throw new IllegalArgumentException("an edge ends at " + vertex + ", which is not a vertex of the graph");
        }
        return number;
    }

    /** The edges of a dataflow graph by number: reads, then writes. Vertices are operators, then tensors. */
    private static final class DataflowEdges {
        private final DataflowGraph graph;
        private final int[] sources;
        private final int[] targets;

        DataflowEdges(DataflowGraph graph) {
            this.graph = graph;
            int operators = graph.operatorCount();
            sources = new int[graph.edgeCount()];
            targets = new int[graph.edgeCount()];
            int e = 0;
            for (int o = 0; o < operators; o++) {
                var reads = graph.reads(o);
                for (int i = 0; i < reads.size(); i++) {
                    sources[e] = operators + reads.get(i);
                    targets[e++] = o;
                }
            }
            for (int o = 0; o < operators; o++) {
                var writes = graph.writes(o);
                for (int i = 0; i < writes.size(); i++) {
                    sources[e] = o;
                    targets[e++] = operators + writes.get(i);
                }
            }
        }

        Adjacency adjacency() {
            return Adjacency.of(graph.operatorCount() + graph.tensorCount(), sources, targets, sources.length);
        }

        int count() {
            return sources.length;
        }

        int source(int edge) {
            return sources[edge];
        }

        int target(int edge) {
            return targets[edge];
        }

        Edge edge(int number) {
            return new Edge(number, node(sources[number]), node(targets[number]));
        }

        private Node node(int vertex) {
            int tensor = vertex - graph.operatorCount();
            return tensor < 0
                    ? new Node(Node.Kind.OPERATOR, vertex, graph.operatorLabel(vertex))
                    : new Node(Node.Kind.TENSOR, tensor, graph.tensorName(tensor));
        }
    }
}
