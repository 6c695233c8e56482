package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.distributed.ClusterNode;
import io.pepper.distributed.ClusterNodeOptions;
import io.pepper.examples.ExamplePlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The mistakes of a newcomer: each command says in one line what is wrong, and ends with the right code. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NewcomerToClusterTest {
    @TempDir
    private static Path directory;

    private final List<ClusterNode> nodes = new ArrayList<>();
    private String seed = "";
    private Path file = Path.of("");
    private Path parts = Path.of("");
    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();

    @BeforeAll
    void start() throws IOException {
        nodes.add(ClusterNode.start(ClusterNodeOptions.of("camera", directory.resolve("store-camera"))));
        seed = nodes.get(0).address();
        file = Files.writeString(
                directory.resolve("cluster.yaml"), "devices: {camera: {kind: pi4, address: '" + seed + "'}, late: {}}");
        ExamplePlan.export(directory);
        parts = directory.resolve("plan");
    }

    @AfterAll
    void stop() throws IOException {
        for (ClusterNode node : nodes) {
            node.close();
        }
    }

    private int run(String line) {
        out = new StringWriter();
        err = new StringWriter();
        String[] words = line.replace("SEED", seed)
                .replace("FILE", file.toString())
                .replace("PARTS", parts.toString())
                .replace("DIR", directory.toString())
                .split(" ");
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "undeploy nothing --cluster SEED | no reachable node holds a deployment 'nothing'",
                "undeploy a/b --cluster SEED | the name 'a/b' is not allowed",
                "run nothing --cluster SEED | no reachable node serves a deployment 'nothing'",
                "deploy DIR/none --cluster SEED | partition.json: no such file or directory",
                "deploy PARTS --cluster SEED | part 1 is planned for 'gateway', which is not a reachable node of the cluster; its nodes are camera",
                "deploy PARTS --cluster SEED --name a/b | the name 'a/b' is not allowed",
                "status --cluster no.such.host.invalid:7400 | no address is known for no.such.host.invalid",
                "status --cluster SEED --split-brain down-all | its strategy against split brain is 'down-all', the cluster's is 'keep-majority'",
                "status --cluster SEED --certs DIR/none | authority.pem: no such file or directory",
                "profile --short-sweep --loads 0 --out DIR/x.csv --cluster SEED --node b | the cluster has no node 'b'; its nodes are camera",
                "profile --short-sweep --loads 0 --out FILE --cluster SEED | cluster.yaml",
                "node --name camera --store DIR/a --listen 127.0.0.1:0 --cluster SEED | the name 'camera' is taken by the node at SEED",
                "node --name b --store DIR/store-camera --listen 127.0.0.1:0 --cluster SEED | another node in this process uses this store",
                "node --name b --store DIR/b --listen SEED --cluster SEED | SEED: cannot listen there",
                "node --name b --store DIR/b --listen 0.0.0.0:0 --cluster SEED | name it with --advertise",
                "node --name b --store DIR/cluster.yaml --listen 127.0.0.1:0 --cluster SEED | cluster.yaml: is not a directory"
            })
    void aRefusalIsOneLine(String command, String line) {
        assertThat(run(command)).as(err.toString()).isEqualTo(1);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).startsWith("pepper: ").contains(line.replace("SEED", seed));
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "status | Missing required option: '--cluster=HOST:PORT|FILE'",
                "status --cluster 127.0.0.1 | --cluster takes addresses of nodes, such as 192.168.1.14:7400, or one cluster file, found '127.0.0.1'",
                "profile --short-sweep --out DIR/x.csv --node camera | --node goes with --cluster",
                "profile --short-sweep --out DIR/x.csv --cluster SEED --kind pi4 | --device or --kind, which the nodes know, cannot be used with --cluster",
                "profile --short-sweep --out DIR/x.csv --cluster SEED --wait soon | --wait: takes a number and a unit",
                "profile --short-sweep --out DIR/x.csv --cluster SEED --loads 101 | --loads: no load",
                "calibrate --out DIR/x.json --cluster SEED --records DIR/x.csv | --records cannot be used with --cluster",
                "calibrate --out DIR/x.json --cluster SEED --seconds 0 | --seconds 0.0 is not more than 0",
                "undeploy x --cluster 127.0.0.1:0 | 127.0.0.1:0' is not HOST:PORT",
                "deploy PARTS --cluster SEED --spares -1 | --spares -1 is less than 0",
                "deployments --cluster SEED,FILE | or one cluster file, found",
                "status --cluster SEED --join-within soon | soon",
                "node --name b --store DIR/b --cluster FILE | the cluster file has no device 'b', only camera, late",
                "node --name b --store DIR/b --cluster nowhere | found 'nowhere'",
                "node --name a/b --store DIR/b | the name 'a/b' is not allowed",
                "node --name b --store DIR/b --listen 7400 | 7400' is not ADDRESS:PORT"
            })
    void wrongUsageIsSaidFirst(String command, String line) {
        assertThat(run(command)).as(err.toString()).isEqualTo(2);
        assertThat(err.toString().lines().findFirst().orElse("")).contains(line);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aSeedThatIsNotThereIsNamedWithTheReason() throws IOException {
        String free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = "127.0.0.1:" + socket.getLocalPort();
        }
        assertThat(run("status --join-within 100ms --cluster " + free)).isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo("pepper: no seed of the cluster accepts this member within 100 ms: " + free
                        + " (Connection refused)\n");
    }

    @Test
    void aServerOfAnotherKindIsNoSeed() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            String address = "127.0.0.1:" + silent.getLocalPort();
            assertThat(run("status --join-within 100ms --cluster " + address)).isEqualTo(1);
            assertThat(err.toString())
                    .contains(address + " (accepts connections but gives no answer: it is no member of such a cluster");
        }
    }

    @Test
    void aClusterFileIsAsGoodAsAnAddress() {
        assertThat(run("status --cluster FILE")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("camera", seed, "up");
        assertThat(run("deployments --cluster FILE")).as(err.toString()).isZero();
    }

    @Test
    void aStopWhileJoiningIsNoFailure() {
        Thread.currentThread().interrupt();
        assertThat(run("status --cluster SEED")).as(err.toString()).isEqualTo(130);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(err.toString()).isEqualTo("pepper: stopped\n");
        Thread.currentThread().interrupt();
        assertThat(run("node --name b --store DIR/b --listen 127.0.0.1:0 --cluster SEED"))
                .as(err.toString())
                .isEqualTo(130);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(err.toString()).isEqualTo("pepper: stopped before the node had joined\n");
    }
}
