package io.pepper.bench;

import io.pepper.cut.Bridges;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.jgrapht.Graph;
import org.jgrapht.alg.connectivity.BiconnectivityInspector;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.graph.Pseudograph;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The gain of a JGraphT user on a graph of their own, compared with JGraphT's own finder. That one is recursive, so it
 * gets a large stack here, and graphs that it survives.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms3g", "-Xmx3g", "-Xss900m"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class JGraphTBridgesBenchmark {
    /** The shape of the graph. */
    @Param({"CHAIN", "LADDER", "STAR", "RANDOM", "RESIDUAL", "REAL"})
    public Shape shape = Shape.CHAIN;

    /** Number of edges. */
    @Param({"1000", "10000"})
    public int edges;

    private Graph<Integer, DefaultEdge> graph = new Pseudograph<>(DefaultEdge.class);

    /** Created by JMH. */
    public JGraphTBridgesBenchmark() {}

    /** Creates the graph. */
    @Setup(Level.Trial)
    public void makeGraph() {
        Graph<Integer, DefaultEdge> made = new Pseudograph<>(DefaultEdge.class);
        int vertices = shape.edges(edges, (source, target) -> {
            made.addVertex(source);
            made.addVertex(target);
            made.addEdge(source, target);
        });
        for (int v = 0; v < vertices; v++) {
            made.addVertex(v);
        }
        graph = made;
    }

    /**
     * This library's finder.
     *
     * @return the bridges
     */
    @Benchmark
    public Collection<DefaultEdge> bridges() {
        return Bridges.of(graph);
    }

    /**
     * JGraphT's finder.
     *
     * @return the bridges
     */
    @Benchmark
    public Collection<DefaultEdge> jgrapht() {
        return new BiconnectivityInspector<>(graph).getBridges();
    }
}
