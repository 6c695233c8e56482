package io.pepper.bench;

import io.pepper.cut.internal.Adjacency;
import io.pepper.cut.internal.LowLink;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
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
 * The time of finding bridges, compared with the least that any algorithm needs, which is to visit every edge. The
 * baseline is a plain breadth-first search over the same arrays.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms3g", "-Xmx3g"})
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class BridgesBenchmark {
    /** The shape of the graph. */
    @Param
    public Shape shape = Shape.CHAIN;

    /** Number of edges. */
    @Param({"10000", "100000", "1000000", "10000000"})
    public int edges;

    private Adjacency graph = Adjacency.of(0, new int[0], new int[0], 0);

    /** Created by JMH. */
    public BridgesBenchmark() {}

    /** Creates the graph. */
    @Setup(Level.Trial)
    public void makeGraph() {
        graph = shape.adjacency(edges);
    }

    /**
     * Finds the bridges.
     *
     * @return where they end
     */
    @Benchmark
    public int[] lowLink() {
        return LowLink.bridgeEnds(graph);
    }

    /**
     * Only visits the edges.
     *
     * @return the distance of each vertex from the first of its component
     */
    @Benchmark
    public int[] breadthFirstWalk() {
        int[] offsets = graph.offsets();
        int[] neighbours = graph.neighbours();
        int[] distances = new int[graph.vertexCount()];
        Arrays.fill(distances, -1);
        int[] queue = new int[distances.length];
        for (int root = 0; root < distances.length; root++) {
            if (distances[root] >= 0) {
                continue;
            }
            int head = 0;
            int tail = 0;
            queue[tail++] = root;
            distances[root] = 0;
            while (head < tail) {
                int vertex = queue[head++];
                for (int i = offsets[vertex]; i < offsets[vertex + 1]; i++) {
                    int next = neighbours[i];
                    if (distances[next] < 0) {
                        distances[next] = distances[vertex] + 1;
                        queue[tail++] = next;
                    }
                }
            }
        }
        return distances;
    }
}
