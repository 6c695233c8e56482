package io.pepper.graph;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jgrapht.GraphType;
import org.jgrapht.graph.AbstractGraph;
import org.jgrapht.graph.DefaultGraphType;
import org.jspecify.annotations.Nullable;

/** The read-only JGraphT view of a dataflow graph. */
final class JGraphTView extends AbstractGraph<Node, Edge> {
    private static final GraphType TYPE = new DefaultGraphType.Builder()
            .directed()
            .weighted(false)
            .modifiable(false)
            .allowMultipleEdges(true)
            .allowSelfLoops(false)
            .allowCycles(false)
            .build();

    private final DataflowGraph graph;
    private final Node[] nodes;
    private final Edge[] edges;

    /** The numbers of the edges that leave and enter each vertex. */
    private final Rows outgoing;

    private final Rows incoming;

    JGraphTView(DataflowGraph graph) {
        this.graph = graph;
        int operators = graph.operatorCount();
        nodes = new Node[operators + graph.tensorCount()];
        Arrays.setAll(nodes, v -> v < operators ? operator(v) : tensor(v - operators));
        edges = new Edge[graph.edgeCount()];
        int[] sources = new int[edges.length];
        int[] targets = new int[edges.length];
        int count = 0;
        for (int o = 0; o < operators; o++) {
            for (int t : graph.reads(o)) {
                sources[count] = operators + t;
                targets[count++] = o;
            }
        }
        for (int o = 0; o < operators; o++) {
            for (int t : graph.writes(o)) {
                sources[count] = o;
                targets[count++] = operators + t;
            }
        }
        Arrays.setAll(edges, e -> new Edge(e, nodes[sources[e]], nodes[targets[e]]));
        outgoing = oneEach(sources).transposed(nodes.length);
        incoming = oneEach(targets).transposed(nodes.length);
    }

    private Node operator(int index) {
        return new Node(Node.Kind.OPERATOR, index, graph.operatorLabel(index));
    }

    private Node tensor(int index) {
        return new Node(Node.Kind.TENSOR, index, graph.tensorName(index));
    }

    private static Rows oneEach(int[] values) {
        int[] offsets = new int[values.length + 1];
        Arrays.setAll(offsets, i -> i);
        return new Rows(offsets, values);
    }

    /** Returns the number of a vertex; -1 if it is not in this graph. */
    private int number(@Nullable Object vertex) {
        if (vertex instanceof Node node) {
            int number = node.kind() == Node.Kind.OPERATOR ? node.index() : graph.operatorCount() + node.index();
            if (number >= 0 && number < nodes.length && nodes[number].equals(node)) {
                return number;
            }
        }
        return -1;
    }

    private int existing(Node vertex) {
        Objects.requireNonNull(vertex);
        int number = number(vertex);
        if (number < 0) {
            throw new IllegalArgumentException("no such vertex in graph: " + vertex);
        }
        return number;
    }

    private Set<Edge> edgesOf(Rows rows, int vertex) {
        Set<Edge> found = new LinkedHashSet<>();
        rows.row(vertex).stream().forEach(e -> found.add(edges[e]));
        return Collections.unmodifiableSet(found);
    }

    @Override
    public @Nullable Set<Edge> getAllEdges(Node source, Node target) {
        int from = number(source);
        int to = number(target);
        if (from < 0 || to < 0) {
            return null;
        }
        Set<Edge> found = new LinkedHashSet<>(edgesOf(outgoing, from));
        found.removeIf(edge -> !edge.target().equals(target));
        return Collections.unmodifiableSet(found);
    }

    @Override
    public @Nullable Edge getEdge(Node source, Node target) {
        Set<Edge> all = getAllEdges(source, target);
        return all == null || all.isEmpty() ? null : all.iterator().next();
    }

    @Override
    public boolean containsVertex(@Nullable Node vertex) {
        return number(vertex) >= 0;
    }

    @Override
    public boolean containsEdge(@Nullable Edge edge) {
        return edge != null && edge.number() >= 0 && edge.number() < edges.length && edges[edge.number()].equals(edge);
    }

    @Override
    public Set<Node> vertexSet() {
        return new ArraySet<>(nodes, v -> v instanceof Node node && containsVertex(node));
    }

    @Override
    public Set<Edge> edgeSet() {
        return new ArraySet<>(edges, e -> e instanceof Edge edge && containsEdge(edge));
    }

    @Override
    public int degreeOf(Node vertex) {
        return inDegreeOf(vertex) + outDegreeOf(vertex);
    }

    @Override
    public Set<Edge> edgesOf(Node vertex) {
        Set<Edge> all = new LinkedHashSet<>(incomingEdgesOf(vertex));
        all.addAll(outgoingEdgesOf(vertex));
        return Collections.unmodifiableSet(all);
    }

    @Override
    public int inDegreeOf(Node vertex) {
        return incoming.row(existing(vertex)).size();
    }

    @Override
    public Set<Edge> incomingEdgesOf(Node vertex) {
        return edgesOf(incoming, existing(vertex));
    }

    @Override
    public int outDegreeOf(Node vertex) {
        return outgoing.row(existing(vertex)).size();
    }

    @Override
    public Set<Edge> outgoingEdgesOf(Node vertex) {
        return edgesOf(outgoing, existing(vertex));
    }

    @Override
    public Node getEdgeSource(Edge edge) {
        return edge.source();
    }

    @Override
    public Node getEdgeTarget(Edge edge) {
        return edge.target();
    }

    @Override
    public GraphType getType() {
        return TYPE;
    }

    @Override
    public double getEdgeWeight(Edge edge) {
        return DEFAULT_EDGE_WEIGHT;
    }

    @Override
    public @Nullable Supplier<Node> getVertexSupplier() {
        return null;
    }

    @Override
    public @Nullable Supplier<Edge> getEdgeSupplier() {
        return null;
    }

    @Override
    public Edge addEdge(Node source, Node target) {
        throw readOnly();
    }

    @Override
    public boolean addEdge(Node source, Node target, Edge edge) {
        throw readOnly();
    }

    @Override
    public Node addVertex() {
        throw readOnly();
    }

    @Override
    public boolean addVertex(Node vertex) {
        throw readOnly();
    }

    @Override
    public Edge removeEdge(Node source, Node target) {
        throw readOnly();
    }

    @Override
    public boolean removeEdge(Edge edge) {
        throw readOnly();
    }

    @Override
    public boolean removeAllEdges(Collection<? extends Edge> some) {
        throw readOnly();
    }

    @Override
    public Set<Edge> removeAllEdges(Node source, Node target) {
        throw readOnly();
    }

    @Override
    public boolean removeAllVertices(Collection<? extends Node> some) {
        throw readOnly();
    }

    @Override
    public boolean removeVertex(Node vertex) {
        throw readOnly();
    }

    @Override
    public void setEdgeWeight(Edge edge, double weight) {
        throw readOnly();
    }

    private static UnsupportedOperationException readOnly() {
        return new UnsupportedOperationException("a view of a dataflow graph cannot be changed");
    }
}
