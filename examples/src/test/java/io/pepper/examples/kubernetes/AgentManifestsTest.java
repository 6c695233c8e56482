package io.pepper.examples.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** An agent runs on each node, in the node's network and under its name. */
class AgentManifestsTest {
    private static final Path KEPT = Path.of("monitoring", "kubernetes.yaml");

    private static List<Map<?, ?>> manifests() throws IOException {
        List<Map<?, ?>> manifests = new ArrayList<>();
        for (Object document :
                new Load(LoadSettings.builder().build()).loadAllFromString(AgentManifests.yaml("agent:1"))) {
            manifests.add((Map<?, ?>) document);
        }
        return manifests;
    }

    private static Object at(Object node, Object... path) {
        Object here = node;
        for (Object step : path) {
            here = step instanceof Integer index ? ((List<?>) here).get(index) : ((Map<?, ?>) here).get(step);
        }
        return here;
    }

    @Test
    void theFileInTheRepositoryIsWhatTheWriterMakes() throws IOException {
        assertThat(Files.readString(KEPT)).isEqualTo(AgentManifests.yaml("pepper-agent:0.1.0"));
    }

    @Test
    void anAgentRunsInTheNetworkOfItsNodeUnderItsName() throws IOException {
        Map<?, ?> set = manifests().get(0);
        assertThat(at(set, "kind")).isEqualTo("DaemonSet");
        assertThat(at(set, "spec", "template", "spec", "hostNetwork")).isEqualTo(true);
        Object container = at(set, "spec", "template", "spec", "containers", 0);
        assertThat(at(container, "image")).isEqualTo("agent:1");
        assertThat(at(container, "args").toString()).contains("$(NODE_ADDRESS):9100", "$(NODE_NAME)");
        assertThat(at(container, "env").toString()).contains("spec.nodeName", "status.hostIP");
        assertThat(at(container, "securityContext", "allowPrivilegeEscalation")).isEqualTo(false);
        assertThat(at(set, "spec", "selector", "matchLabels"))
                .isEqualTo(at(set, "spec", "template", "metadata", "labels"));
    }

    @Test
    void theServiceFindsAllAgents() throws IOException {
        Map<?, ?> service = manifests().get(1);
        assertThat(at(service, "kind")).isEqualTo("Service");
        assertThat(at(service, "spec", "clusterIP")).isEqualTo("None");
        assertThat(at(service, "spec", "selector"))
                .isEqualTo(at(manifests().get(0), "spec", "selector", "matchLabels"));
    }

    @Test
    void anImageIsNeeded() {
        assertThatThrownBy(() -> AgentManifests.main(new String[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
