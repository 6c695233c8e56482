package io.pepper.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Edge;
import io.pepper.graph.RandomGraphs;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jgrapht.Graph;
import org.jgrapht.alg.connectivity.BiconnectivityInspector;
import org.jgrapht.alg.connectivity.ConnectivityInspector;
import org.jgrapht.graph.AsSubgraph;
import org.jgrapht.graph.AsUndirectedGraph;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.graph.DirectedPseudograph;
import org.jgrapht.graph.GraphDelegator;
import org.jgrapht.graph.Pseudograph;
import org.jgrapht.graph.SimpleGraph;
import org.junit.jupiter.api.Test;

class BridgesTest {
    private static final int LARGE = 200_000;

    @Test
    void theEdgeBetweenTwoTrianglesIsTheOnlyBridge() {
        Graph<String, DefaultEdge> graph = new SimpleGraph<>(DefaultEdge.class);
        List.of("a", "b", "c", "d", "e", "f", "lonely").forEach(graph::addVertex);
        for (String edge : List.of("ab", "bc", "ca", "de", "ef", "fd")) {
            graph.addEdge(edge.substring(0, 1), edge.substring(1));
        }
        DefaultEdge joint = graph.addEdge("c", "d");
        assertThat(Bridges.of(graph)).containsExactly(joint);
    }

    @Test
    void parallelEdgesAndLoopsAreNoBridges() {
        Graph<String, DefaultEdge> graph = new Pseudograph<>(DefaultEdge.class);
        List.of("a", "b", "c").forEach(graph::addVertex);
        graph.addEdge("a", "b");
        graph.addEdge("b", "a");
        graph.addEdge("c", "c");
        DefaultEdge only = graph.addEdge("b", "c");
        assertThat(Bridges.of(graph)).containsExactly(only);
    }

