package io.pepper.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jgrapht.Graph;
import org.jgrapht.GraphType;
import org.junit.jupiter.api.Test;

/** The contract of {@link Graph}. */
class JGraphTViewTest {
    private final DataflowGraph dataflow = DataflowGraph.builder()
            .input("x")
            .operator("conv", "Conv", List.of("x"), List.of("c"))
            .operator("", "Mul", List.of("c", "c"), List.of("y"))
            .output("y")
            .build();
    private final Graph<Node, Edge> graph = dataflow.asJGraphT();

    private final Node conv = new Node(Node.Kind.OPERATOR, 0, "conv");
    private final Node mul = new Node(Node.Kind.OPERATOR, 1, "Mul#1");
    private final Node x = new Node(Node.Kind.TENSOR, 0, "x");
    private final Node c = new Node(Node.Kind.TENSOR, 1, "c");
    private final Node y = new Node(Node.Kind.TENSOR, 2, "y");
    private final List<Edge> edges = List.of(
            new Edge(0, x, conv), new Edge(1, c, mul), new Edge(2, c, mul), new Edge(3, conv, c), new Edge(4, mul, y));
    private final Node foreign = new Node(Node.Kind.OPERATOR, 2, "more");
    private final Edge foreignEdge = new Edge(5, x, mul);

    @Test
    void hasOperatorsThenTensorsAndReadsThenWrites() {
        assertThat(graph.vertexSet()).containsExactly(conv, mul, x, c, y).hasSize(5);
        assertThat(graph.edgeSet()).containsExactlyElementsOf(edges).hasSize(5);
        assertThat(graph.edgeSet()).extracting(Edge::number).containsExactly(0, 1, 2, 3, 4);
        assertThat(graph.getEdgeSource(edges.get(3))).isEqualTo(conv);
        assertThat(graph.getEdgeTarget(edges.get(3))).isEqualTo(c);
        assertThat(graph.getEdgeWeight(edges.get(3))).isEqualTo(Graph.DEFAULT_EDGE_WEIGHT);
        assertThat(edges.get(1)).hasToString("c -> Mul#1");
    }

    @Test
    void knowsDegreesAndEdges() {
        assertThat(graph.degreeOf(c)).isEqualTo(3);
        assertThat(graph.inDegreeOf(c)).isEqualTo(1);
        assertThat(graph.outDegreeOf(c)).isEqualTo(2);
        assertThat(graph.edgesOf(c)).containsExactly(edges.get(3), edges.get(1), edges.get(2));
        assertThat(graph.incomingEdgesOf(mul)).containsExactly(edges.get(1), edges.get(2));
        assertThat(graph.outgoingEdgesOf(y)).isEmpty();
        assertThat(graph.incomingEdgesOf(x)).isEmpty();
    }

    @Test
    void keepsParallelEdgesApart() {
        assertThat(graph.getAllEdges(c, mul)).containsExactly(edges.get(1), edges.get(2));
        assertThat(graph.getEdge(c, mul)).isEqualTo(edges.get(1));
        assertThat(graph.containsEdge(c, mul)).isTrue();
        assertThat(graph.getAllEdges(mul, c)).isEmpty();
        assertThat(graph.getEdge(mul, c)).isNull();
        assertThat(graph.containsEdge(mul, c)).isFalse();
    }

    @Test
    void doesNotKnowWhatIsForeign() {
        for (Node node : new Node[] {
            foreign, new Node(Node.Kind.OPERATOR, -1, "conv"), new Node(Node.Kind.TENSOR, 0, "conv"), null
        }) {
            assertThat(graph.containsVertex(node)).isFalse();
            assertThat(graph.vertexSet().contains(node)).isFalse();
            assertThat(graph.getAllEdges(node, c)).isNull();
            assertThat(graph.getAllEdges(c, node)).isNull();
            assertThat(graph.getEdge(node, c)).isNull();
            assertThat(graph.containsEdge(c, node)).isFalse();
        }
        for (Edge edge : new Edge[] {foreignEdge, new Edge(-1, x, conv), new Edge(1, x, conv), null}) {
            assertThat(graph.containsEdge(edge)).isFalse();
            assertThat(graph.edgeSet().contains(edge)).isFalse();
        }
        assertThat(graph.vertexSet().contains((Object) "conv")).isFalse();
    }

