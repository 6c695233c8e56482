// 05: the model's dataflow graph is a JGraphT graph: any of its algorithms works on it; and the bridge finder on any graph.
import org.jgrapht.Graph;
import org.jgrapht.alg.connectivity.ConnectivityInspector;
import org.jgrapht.alg.scoring.PageRank;
import org.jgrapht.alg.shortestpath.DijkstraShortestPath;
import org.jgrapht.generate.BarabasiAlbertGraphGenerator;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.graph.SimpleGraph;
import org.jgrapht.util.SupplierUtil;

OnnxModel model = OnnxModel.load(file);
Graph<Node, Edge> graph = model.graph().asJGraphT();
say(graph.vertexSet().size() + " operators and tensors, " + graph.edgeSet().size() + " edges, connected: " + new ConnectivityInspector<>(graph).isConnected());

// The shortest way from the first input to the first output.
Node input = graph.vertexSet().stream().filter(node -> node.name().equals(model.inputs().get(0).name())).findFirst().get();
Node output = graph.vertexSet().stream().filter(node -> node.name().equals(model.outputs().get(0).name())).findFirst().get();
say("the shortest way through the model has " + DijkstraShortestPath.findPathBetween(graph, input, output).getLength() / 2 + " operators");

// What most depends on.
Map<Node, Double> rank = new PageRank<>(graph).getScores();
rank.entrySet().stream().sorted(Map.Entry.<Node, Double>comparingByValue().reversed()).limit(3).forEach(best -> say("  " + best.getKey() + " " + best.getValue()));

// The bridges of a graph that has nothing to do with neural networks: 100,000 vertices, each after the first bound by one edge.
Graph<Integer, DefaultEdge> tree = new SimpleGraph<>(SupplierUtil.createIntegerSupplier(), SupplierUtil.DEFAULT_EDGE_SUPPLIER, false);
new BarabasiAlbertGraphGenerator<Integer, DefaultEdge>(1, 1, 100_000, 7).generateGraph(tree);
say(Bridges.of(tree).size() + " bridges of " + tree.edgeSet().size() + " edges");
model.close();
