package io.pepper.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.export.WeightStorage;
import io.pepper.model.ProgressListener;
import io.pepper.model.TensorInfo;
import io.pepper.session.RunOutputs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nodes tell about their own work, and the plan that travels with a deployment. */
class NodeMetricsTest {
    private static final int REQUESTS = 12;

    @TempDir
    private Path directory;

    private TestCluster cluster;
    private Path parts;

    @BeforeEach
    void start() throws IOException {
        cluster = new TestCluster(directory);
        cluster.node("a");
        cluster.node("b");
        parts = ClusterParts.write(directory.resolve("parts"), WeightStorage.INLINE, 4, "a", "b");
    }

    @AfterEach
    void stop() throws IOException {
        cluster.close();
    }

    private static PartMetrics metrics(ClusterClient client, String node) throws IOException {
        return client.nodes().stream()
                .filter(each -> each.name().equals(node))
                .flatMap(each -> each.held().stream())
                .flatMap(held -> held.metrics().stream())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eachPartCountsItsRunsItsBytesAndItsWay() throws IOException {
        ClusterClient client = cluster.client();
        client.deploy("cls", parts, 0, ProgressListener.NONE);
        assertThat(metrics(client, "a").runs()).isZero();
        assertThat(metrics(client, "a").meanRunSeconds()).isEmpty();
        try (ClusterSession session = ClusterSession.open(client, "cls", ClusterSessionOptions.DEFAULTS)) {
            for (int i = 0; i < REQUESTS; i++) {
                Map<String, OnnxTensor> inputs = TestCluster.inputs(session, i);
                try (RunOutputs answer = session.run(inputs)) {
                    assertThat(answer.values()).isNotEmpty();
                }
                inputs.values().forEach(OnnxTensor::close);
            }
            assertThat(session.metrics()).allMatch(stage -> stage.calls() == REQUESTS);
        }
        PartMetrics first = metrics(client, "a");
        PartMetrics second = metrics(client, "b");
        assertThat(first.part()).isZero();
        assertThat(second.part()).isEqualTo(1);
        assertThat(first.runs()).isEqualTo(REQUESTS);
        assertThat(second.runs()).isEqualTo(REQUESTS);
        assertThat(first.failures()).isZero();
        assertThat(first.runSeconds()).isPositive();
        assertThat(first.bytesIn()).isEqualTo(REQUESTS * 4L * 3 * 48 * 192);
        assertThat(second.bytesIn()).isEqualTo(first.bytesOut());
        assertThat(second.arrivals()).isBetween(1L, (long) REQUESTS);
        assertThat(second.meanWireSeconds()).isPresent();
        assertThat(second.meanRunSeconds().orElseThrow()).isPositive();
    }

    @Test
    void aNodeTellsItsLoad() throws Exception {
        ClusterClient client = cluster.client();
        AtomicReference<NodeInfo> node = new AtomicReference<>();
        TestCluster.await(
                () -> {
                    try {
                        node.set(client.nodes().get(0));
                        return node.get().cpuLoadPercent().isPresent();
                    } catch (IOException failed) {
                        throw new IllegalStateException(failed);
                    }
                },
                "a load is known");
        assertThat(node.get().cpuLoadPercent().getAsDouble()).isBetween(0.0, 100.0);
        assertThat(node.get().heldBytes()).isZero();
    }

    @Test
    void thePlanComesBackAsItWasWritten() throws IOException {
        ClusterClient client = cluster.client();
        client.deploy("cls", parts, 0, ProgressListener.NONE);
        DeploymentPlan written = DeploymentPlan.read(parts);
        DeploymentPlan told = client.plan("cls");
        assertThat(told.devices()).isEqualTo(written.devices());
        assertThat(told.placement().latencySeconds())
                .isEqualTo(written.placement().latencySeconds());
        assertThat(told.partition().parts())
                .extracting(PartitionManifest.Part::file)
                .isEqualTo(written.partition().parts().stream()
                        .map(PartitionManifest.Part::file)
                        .toList());
        assertThat(told.partition().inputs()).extracting(TensorInfo::name).containsExactly("x");
        assertThatThrownBy(() -> client.plan("other"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no reachable node serves a deployment 'other'");
    }
}
