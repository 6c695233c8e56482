package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import io.pepper.export.PartitionManifest;
import io.pepper.model.ElementType;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.partition.Partition;
import io.pepper.session.Deployed;
import io.pepper.session.RunOutputs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests over nodes have the whole model's answers, bit by bit. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FlowSessionTest {
    @TempDir
    Path directory;

    static List<TestModel> models() {
        return Topologies.all();
    }

    /** Parts go to three nodes in turn, so that chains and branches cross between nodes, and meet again on a node. */
    @ParameterizedTest
    @MethodSource("models")
    void everyPartitionAnswersAsTheWhole(TestModel test) throws Exception {
        try (OnnxModel model = OnnxModel.load(test.bytes(), test.name());
                OrtSession whole = Deployed.whole(test)) {
            List<Partition> partitions = Deployed.partitions(model);
            for (int i = 0; i < partitions.size(); i++) {
                Path parts = directory.resolve("p" + i);
                PartitionManifest manifest = Deployed.export(model, partitions.get(i), parts);
                if (travels(manifest)) {
                    check(test, whole, parts, manifest.parts().size());
                }
            }
        }
    }

    /** Cuts at 16 bits are not bit-identical, also in one process; SixteenBitCutsTest says why. */
    private static boolean travels(PartitionManifest manifest) {
        List<TensorInfo> all = new ArrayList<>(manifest.inputs());
        manifest.parts().forEach(part -> all.addAll(part.outputs()));
        return all.stream()
                .allMatch(tensor -> tensor.type()
                                .filter(type -> ElementType.named(type).isEmpty() || type.equals("float16"))
                                .isEmpty()
                        && tensor.name().codePoints().allMatch(c -> c <= Character.MAX_VALUE));
    }

    private static void check(TestModel test, OrtSession whole, Path parts, int count) throws Exception {
        try (FlowCluster cluster = new FlowCluster(parts)) {
            List<List<Integer>> byNode = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (int part = 0; part < count; part++) {
                byNode.get(part % byNode.size()).add(part);
            }
            for (int node = 0; node < byNode.size(); node++) {
                cluster.node("n" + node, byNode.get(node).toArray(Integer[]::new));
            }
            FlowSession session = cluster.session();
            List<Map<String, Object>> expected = new ArrayList<>();
            List<CompletableFuture<RunOutputs>> futures = new ArrayList<>();
            for (int seed = 0; seed < 3; seed++) {
                Map<String, OnnxTensor> inputs = Deployed.inputs(test, seed);
                expected.add(Deployed.answers(whole, inputs));
                futures.add(session.submit(inputs));
            }
            for (int seed = 0; seed < 3; seed++) {
                assertThat(Deployed.answers(futures.get(seed).get())).isEqualTo(expected.get(seed));
            }
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, 0);
            assertThat(FlowCluster.answers(session, inputs)).isEqualTo(expected.get(0));
            assertThat(inputs.values()).noneMatch(OnnxTensor::isClosed);
            Deployed.close(inputs);
            assertThat(session.metrics())
                    .allSatisfy(stage -> assertThat(stage.failures()).isZero());
            session.close();
            for (int node = 0; node < byNode.size(); node++) {
                FlowHost host = cluster.host("n" + node);
                FlowCluster.await(() -> host.requests() == 0 && host.heldBytes() == 0);
            }
        }
    }
}
