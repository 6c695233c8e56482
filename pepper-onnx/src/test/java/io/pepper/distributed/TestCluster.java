package io.pepper.distributed;

import ai.onnxruntime.OnnxTensor;
import io.pepper.model.InputShapes;
import io.pepper.session.RandomInputs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Nodes and clients of a cluster in this process, which notices failures within two seconds. */
public final class TestCluster implements AutoCloseable {
    private static final Duration SILENCE = Duration.ofSeconds(1);
    private static final long LONGEST_MILLIS = 60_000;

    private final Path directory;
    private final Map<String, ClusterNode> nodes = new LinkedHashMap<>();
    private final List<ClusterClient> clients = new ArrayList<>();

    /** Creates a cluster without nodes, whose stores are in a directory. */
    public TestCluster(Path directory) {
        this.directory = directory;
    }

    /** Starts a node. */
    public ClusterNode node(String name) throws IOException {
        return node(name, options -> options);
    }

    /** Starts a node with further options. */
    public ClusterNode node(String name, UnaryOperator<ClusterNodeOptions> more) throws IOException {
        ClusterNodeOptions options = ClusterNodeOptions.of(name, directory.resolve("store-" + name))
                .withSplitBrain(SplitBrain.KEEP_OLDEST)
                .withFailureTimes(SILENCE, SILENCE);
        options = nodes.isEmpty() ? options : options.withSeeds(List.of(seed()));
        ClusterNode node = ClusterNode.start(more.apply(options));
        nodes.put(name, node);
        return node;
    }

    /** Returns the address of the first node. */
    public String seed() {
        return nodes.values().iterator().next().address();
    }

    /** Ends a node. */
    public void end(String name) throws IOException {
        ClusterNode node = nodes.remove(name);
        if (node == null) {
            throw new IllegalArgumentException("there is no node " + name);
        }
        node.close();
    }

    /** Joins as a client. */
    public ClusterClient client() throws IOException {
        ClusterClient client = ClusterClient.join(ClusterClientOptions.of(List.of(seed()))
                .withSplitBrain(SplitBrain.KEEP_OLDEST)
                .withFailureTimes(SILENCE, SILENCE));
        clients.add(client);
        return client;
    }

    /** Returns random inputs of the parts of {@link ClusterParts}. */
    public static Map<String, OnnxTensor> inputs(ClusterSession session, long seed) throws IOException {
        return RandomInputs.of(session.inputs(), InputShapes.NONE.withInputShape("x", 1, 3, 48, 192), seed);
    }

    /** Waits until something holds; fails the test if it never does. */
    public static void await(BooleanSupplier holds, String what) throws InterruptedException {
        long end = System.nanoTime() + LONGEST_MILLIS * 1_000_000;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("never: " + what);
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() throws IOException {
        clients.forEach(ClusterClient::close);
        List<ClusterNode> all = new ArrayList<>(nodes.values());
        nodes.clear();
        for (ClusterNode node : all) {
            node.close();
        }
    }
}
