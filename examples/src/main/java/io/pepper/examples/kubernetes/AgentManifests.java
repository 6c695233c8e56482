package io.pepper.examples.kubernetes;

import com.google.gson.JsonElement;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1Capabilities;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ContainerPort;
import io.kubernetes.client.openapi.models.V1DaemonSet;
import io.kubernetes.client.openapi.models.V1DaemonSetSpec;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1EnvVarSource;
import io.kubernetes.client.openapi.models.V1HTTPGetAction;
import io.kubernetes.client.openapi.models.V1HostPathVolumeSource;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1ObjectFieldSelector;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1ResourceRequirements;
import io.kubernetes.client.openapi.models.V1SecurityContext;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1ServiceSpec;
import io.kubernetes.client.openapi.models.V1Toleration;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A writer of Kubernetes manifests that run {@code pepper agent} on each node of K3s: a daemon set, and a service
 * without an address of its own by which Prometheus finds the agents. The agents use the network of their node, so that
 * they measure the links and the traffic of the node, and have its name. The UUID of a node stays in a directory of the
 * node. An agent runs as root without capabilities, since only root may read energy counters, and sees the file systems
 * of the node read-only. Its metrics have no protection besides that of the node's network.
 *
 * <p>{@code examples/monitoring/kubernetes.yaml} is what this writer makes of the image {@code pepper-agent:0.1.0}.
 */
public final class AgentManifests {
    private static final String NAME = "pepper-agent";
    private static final int PORT = 9100;
    private static final String STATE = "/var/lib/pepper";
    private static final Map<String, String> LABELS = Map.of("app", NAME);

    private AgentManifests() {}

    /**
     * Writes manifests to standard output.
     *
     * @param arguments the image of the agent
     * @throws IOException if a manifest is invalid
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("arguments: IMAGE");
        }
        System.out.print(yaml(arguments[0]));
    }

    /**
     * Returns the manifests, each validated by the Kubernetes library.
     *
     * @param image the image of the agent, whose entry point is {@code pepper agent}
     * @return YAML documents
     * @throws IOException if a manifest is invalid
     */
    public static String yaml(String image) throws IOException {
        JsonElement agents = ManifestYaml.json(daemonSet(image));
        V1DaemonSet.validateJsonElement(agents);
        JsonElement service = ManifestYaml.json(service());
        V1Service.validateJsonElement(service);
        return ManifestYaml.of(List.of(agents, service));
    }

    private static V1DaemonSet daemonSet(String image) {
        return new V1DaemonSet()
                .apiVersion("apps/v1")
                .kind("DaemonSet")
                .metadata(new V1ObjectMeta().name(NAME).labels(LABELS))
                .spec(new V1DaemonSetSpec()
                        .selector(new V1LabelSelector().matchLabels(LABELS))
                        .template(new V1PodTemplateSpec()
                                .metadata(new V1ObjectMeta().labels(LABELS))
                                .spec(pod(image))));
    }

    private static V1PodSpec pod(String image) {
        return new V1PodSpec()
                .hostNetwork(true)
                .dnsPolicy("ClusterFirstWithHostNet")
                .automountServiceAccountToken(false)
                .addTolerationsItem(new V1Toleration().operator("Exists"))
                .addContainersItem(container(image))
                .addVolumesItem(new V1Volume()
                        .name("state")
                        .hostPath(new V1HostPathVolumeSource().path(STATE).type("DirectoryOrCreate")))
                .addVolumesItem(new V1Volume()
                        .name("root")
                        .hostPath(new V1HostPathVolumeSource().path("/").type("Directory")));
    }

    private static V1Container container(String image) {
        return new V1Container()
                .name("agent")
                .image(image)
                .args(List.of(
                        "--listen",
                        "$(NODE_ADDRESS):" + PORT,
                        "--name",
                        "$(NODE_NAME)",
                        "--uuid-file",
                        STATE + "/node-uuid",
                        "--unprotected"))
                .addEnvItem(ofNode("NODE_ADDRESS", "status.hostIP"))
                .addEnvItem(ofNode("NODE_NAME", "spec.nodeName"))
                .addPortsItem(new V1ContainerPort().name("metrics").containerPort(PORT))
                .readinessProbe(new V1Probe()
                        .httpGet(new V1HTTPGetAction().path("/-/healthy").port(new IntOrString(PORT))))
                .resources(new V1ResourceRequirements()
                        .putRequestsItem("cpu", Quantity.fromString("10m"))
                        .putRequestsItem("memory", Quantity.fromString("80Mi"))
                        .putLimitsItem("memory", Quantity.fromString("160Mi")))
                .securityContext(new V1SecurityContext()
                        .runAsUser(0L)
                        .allowPrivilegeEscalation(false)
                        .readOnlyRootFilesystem(true)
                        .capabilities(new V1Capabilities().addDropItem("ALL")))
                .addVolumeMountsItem(new V1VolumeMount().name("state").mountPath(STATE))
                .addVolumeMountsItem(new V1VolumeMount()
                        .name("root")
                        .mountPath("/host")
                        .mountPropagation("HostToContainer")
                        .readOnly(true));
    }

    private static V1EnvVar ofNode(String variable, String field) {
        return new V1EnvVar()
                .name(variable)
                .valueFrom(new V1EnvVarSource().fieldRef(new V1ObjectFieldSelector().fieldPath(field)));
    }

    /** Returns a service whose name resolves to the addresses of all agents. */
    private static V1Service service() {
        return new V1Service()
                .apiVersion("v1")
                .kind("Service")
                .metadata(new V1ObjectMeta().name(NAME).labels(LABELS))
                .spec(new V1ServiceSpec()
                        .clusterIP("None")
                        .selector(LABELS)
                        .addPortsItem(
                                new V1ServicePort().name("metrics").port(PORT).targetPort(new IntOrString("metrics"))));
    }
}
