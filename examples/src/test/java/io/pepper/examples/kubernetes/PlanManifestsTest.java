package io.pepper.examples.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.examples.ExamplePlan;
import io.pepper.export.DeploymentPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A plan of a real model becomes manifests that say where each part runs. */
class PlanManifestsTest {
    @TempDir
    Path directory;

    private DeploymentPlan plan;

    @BeforeEach
    void export() throws IOException {
        plan = ExamplePlan.export(directory);
    }

    @Test
    void eachPartRunsOnItsNode() throws IOException {
        List<Map<String, Object>> manifests = manifests();
        List<Map<String, Object>> deployments = kind(manifests, "Deployment");
        assertThat(deployments).hasSameSizeAs(plan.devices());
        for (int i = 0; i < deployments.size(); i++) {
            assertThat(at(deployments.get(i), "spec", "template", "spec", "nodeSelector", "kubernetes.io/hostname"))
                    .isEqualTo(plan.devices().get(i));
        }
        assertThat(deployments.get(0).toString())
                .contains(
                        "registry/runner:1",
                        "--next, text-recogniser-2:8001",
                        plan.partition().parts().get(0).file());
        assertThat(deployments.get(1).toString()).doesNotContain("--next");
    }

    @Test
    void eachPartHasAServiceAndAVolume() throws IOException {
        List<Map<String, Object>> manifests = manifests();
        assertThat(kind(manifests, "Service"))
                .extracting(service -> at(service, "metadata", "name"))
                .containsExactly("text-recogniser-1", "text-recogniser-2");
        // Both parts are larger than a config map may be.
        assertThat(kind(manifests, "PersistentVolumeClaim"))
                .extracting(claim -> at(claim, "spec", "storageClassName"))
                .containsExactly("local-path", "local-path");
        assertThat(at(kind(manifests, "ConfigMap").get(0), "data").toString()).contains("plan.json", "camera");
    }

    @Test
    void aNameThatCannotBeOneIsRefused() {
        assertThatThrownBy(() -> PlanManifests.yaml(directory.resolve("plan"), "???", "image"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("???");
    }

    private List<Map<String, Object>> manifests() throws IOException {
        String yaml = PlanManifests.yaml(directory.resolve("plan"), "Text recogniser", "registry/runner:1");
        List<Map<String, Object>> manifests = new ArrayList<>();
        for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
            manifests.add(map(document));
        }
        return manifests;
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
