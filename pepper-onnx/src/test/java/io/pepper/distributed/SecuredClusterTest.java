package io.pepper.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.WeightStorage;
import io.pepper.model.ProgressListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clusters with certificates. */
class SecuredClusterTest {
    @TempDir
    private static Path directory;

    private static Path certificates;
    private static ClusterNode first;
    private static ClusterNode second;

    @BeforeAll
    static void start() throws IOException {
        certificates = directory.resolve("certs");
        ClusterCertificates.create(certificates, List.of("a", "b", "admin", "viewer"), ClusterCertificates.VALIDITY);
        first = ClusterNode.start(node("a", certificates));
        second = ClusterNode.start(node("b", certificates).withSeeds(List.of(first.address())));
    }

    @AfterAll
    static void stop() throws IOException {
        second.close();
        first.close();
    }

    private static ClusterNodeOptions node(String name, Path from) {
        return ClusterNodeOptions.of(name, directory.resolve("store-" + name))
                .withSecurity(ClusterSecurity.of(from, name))
                .withCapability(new Given("open", false))
                .withCapability(new Given("guarded", true));
    }

    /** A capability that answers its name. */
    private record Given(String name, boolean isProtected) implements NodeCapability {
        @Override
        public void perform(CapabilityTask task) {
            task.answer(name);
        }
    }

    private static ClusterClientOptions client(String name, Path from) {
        return ClusterClientOptions.of(List.of(first.address()))
                .withJoining(Duration.ofSeconds(30))
                .withSecurity(name, ClusterSecurity.of(from, name));
    }

    @Test
    void theAllowedNameDeploysAndAnotherDoesNot() throws IOException {
        Path parts = ClusterParts.write(directory.resolve("parts"), WeightStorage.INLINE, 4, "a", "b");
        try (ClusterClient viewer = ClusterClient.join(client("viewer", certificates))) {
            assertThat(viewer.nodes()).extracting(NodeInfo::name).containsExactly("a", "b");
            assertThatThrownBy(() -> viewer.deploy("cls", parts, 0, ProgressListener.NONE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("'viewer' may not deploy here; allowed are admin");
        }
        try (ClusterClient admin = ClusterClient.join(client("admin", certificates))) {
            admin.deploy("cls", parts, 0, ProgressListener.NONE);
            assertThat(admin.deployments()).singleElement().matches(Deployment::isComplete);
        }
    }

    @Test
    void onlyTheAllowedNameGivesProtectedTasks() throws IOException {
        CapabilityRequest request = CapabilityRequest.of("");
        try (ClusterClient viewer = ClusterClient.join(client("viewer", certificates))) {
            assertThat(viewer.perform("b", "open", request, ProgressListener.NONE)
                            .text())
                    .isEqualTo("open");
            assertThatThrownBy(() -> viewer.perform("b", "guarded", request, ProgressListener.NONE))
                    .isInstanceOf(IOException.class)
                    .hasMessage("node b: 'viewer' may not deploy here; allowed are admin (--deployer)");
        }
        try (ClusterClient admin = ClusterClient.join(client("admin", certificates))) {
            assertThat(admin.perform("b", "guarded", request, ProgressListener.NONE)
                            .text())
                    .isEqualTo("guarded");
        }
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefused() throws IOException {
        Path foreign = directory.resolve("foreign");
        ClusterCertificates.create(foreign, List.of("admin", "c"), ClusterCertificates.VALIDITY);
        assertThatThrownBy(() -> ClusterClient.join(client("admin", foreign)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(first.address())
                .hasMessageContaining("this member refuses the certificate of the seed");
        ClusterSecurity trusting = new ClusterSecurity(
                foreign.resolve("c.pem"), foreign.resolve("c.key"), certificates.resolve("authority.pem"));
        assertThatThrownBy(() -> ClusterNode.start(node("c", foreign).withSecurity(trusting)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not from the authority CN=authority of this cluster");
    }

    @Test
    void aMemberWithoutCertificateLearnsThatItNeedsOne() {
        assertThatThrownBy(() -> ClusterClient.join(
                        ClusterClientOptions.of(List.of(first.address())).withJoining(Duration.ofSeconds(1))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("uses TLS: this member needs a certificate");
    }

    @Test
    void aSeedWithoutTlsIsNamed() throws IOException {
        try (ClusterNode open = ClusterNode.start(ClusterNodeOptions.of("open", directory.resolve("store-open")))) {
            ClusterClientOptions options = ClusterClientOptions.of(List.of(open.address()))
                    .withJoining(Duration.ofSeconds(3))
                    .withSecurity("admin", ClusterSecurity.of(certificates, "admin"));
            assertThatThrownBy(() -> ClusterClient.join(options))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(open.address())
                    .hasMessageContaining("uses no TLS");
        }
    }

    @Test
    void aCertificateOfAnotherNameIsRefused() {
        ClusterNodeOptions wrong = node("c", certificates).withSecurity(ClusterSecurity.of(certificates, "viewer"));
        assertThatThrownBy(() -> ClusterNode.start(wrong))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is the certificate of 'viewer', not of 'c'");
    }
}