    @Test
    void dataflowGraphAndItsJGraphTViewHaveTheSameBridges() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("conv", "Conv", List.of("x"), List.of("c"))
                .operator("square", "Mul", List.of("c", "c"), List.of("s"))
                .operator("add", "Add", List.of("s", "c"), List.of("y"))
                .output("y")
                .build();
        assertThat(Bridges.of(graph).stream().map(Edge::toString))
                .containsExactly("x -> conv", "conv -> c", "add -> y");
        for (int seed = 0; seed < 1_000; seed++) {
            DataflowGraph random = RandomGraphs.plan(new Random(seed), 40).build();
            assertThat(Bridges.of(random)).as("seed %d", seed).isEqualTo(Bridges.of(random.asJGraphT()));
        }
    }

    @Test
    void bridgesAreThoseFoundByRemovingEachEdge() {
        for (int seed = 0; seed < 1_500; seed++) {
            Graph<Integer, DefaultEdge> graph = random(new Random(seed));
            assertThat(Bridges.of(graph)).as("seed %d", seed).isEqualTo(bruteForce(graph));
        }
    }

    @Test
    void agreesWithJGraphT() {
        for (int seed = 0; seed < 1_500; seed++) {
            Graph<Integer, DefaultEdge> graph = random(new Random(10_000L + seed));
            if (!graph.vertexSet().isEmpty()) {
                Graph<Integer, DefaultEdge> undirected =
                        graph.getType().isDirected() ? new AsUndirectedGraph<>(graph) : graph;
                assertThat(Set.copyOf(Bridges.of(graph)))
                        .as("seed %d", seed)
                        .isEqualTo(new BiconnectivityInspector<>(undirected).getBridges());
            }
        }
    }

    @Test
    void dependsOnNothingButTheGraph() {
        Graph<Integer, DefaultEdge> graph = random(new Random(7));
        assertThat(Bridges.of(graph)).isEqualTo(Bridges.of(graph));
        List<DefaultEdge> order = new ArrayList<>(graph.edgeSet());
        assertThat(Bridges.of(graph)).isSortedAccordingTo((a, b) -> order.indexOf(a) - order.indexOf(b));
    }

    @Test
    void refusesAGraphWhoseEdgeEndsOutsideOfIt() {
        Graph<Integer, DefaultEdge> whole = vertices(3);
        whole.addEdge(0, 1);
        whole.addEdge(1, 2);
        Graph<Integer, DefaultEdge> hostile = new GraphDelegator<>(whole) {
            private static final long serialVersionUID = 1L;

            @Override
            public Set<Integer> vertexSet() {
                return Set.of(0, 1);
            }
        };
        assertThatThrownBy(() -> Bridges.of(hostile))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an edge ends at 2, which is not a vertex of the graph");
    }

    @Test
    void allEdgesOfALongDataflowChainAreBridges() {
        DataflowGraph chain = RandomGraphs.chain(LARGE / 2);
        assertThat(Bridges.of(chain)).hasSize(chain.edgeCount()).first().hasToString("t0 -> op0");
    }

    @Test
    void allEdgesOfALongChainAreBridges() {
        Graph<Integer, DefaultEdge> chain = vertices(LARGE);
        for (int v = 1; v < LARGE; v++) {
            chain.addEdge(v - 1, v);
        }
        assertThat(Bridges.of(chain)).hasSize(LARGE - 1);
        chain.addEdge(LARGE - 1, 0);
        assertThat(Bridges.of(chain)).isEmpty();
    }

    @Test
    void allEdgesOfALargeStarAreBridges() {
        Graph<Integer, DefaultEdge> star = vertices(LARGE);
        for (int v = 1; v < LARGE; v++) {
            star.addEdge(0, v);
        }
        assertThat(Bridges.of(star)).hasSize(LARGE - 1);
    }

    @Test
    void onlyThePendantEdgeOfALongLadderIsABridge() {
        Graph<Integer, DefaultEdge> ladder = vertices(LARGE + 1);
        for (int v = 0; v + 3 < LARGE; v += 2) {
            ladder.addEdge(v, v + 1);
            ladder.addEdge(v, v + 2);
            ladder.addEdge(v + 1, v + 3);
        }
        ladder.addEdge(LARGE - 2, LARGE - 1);
        DefaultEdge hanging = ladder.addEdge(LARGE - 1, LARGE);
        assertThat(Bridges.of(ladder)).containsExactly(hanging);
    }

    private static Graph<Integer, DefaultEdge> vertices(int count) {
        Graph<Integer, DefaultEdge> graph = new Pseudograph<>(DefaultEdge.class);
        for (int v = 0; v < count; v++) {
            graph.addVertex(v);
        }
        return graph;
    }

    /** Trees, trees with few edges more, sparse and dense graphs, unconnected ones; a few loops and parallel edges. */
    private static Graph<Integer, DefaultEdge> random(Random random) {
        Graph<Integer, DefaultEdge> graph = random.nextBoolean()
                ? new Pseudograph<>(DefaultEdge.class)
                : new DirectedPseudograph<>(DefaultEdge.class);
        int count = random.nextInt(25);
        for (int v = 0; v < count; v++) {
            graph.addVertex(v);
            if (v > 0 && random.nextInt(8) > 0) {
                int other = random.nextInt(Math.min(v, 1 + random.nextInt(v)));
                graph.addEdge(random.nextBoolean() ? v : other, random.nextBoolean() ? other : v);
            }
        }
        int bound = Math.max(1, count);
        int more =
                switch (random.nextInt(5)) {
                    case 0 -> 0;
                    case 1 -> random.nextInt(bound * bound);
                    default -> random.nextInt(1 + random.nextInt(2 * bound));
                };
        more = count == 0 ? 0 : more;
        for (int e = 0; e < more; e++) {
            graph.addEdge(random.nextInt(count), random.nextInt(count));
        }
        return graph;
    }

    private static List<DefaultEdge> bruteForce(Graph<Integer, DefaultEdge> graph) {
        List<DefaultEdge> bridges = new ArrayList<>();
        int components = new ConnectivityInspector<>(graph).connectedSets().size();
        for (DefaultEdge edge : graph.edgeSet()) {
            Set<DefaultEdge> others = new LinkedHashSet<>(graph.edgeSet());
            others.remove(edge);
            var without = new AsSubgraph<>(graph, graph.vertexSet(), others);
            if (new ConnectivityInspector<>(without).connectedSets().size() > components) {
                bridges.add(edge);
            }
        }
        return bridges;
    }
}
