package io.pepper.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jgrapht.Graph;
import org.jgrapht.alg.connectivity.ConnectivityInspector;
import org.jgrapht.nio.AttributeType;
import org.jgrapht.nio.DefaultAttribute;
import org.jgrapht.nio.dot.DOTExporter;
import org.jgrapht.nio.graphml.GraphMLExporter;
import org.jgrapht.traverse.TopologicalOrderIterator;
import org.junit.jupiter.api.Test;

/** JGraphT's own algorithms and exporters on the view. */
class JGraphTViewUseTest {
    private final Graph<Node, Edge> graph = DataflowGraph.builder()
            .input("x")
            .operator("a<&>", "Op", List.of("x", "x"), List.of("t"))
            .output("t")
            .build()
            .asJGraphT();

    @Test
    void iteratesInTopologicalOrder() {
        for (int seed = 0; seed < 200; seed++) {
            Graph<Node, Edge> view =
                    RandomGraphs.plan(new Random(seed), 25).build().asJGraphT();
            Map<Node, Integer> place = new HashMap<>();
            new TopologicalOrderIterator<>(view).forEachRemaining(node -> place.put(node, place.size()));
            assertThat(place).hasSameSizeAs(view.vertexSet());
            assertThat(view.edgeSet()).allMatch(edge -> place.get(edge.source()) < place.get(edge.target()));
        }
    }

    @Test
    void findsComponents() {
        Graph<Node, Edge> view = DataflowGraph.builder()
                .input("x")
                .input("alone")
                .operator("a", "Op", List.of("x"), List.of("t"))
                .operator("b", "Op", List.of(), List.of("u"))
                .build()
                .asJGraphT();
        assertThat(new ConnectivityInspector<>(view).connectedSets())
                .extracting(set -> set.stream().map(Node::name).sorted().toList())
                .containsExactlyInAnyOrder(List.of("a", "t", "x"), List.of("b", "u"), List.of("alone"));
    }

    @Test
    void viewIsExportedAsDot() {
        DOTExporter<Node, Edge> exporter =
                new DOTExporter<>(node -> node.kind() == Node.Kind.OPERATOR ? "o" + node.index() : "t" + node.index());
        exporter.setVertexAttributeProvider(node -> Map.of("label", DefaultAttribute.createAttribute(node.name())));
        StringWriter text = new StringWriter();
        exporter.exportGraph(graph, text);
        assertThat(text.toString().lines().map(String::strip))
                .containsExactly(
                        "digraph G {",
                        "o0 [ label=\"a<&>\" ];",
                        "t0 [ label=\"x\" ];",
                        "t1 [ label=\"t\" ];",
                        "t0 -> o0;",
                        "t0 -> o0;",
                        "o0 -> t1;",
                        "}");
    }

    @Test
    void viewIsExportedAsGraphMl() {
        GraphMLExporter<Node, Edge> exporter =
                new GraphMLExporter<>(node -> node.kind().name() + node.index());
        exporter.setEdgeIdProvider(edge -> "e" + edge.number());
        exporter.registerAttribute("label", GraphMLExporter.AttributeCategory.NODE, AttributeType.STRING);
        exporter.setVertexAttributeProvider(node -> Map.of("label", DefaultAttribute.createAttribute(node.name())));
        StringWriter text = new StringWriter();
        exporter.exportGraph(graph, text);
        List<String> lines =
                new ArrayList<>(text.toString().lines().map(String::strip).toList());
        assertThat(lines)
                .contains("<graph edgedefault=\"directed\">", "<data key=\"key0\">a&lt;&amp;&gt;</data>")
                .contains("<edge id=\"e0\" source=\"TENSOR0\" target=\"OPERATOR0\"/>")
                .contains("<edge id=\"e1\" source=\"TENSOR0\" target=\"OPERATOR0\"/>")
                .contains("<edge id=\"e2\" source=\"OPERATOR0\" target=\"TENSOR1\"/>");
    }
}
