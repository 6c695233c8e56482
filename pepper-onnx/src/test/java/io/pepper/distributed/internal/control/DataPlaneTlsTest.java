package io.pepper.distributed.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import io.pepper.distributed.internal.flow.DataAddress;
import io.pepper.distributed.internal.flow.FlowOptions;
import io.pepper.distributed.internal.flow.FlowSession;
import io.pepper.distributed.internal.flow.FlowTarget;
import io.pepper.distributed.internal.flow.HostOptions;
import io.pepper.distributed.internal.flow.Members;
import io.pepper.distributed.internal.flow.ServedPart;
import io.pepper.distributed.internal.flow.StageHost;
import io.pepper.export.PartitionManifest;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.session.Deployed;
import io.pepper.session.SessionListener;
import io.pepper.session.Stage;
import io.pepper.session.StageException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tensors between two nodes and a caller that prove their names, and callers and nodes that cannot. */
@Timeout(120)
class DataPlaneTlsTest implements Members {
    private static final TestModel MODEL = Topologies.get("inception");

    @TempDir
    private static Path directory;

    private static Path own;
    private static Path foreign;
    private static PartitionManifest manifest;

    private final Map<String, StageHost> hosts = new ConcurrentHashMap<>();
    private final List<Stage> stages = new ArrayList<>();

    @BeforeAll
    static void make() throws Exception {
        own = directory.resolve("own");
        foreign = directory.resolve("foreign");
        new CertificateAuthority(own).issue(List.of("a", "b", "admin"), 10);
        new CertificateAuthority(own).issue(List.of("late"), 0);
        new CertificateAuthority(foreign).issue(List.of("a", "b", "admin"), 10);
        manifest = Deployed.parts(MODEL, 2, directory.resolve("parts"));
    }

    private static Optional<Supplier<SSLContext>> tls(Path from, String name) throws IOException {
        Identity identity =
                Identity.read(from.resolve(name + ".pem"), from.resolve(name + ".key"), from.resolve("authority.pem"));
        return Optional.of(identity::context);
    }

    @BeforeEach
    void start() throws IOException {
        serve("a", 0, tls(own, "a"));
        serve("b", 1, tls(own, "b"));
    }

    private void serve(String device, int part, Optional<Supplier<SSLContext>> tls) throws IOException {
        StageHost host = StageHost.start(
                HostOptions.of(device, InetAddress.getLoopbackAddress().getHostAddress(), 0)
                        .withSilence(Duration.ofSeconds(1)),
                this,
                tls);
        Stage stage = Stage.open(directory.resolve("parts"), manifest, part, Deployed.EXACT);
        stages.add(stage);
        host.serve(new ServedPart("d", "1", part, stage, manifest));
        StageHost former = hosts.put(device, host);
        if (former != null) {
            former.close();
        }
    }

    @AfterEach
    void stop() throws IOException {
        for (StageHost host : hosts.values()) {
            host.close();
        }
        for (Stage stage : stages) {
            stage.close();
        }
    }

    @Override
    public Optional<DataAddress> address(String device) {
        return Optional.ofNullable(hosts.get(device)).map(StageHost::address);
    }

    @Override
    public List<String> holders(String deployment, String version, int part) {
        return List.of(part == 0 ? "a" : "b");
    }

    @Override
    public Registration listen(Listener listener) {
        return () -> {};
    }

    private FlowSession session(Optional<Supplier<SSLContext>> tls, Duration patience) throws IOException {
        return FlowSession.open(
                new FlowTarget("d", "1", manifest, this, tls),
                new FlowOptions(
                        Optional.empty(),
                        1L << 26,
                        Optional.empty(),
                        Duration.ofSeconds(1),
                        patience,
                        10,
                        SessionListener.NONE));
    }

    private void assertRefused(Optional<Supplier<SSLContext>> tls) {
        assertThatThrownBy(() -> session(tls, Duration.ofSeconds(1)).close())
                .isInstanceOf(StageException.class)
                .satisfies(
                        failed -> assertThat(((StageException) failed).kind()).isEqualTo(StageException.Kind.LOST));
    }

    /** Several requests, so that memory is used again, and in both directions. */
    private void assertServes() throws Exception {
        try (FlowSession session = session(tls(own, "admin"), Duration.ofSeconds(30));
                OrtSession whole = Deployed.whole(MODEL)) {
            for (int seed = 0; seed < 10; seed++) {
                Map<String, OnnxTensor> inputs = Deployed.inputs(MODEL, seed);
                Map<String, Object> expected = Deployed.answers(whole, inputs);
                assertThat(Deployed.answers(session.run(inputs))).isEqualTo(expected);
                Deployed.close(inputs);
            }
        }
    }

    @Test
    void tensorsAreBitIdenticalThroughTls() throws Exception {
        assertServes();
    }

    @Test
    void aCallerOfAnotherAuthorityWithoutACertificateOrWithAnExpiredOneGetsNothing() throws Exception {
        assertRefused(tls(foreign, "admin"));
        assertRefused(Optional.empty());
        assertRefused(tls(own, "late"));
        assertServes();
    }

    @Test
    void aNodeOfAnotherAuthorityIsNotTrusted() throws Exception {
        serve("b", 1, tls(foreign, "b"));
        assertRefused(tls(own, "admin"));
        serve("b", 1, tls(own, "b"));
        assertServes();
    }

    @Test
    void aNodeWithAnExpiredCertificateOrThatOfAnotherNodeIsNotTrusted() throws Exception {
        serve("b", 1, tls(own, "late"));
        assertRefused(tls(own, "admin"));
        serve("b", 1, tls(own, "a"));
        assertRefused(tls(own, "admin"));
    }

    @Test
    void aNodeInTheClearIsNotTrusted() throws Exception {
        serve("b", 1, Optional.empty());
        assertRefused(tls(own, "admin"));
    }
}
