package io.pepper.examples.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.distributed.ClusterCertificates;
import io.pepper.examples.ExamplePlan;
import io.pepper.examples.cli.CommandLines;
import io.pepper.export.DeploymentPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A plan of a real model becomes manifests of the nodes that can run it. */
class PlanManifestsTest {
    @TempDir
    Path directory;

    private DeploymentPlan plan;

    @BeforeEach
    void export() throws IOException {
        plan = ExamplePlan.export(directory);
    }

    @Test
    void eachDeviceHasANodeOnItsBoardWithTheMemoryOfItsParts() throws IOException {
        List<Map<String, Object>> sets = kind(manifests(Optional.empty()), "StatefulSet");
        assertThat(sets)
                .extracting(set -> at(set, "spec", "template", "spec", "nodeSelector", "kubernetes.io/hostname"))
                .containsExactlyElementsOf(plan.devices());
        for (int i = 0; i < sets.size(); i++) {
            Map<String, Object> container = container(sets.get(i));
            assertThat(at(container, "image")).isEqualTo("registry/pepper-node:1");
            assertThat(at(container, "args").toString())
                    .contains("--name=" + plan.devices().get(i), "--listen=$(HOST_ADDRESS):7400", "--certs=/certs");
            long planned = (long) Math.ceil(plan.placement().parts().get(i).memoryBytes());
            assertThat(mebibytes(at(container, "resources", "requests", "memory")))
                    .isBetween(160 + (planned >> 20), 162 + (planned >> 20));
            assertThat(mebibytes(at(container, "resources", "limits", "memory")))
                    .isGreaterThan(2 * mebibytes(at(container, "resources", "requests", "memory")));
            assertThat(at(sets.get(i), "spec", "serviceName")).isEqualTo("text-recogniser-nodes");
        }
    }

    @Test
    void theCommandOfANodeIsOneThatItsProgramTakes() throws IOException {
        for (Map<String, Object> set : kind(manifests(Optional.empty()), "StatefulSet")) {
            List<String> arguments = ((List<?>) at(container(set), "args"))
                    .stream()
                            .map(each -> each.toString().replace("$(HOST_ADDRESS)", "192.168.1.14"))
                            .toList();
            assertThat(CommandLines.parse("node", arguments)).isEmpty();
        }
    }

    @Test
    void probesAskTheNodeItself() throws IOException {
        Map<String, Object> container =
                container(kind(manifests(Optional.empty()), "StatefulSet").get(0));
        assertThat(at(container, "livenessProbe", "httpGet", "path")).isEqualTo("/livez");
        assertThat(at(container, "readinessProbe", "httpGet", "path")).isEqualTo("/readyz");
        assertThat(at(container, "ports").toString()).contains("name=health", "containerPort=7480");
        assertThat(at(container, "args").toString()).contains("--health=$(HOST_ADDRESS):7480");
    }

    @Test
    void nodesFindEachOtherByTheClusterFileAndAServiceWithoutAnAddress() throws IOException {
        List<Map<String, Object>> manifests = manifests(Optional.empty());
        Map<String, Object> service = kind(manifests, "Service").get(0);
        assertThat(at(service, "spec", "clusterIP")).isEqualTo("None");
        assertThat(at(service, "spec", "publishNotReadyAddresses")).isEqualTo(true);
        Map<String, Object> config = kind(manifests, "ConfigMap").get(0);
        Cluster cluster = Cluster.parse(at(config, "data", "cluster.yaml").toString(), "cluster.yaml");
        assertThat(cluster.devices())
                .extracting(Device::name, device -> device.address().orElse(""))
                .containsExactly(
                        tuple("camera", "text-recogniser-camera-0.text-recogniser-nodes:7400"),
                        tuple("gateway", "text-recogniser-gateway-0.text-recogniser-nodes:7400"));
        for (Map<String, Object> set : kind(manifests, "StatefulSet")) {
            assertThat(map(at(set, "spec", "template", "metadata", "labels")))
                    .containsAllEntriesOf(map(at(service, "spec", "selector")))
                    .isEqualTo(at(set, "spec", "selector", "matchLabels"));
        }
    }

    @Test
    void certificatesAreInASecretOfEachNodeAndOnlyItsOwn() throws IOException {
        Path certificates = directory.resolve("certs");
        ClusterCertificates.create(certificates, List.of("camera", "gateway"), ClusterCertificates.VALIDITY);
        List<Map<String, Object>> manifests = manifests(Optional.of(certificates));
        List<Map<String, Object>> secrets = kind(manifests, "Secret");
        assertThat(secrets).hasSize(2);
        for (int i = 0; i < 2; i++) {
            String device = plan.devices().get(i);
            Map<String, Object> data = map(at(secrets.get(i), "data"));
            assertThat(data).containsOnlyKeys("authority.pem", device + ".pem", device + ".key");
            assertThat(Base64.getDecoder().decode(data.get(device + ".key").toString()))
                    .isEqualTo(Files.readAllBytes(certificates.resolve(device + ".key")));
            Map<String, Object> set = kind(manifests, "StatefulSet").get(i);
            assertThat(at(set, "spec", "template", "spec", "volumes").toString())
                    .contains("secretName=" + at(secrets.get(i), "metadata", "name"));
        }
        assertThat(kind(manifests(Optional.empty()), "Secret")).isEmpty();
    }

    @Test
    void aMissingCertificateIsNamed() throws IOException {
        Path certificates = directory.resolve("certs");
        ClusterCertificates.create(certificates, List.of("camera"), ClusterCertificates.VALIDITY);
        assertThatThrownBy(() -> manifests(Optional.of(certificates)))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("gateway.pem");
    }

    @Test
    void aNameThatCannotBeOneIsRefused() {
        assertThatThrownBy(() -> PlanManifests.yaml(directory.resolve("plan"), "???", "image", Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("???");
    }

    private List<Map<String, Object>> manifests(Optional<Path> certificates) throws IOException {
        String yaml = PlanManifests.yaml(
                directory.resolve("plan"), "Text recogniser", "registry/pepper-node:1", certificates);
        List<Map<String, Object>> manifests = new ArrayList<>();
        for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
            manifests.add(map(document));
        }
        return manifests;
    }

    private static Map<String, Object> container(Map<String, Object> set) {
        return map(((List<?>) at(set, "spec", "template", "spec", "containers")).get(0));
    }

    private static long mebibytes(Object quantity) {
        assertThat(quantity.toString()).endsWith("Mi");
        return Long.parseLong(quantity.toString().replace("Mi", ""));
    }

    private static List<Map<String, Object>> kind(List<Map<String, Object>> manifests, String kind) {
        return manifests.stream()
                .filter(manifest -> kind.equals(manifest.get("kind")))
                .toList();
    }

    private static Object at(Map<String, Object> manifest, String... path) {
        Object value = manifest;
        for (String field : path) {
            value = map(value).get(field);
            assertThat(value).as(field).isNotNull();
        }
        return value;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
