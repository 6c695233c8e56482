package io.pepper.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.export.WeightStorage;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.internal.wire.Digests;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clusters in this process. */
class ClusterTest {
    private static final Duration SILENCE = Duration.ofSeconds(1);
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    private Path directory;

    private final List<ClusterNode> nodes = new ArrayList<>();
    private final List<ClusterClient> clients = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        clients.forEach(ClusterClient::close);
        for (ClusterNode node : nodes) {
            node.close();
        }
    }

    private ClusterNodeOptions options(String name) {
        ClusterNodeOptions options =
                ClusterNodeOptions.of(name, directory.resolve("store-" + name)).withFailureTimes(SILENCE, SILENCE);
        return nodes.isEmpty()
                ? options
                : options.withSeeds(List.of(nodes.get(0).address()));
    }

    private ClusterNode start(ClusterNodeOptions options) throws IOException {
        ClusterNode node = ClusterNode.start(options);
        nodes.add(node);
        return node;
    }

    private ClusterClient client() throws IOException {
        ClusterClient client = ClusterClient.join(
                ClusterClientOptions.of(List.of(nodes.get(0).address())).withFailureTimes(SILENCE, SILENCE));
        clients.add(client);
        return client;
    }

    @Test
    void nodesDescribeThemselves() throws IOException {
        start(options("a").withKind("pi4").withLabels(Map.of("room", "lab")));
        start(options("b").withAgentUrl("http://127.0.0.1:9100/metrics"));
        assertThat(client().nodes()).extracting(NodeInfo::name).containsExactly("a", "b");
        NodeInfo first = client().nodes().get(0);
        assertThat(first.kind()).contains("pi4");
        assertThat(first.labels()).containsEntry("room", "lab");
        assertThat(first.address()).isEqualTo(nodes.get(0).address());
        assertThat(first.cores()).isPositive();
        assertThat(first.dataAddress()).isPresent();
        assertThat(first.reachable()).isTrue();
        assertThat(client().nodes().get(1).agentUrl()).contains("http://127.0.0.1:9100/metrics");
    }

    @Test
    void aNameThatIsTakenAPortInUseAndAStoreInUseAreRefused() throws IOException {
        start(options("a"));
        assertThatThrownBy(() -> ClusterNode.start(
                        options("a").withSeeds(List.of(nodes.get(0).address()))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another node in this process uses this store");
        ClusterNodeOptions twin = ClusterNodeOptions.of("a", directory.resolve("store-twin"))
                .withFailureTimes(SILENCE, SILENCE)
                .withSeeds(List.of(nodes.get(0).address()));
        assertThatThrownBy(() -> ClusterNode.start(twin))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "the name 'a' is taken by the node at " + nodes.get(0).address());
        int port = Integer.parseInt(nodes.get(0).address().replaceAll(".*:", ""));
        assertThatThrownBy(() -> ClusterNode.start(options("b").withListen("127.0.0.1", port)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen there");
        assertThatThrownBy(() -> ClusterNode.start(options("b").withSplitBrain(SplitBrain.KEEP_OLDEST)))
                .hasMessageContaining("its strategy against split brain is 'keep-oldest'");
    }

    @Test
    void otherMachinesNeedCertificatesAndSeedsThatAnswer() {
        assertThatThrownBy(() ->
                        ClusterNode.start(options("a").withListen("0.0.0.0", 0).withAdvertised("192.0.2.1")))
                .hasMessageContaining("pepper certs");
        assertThatThrownBy(() -> ClusterNode.start(options("a").withListen("0.0.0.0", 0)))
                .hasMessageContaining("--advertise");
        assertThatThrownBy(() -> ClusterNode.start(
                        options("a").withSeeds(List.of("127.0.0.1:1")).withJoining(Duration.ofMillis(100))))
                .hasMessageContaining("no seed of the cluster accepts this member")
                .hasMessageContaining("127.0.0.1:1 (Connection refused)");
    }

    /** The links stand for a disk that is full at first: what is written to them fails, and then they are removed. */
    @Test
    void aFullDiskEndsTheDeploymentWithTheNameOfTheNodeAndTheNextAttemptsSucceed() throws IOException {
        assumeTrue(Files.exists(FULL), "this system has no " + FULL);
        start(options("a"));
        start(options("b"));
        Path parts = ClusterParts.write(directory.resolve("one"), WeightStorage.INLINE, 4, "a", "b");
        for (PartitionManifest.Part part : PartitionManifest.read(parts).parts()) {
            String hash = Digests.sha256(Files.readAllBytes(parts.resolve(part.file())));
            Files.createSymbolicLink(directory.resolve("store-b/incoming").resolve(hash), FULL);
        }
        ClusterClient client = client();
        assertThatThrownBy(() -> client.deploy("cls", parts, 0, ProgressListener.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("node b: ")
                .hasMessageContaining("No space left on device");
        assertThat(client.deployments()).isEmpty();
        assertThat(client.deploy("cls", parts, 0, ProgressListener.NONE).parts())
                .containsOnlyKeys("a", "b");
        assertThat(client.deployments()).singleElement().matches(Deployment::isComplete);
    }

    @Test
    void aDiskWithoutRoomEndsTheDeploymentWithTheNameOfTheNodeAndTheEarlierVersionServesOn() throws Exception {
        Path small = Files.createDirectory(directory.resolve("store-b"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=2560k", "tmpfs", small.toString()),
                "a small disk cannot be mounted here: that needs root");
        try {
            start(options("a"));
            ClusterNode b = start(options("b"));
            ClusterClient client = client();
            Path parts = ClusterParts.write(directory.resolve("one"), WeightStorage.INLINE, 4, "a", "b");
            DeployResult first = client.deploy("cls", parts, 0, ProgressListener.NONE);
            Files.write(small.resolve("other"), new byte[1 << 20]);
            Path better = ClusterParts.write(directory.resolve("two"), WeightStorage.INLINE, 9, "b", "a");
            assertThatThrownBy(() -> client.deploy("cls", better, 0, ProgressListener.NONE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("b: ")
                    .hasMessageContaining("has room for");
            assertThat(client.deployments()).singleElement().satisfies(deployment -> {
                assertThat(deployment.version()).isEqualTo(first.version());
                assertThat(deployment.isComplete()).isTrue();
            });
            b.close();
            nodes.remove(b);
        } finally {
            assertThat(run("umount", "--lazy", small.toString())).isTrue();
        }
    }

    private static boolean run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (IOException none) {
            return false;
        }
    }

    @Test
    void aPlanServesUntilItIsReplacedOrRemoved() throws IOException {
        start(options("a"));
        start(options("b"));
        start(options("c"));
        ClusterClient client = client();
        Path parts = ClusterParts.write(directory.resolve("one"), WeightStorage.EXTERNAL, 4, "a", "b");
        DeployResult first = client.deploy("cls", parts, 1, ProgressListener.NONE);
        assertThat(first.parts()).containsOnlyKeys("a", "b", "c");
        assertThat(first.sentBytes()).isPositive();
        assertThat(client.deployments()).singleElement().satisfies(deployment -> {
            assertThat(deployment.isComplete()).isTrue();
            assertThat(deployment.nodes())
                    .allSatisfy(holders -> assertThat(holders).hasSize(2));
        });
        assertThat(client.deploy("cls", parts, 1, ProgressListener.NONE).sentBytes())
                .isZero();

        Path better = ClusterParts.write(directory.resolve("two"), WeightStorage.INLINE, 9, "b", "a");
        DeployResult second = client.deploy("cls", better, 0, ProgressListener.NONE);
        assertThat(second.version()).isNotEqualTo(first.version());
        assertThat(client.deployments()).extracting(Deployment::version).containsExactly(second.version());
        assertThat(directory.resolve("store-c/deployments")).isEmptyDirectory();

        assertThat(client.undeploy("cls")).containsExactly("a", "b");
        assertThat(client.deployments()).isEmpty();
        assertThat(directory.resolve("store-a/deployments")).isEmptyDirectory();
        assertThatThrownBy(() -> client.undeploy("cls")).hasMessageContaining("no reachable node holds");
    }

    @Test
    void aFailureNamesNodeAndPartAndTheEarlierVersionServesOn() throws IOException {
        start(options("a"));
        start(options("b"));
        ClusterClient client = client();
        Path parts = ClusterParts.write(directory.resolve("one"), WeightStorage.INLINE, 4, "a", "b");
        String version = client.deploy("cls", parts, 0, ProgressListener.NONE).version();

        Path broken = ClusterParts.write(directory.resolve("two"), WeightStorage.INLINE, 9, "a", "b");
        PartitionManifest.Part part = PartitionManifest.read(broken).parts().get(1);
        byte[] garbage = new byte[(int) part.bytes()];
        Files.write(broken.resolve(part.file()), garbage);
        assertThatThrownBy(() -> client.deploy("cls", broken, 0, ProgressListener.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(part.file())
                .hasMessageContaining("has another SHA-256");
        forge(broken, part.sha256().orElseThrow(), Digests.sha256(garbage));
        assertThatThrownBy(() -> client.deploy("cls", broken, 0, ProgressListener.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("node b: part 1 (" + part.file() + ")");
        assertThat(client.deployments()).extracting(Deployment::version).containsExactly(version);
        assertThat(client.deployments()).allMatch(Deployment::isComplete);
        assertThat(directory.resolve("store-b/blobs")).isEmptyDirectory();
        assertThat(directory.resolve("store-b/incoming")).isEmptyDirectory();
        assertThat(directory.resolve("store-b/scratch")).isEmptyDirectory();
    }

    @Test
    void aDeviceOutsideOfTheClusterIsNamed() throws IOException {
        start(options("a"));
        Path parts = ClusterParts.write(directory.resolve("one"), WeightStorage.INLINE, 4, "a", "elsewhere");
        assertThatThrownBy(() -> client().deploy("cls", parts, 0, ProgressListener.NONE))
                .hasMessageContaining("'elsewhere', which is not a reachable node of the cluster; its nodes are a");
    }

    @Test
    void aRestartedNodeServesWhatItHad() throws IOException {
        start(options("a"));
        ClusterNode second = start(options("b"));
        Path parts = ClusterParts.write(directory.resolve("one"), WeightStorage.EXTERNAL, 4, "a", "b");
        client().deploy("cls", parts, 0, ProgressListener.NONE);
        second.close();
        nodes.remove(second);
        ClusterNode again = start(options("b"));
        assertThat(client().deployments()).singleElement().matches(Deployment::isComplete);
        assertThat(again.notReady()).isEmpty();
    }

    @Test
    void aNodeThatCannotOpenItsPartsAgainIsNotReady() throws IOException {
        start(options("a"));
        ClusterNode second = start(options("b"));
        Path parts = ClusterParts.write(directory.resolve("one"), WeightStorage.INLINE, 4, "a", "b");
        client().deploy("cls", parts, 0, ProgressListener.NONE);
        assertThat(second.notReady()).isEmpty();
        second.close();
        nodes.remove(second);
        assertThat(second.notReady()).contains("the node is not in the cluster");
        String file = PartitionManifest.read(parts).parts().get(1).file();
        try (Stream<Path> stored = Files.walk(directory.resolve("store-b"))) {
            Path part = stored.filter(path -> path.endsWith(file)).findFirst().orElseThrow();
            Files.write(part, new byte[10]);
        }
        assertThat(start(options("b")).notReady()).contains("parts of cls are not open");
    }

    @Test
    void theFirstSeedFormsTheClusterAndNoOther() throws IOException {
        List<String> seeds = List.of(free(), free());
        ClusterNodeOptions late = options("b").withSeeds(seeds).withJoining(Duration.ofSeconds(1));
        int port = Integer.parseInt(seeds.get(1).substring(seeds.get(1).indexOf(':') + 1));
        assertThatThrownBy(() -> ClusterNode.start(late.withListen("127.0.0.1", port)))
                .hasMessageContaining(seeds.get(0) + " (Connection refused)");
        int first = Integer.parseInt(seeds.get(0).substring(seeds.get(0).indexOf(':') + 1));
        start(options("a").withSeeds(seeds).withListen("127.0.0.1", first));
        start(late.withListen("127.0.0.1", port).withJoining(Duration.ofSeconds(30)));
        assertThat(client().nodes()).extracting(NodeInfo::name).containsExactly("a", "b");
    }

    private static String free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return "127.0.0.1:" + socket.getLocalPort();
        }
    }

    /** Replaces a hash in the manifest and in the plan, and the hash of the manifest in the plan. */
    private static void forge(Path parts, String from, String to) throws IOException {
        Path manifest = parts.resolve(PartitionManifest.FILE_NAME);
        Path plan = parts.resolve(DeploymentPlan.FILE_NAME);
        String before = Digests.sha256(Files.readAllBytes(manifest));
        Files.writeString(manifest, Files.readString(manifest).replace(from, to));
        String after = Digests.sha256(Files.readAllBytes(manifest));
        Files.writeString(plan, Files.readString(plan).replace(from, to).replace(before, after));
    }
}