    @Test
    void refusesQuestionsAboutForeignVertices() {
        List<Function<Node, ?>> questions = List.of(
                graph::degreeOf,
                graph::inDegreeOf,
                graph::outDegreeOf,
                graph::edgesOf,
                graph::incomingEdgesOf,
                graph::outgoingEdgesOf);
        for (var question : questions) {
            assertThatThrownBy(() -> question.apply(foreign))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no such vertex in graph: more");
            assertThatNullPointerException().isThrownBy(() -> question.apply(null));
        }
    }

    @Test
    void cannotBeChanged() {
        List<ThrowingCallable> changes = List.of(
                graph::addVertex,
                () -> graph.addVertex(foreign),
                () -> graph.addVertex(conv),
                () -> graph.addEdge(x, mul),
                () -> graph.addEdge(x, mul, foreignEdge),
                () -> graph.removeEdge(x, conv),
                () -> graph.removeEdge(edges.get(0)),
                () -> graph.removeVertex(conv),
                () -> graph.removeAllEdges(edges),
                () -> graph.removeAllEdges(List.of()),
                () -> graph.removeAllEdges(c, mul),
                () -> graph.removeAllEdges(mul, c),
                () -> graph.removeAllVertices(List.of(x)),
                () -> graph.removeAllVertices(List.of()),
                () -> graph.setEdgeWeight(edges.get(0), 2),
                () -> graph.setEdgeWeight(c, mul, 2));
        for (ThrowingCallable change : changes) {
            assertThatThrownBy(change).isInstanceOf(UnsupportedOperationException.class);
        }
        assertThat(graph.edgeSet()).hasSize(5);
    }

    @Test
    void handsOutSetsThatCannotBeChanged() {
        for (Set<?> set : List.of(
                graph.vertexSet(),
                graph.edgeSet(),
                graph.edgesOf(c),
                graph.incomingEdgesOf(c),
                graph.outgoingEdgesOf(c),
                graph.getAllEdges(c, mul))) {
            assertThatThrownBy(set::clear).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> set.removeIf(element -> true)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> set.remove(new ArrayList<>(set).get(0)))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void saysWhatKindOfGraphItIs() {
        GraphType type = graph.getType();
        assertThat(type.isDirected()).isTrue();
        assertThat(type.isAllowingMultipleEdges()).isTrue();
        assertThat(type.isAllowingSelfLoops()).isFalse();
        assertThat(type.isAllowingCycles()).isFalse();
        assertThat(type.isModifiable()).isFalse();
        assertThat(type.isWeighted()).isFalse();
        assertThat(graph.getVertexSupplier()).isNull();
        assertThat(graph.getEdgeSupplier()).isNull();
    }

    @Test
    void viewsOfTheSameGraphAreEqual() {
        assertThat(graph).isEqualTo(dataflow.asJGraphT()).hasSameHashCodeAs(dataflow.asJGraphT());
        assertThat(graph).isNotEqualTo(RandomGraphs.chain(2).asJGraphT());
    }

    @Test
    void agreesWithTheDataflowGraphItShows() {
        for (int seed = 0; seed < 300; seed++) {
            DataflowGraph shown = RandomGraphs.plan(new Random(seed), 25).build();
            Graph<Node, Edge> view = shown.asJGraphT();
            assertThat(view.edgeSet()).hasSize(shown.edgeCount());
            for (Node node : view.vertexSet()) {
                boolean operator = node.kind() == Node.Kind.OPERATOR;
                int in = operator
                        ? shown.reads(node.index()).size()
                        : shown.producer(node.index()).isPresent() ? 1 : 0;
                Indices out = operator ? shown.writes(node.index()) : shown.readers(node.index());
                assertThat(view.inDegreeOf(node)).isEqualTo(in);
                assertThat(view.outgoingEdgesOf(node))
                        .extracting(edge -> edge.target().index())
                        .containsExactlyElementsOf(out);
                assertThat(view.edgesOf(node)).allMatch(view::containsEdge).hasSize(view.degreeOf(node));
            }
        }
    }
}
