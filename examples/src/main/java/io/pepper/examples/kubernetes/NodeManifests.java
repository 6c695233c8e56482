package io.pepper.examples.kubernetes;

import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1Capabilities;
import io.kubernetes.client.openapi.models.V1ConfigMapVolumeSource;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ContainerPort;
import io.kubernetes.client.openapi.models.V1EmptyDirVolumeSource;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1EnvVarSource;
import io.kubernetes.client.openapi.models.V1HTTPGetAction;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1ObjectFieldSelector;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaimSpec;
import io.kubernetes.client.openapi.models.V1PodSecurityContext;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1ResourceRequirements;
import io.kubernetes.client.openapi.models.V1SeccompProfile;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1SecretVolumeSource;
import io.kubernetes.client.openapi.models.V1SecurityContext;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V1StatefulSetSpec;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import io.kubernetes.client.openapi.models.V1VolumeResourceRequirements;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.plan.PlacedPart;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The manifests of one node of a plan. Its memory and disk come from the plan.
 *
 * @param label its name in Kubernetes
 * @param parts its parts, at least one
 * @param partBytes the size of their files, in bytes
 */
record NodeManifests(String label, List<PlacedPart> parts, long partBytes) {
    /** The memory of a node without parts: heap, code and threads. */
    private static final long NODE_BYTES = 160L << 20;

    /** Besides the parts, a child process that opens a new version before the node does, beside the version that serves. */
    private static final int COPIES = 3;

    private static final long USER = 7400;

    /** Returns the manifests of the node that has these parts of a plan. */
    static NodeManifests of(String label, DeploymentPlan plan, List<Integer> parts) {
        return new NodeManifests(
                label,
                parts.stream().map(plan.placement().parts()::get).toList(),
                parts.stream()
                        .mapToLong(part -> bytes(plan.partition().parts().get(part)))
                        .sum());
    }

    private static long bytes(PartitionManifest.Part part) {
        return part.bytes()
                + part.data().stream().mapToLong(PartitionManifest.Data::bytes).sum();
    }

    private String device() {
        return parts.get(0).device().name();
    }

    /** Returns the host name of the node's pod. */
    String host(V1ObjectMeta service) {
        return label + "-0." + service.getName();
    }

    private String secretName() {
        return label + "-certs";
    }

    /** Returns the certificate and the key of the node. */
    V1Secret secret(Path certificates) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        for (String file : List.of("authority.pem", device() + ".pem", device() + ".key")) {
            files.put(file, Files.readAllBytes(certificates.resolve(file)));
        }
        return new V1Secret()
                .apiVersion("v1")
                .kind("Secret")
                .type("Opaque")
                .metadata(new V1ObjectMeta().name(secretName()))
                .data(files);
    }

    V1StatefulSet statefulSet(String image, String config, V1ObjectMeta service) {
        Map<String, String> labels =
                Map.of("app", Objects.requireNonNull(service.getLabels()).get("app"), "node", label);
        return new V1StatefulSet()
                .apiVersion("apps/v1")
                .kind("StatefulSet")
                .metadata(new V1ObjectMeta().name(label).labels(labels))
                .spec(new V1StatefulSetSpec()
                        .replicas(1)
                        .serviceName(service.getName())
                        .selector(new V1LabelSelector().matchLabels(labels))
                        .template(new V1PodTemplateSpec()
                                .metadata(new V1ObjectMeta().labels(labels))
                                .spec(pod(image, config)))
                        .addVolumeClaimTemplatesItem(store()));
    }

    private V1PodSpec pod(String image, String config) {
        return new V1PodSpec()
                .hostNetwork(true)
                .dnsPolicy("ClusterFirstWithHostNet")
                .automountServiceAccountToken(false)
                .nodeSelector(Map.of("kubernetes.io/hostname", device()))
                .securityContext(new V1PodSecurityContext()
                        .runAsNonRoot(true)
                        .runAsUser(USER)
                        .fsGroup(USER)
                        .seccompProfile(new V1SeccompProfile().type("RuntimeDefault")))
                .addContainersItem(container(image))
                .addVolumesItem(new V1Volume().name("config").configMap(new V1ConfigMapVolumeSource().name(config)))
                .addVolumesItem(new V1Volume()
                        .name("certs")
                        .secret(new V1SecretVolumeSource()
                                .secretName(secretName())
                                .defaultMode(0440)))
                // ONNX Runtime unpacks its native library there.
                .addVolumesItem(new V1Volume().name("tmp").emptyDir(new V1EmptyDirVolumeSource()));
    }

    private V1Container container(String image) {
        return new V1Container()
                .name("node")
                .image(image)
                .args(List.of(
                        "--name=" + device(),
                        "--listen=$(HOST_ADDRESS):" + PlanManifests.PORT,
                        "--cluster=/config/cluster.yaml",
                        "--certs=/certs",
                        "--store=/store",
                        "--threads=" + parts.get(0).device().threads(),
                        "--health=$(HOST_ADDRESS):" + PlanManifests.HEALTH_PORT,
                        // The names of the other pods are known some time after they have started.
                        "--join-within=120s"))
                .addEnvItem(new V1EnvVar()
                        .name("HOST_ADDRESS")
                        .valueFrom(
                                new V1EnvVarSource().fieldRef(new V1ObjectFieldSelector().fieldPath("status.hostIP"))))
                .addPortsItem(new V1ContainerPort().name("control").containerPort(PlanManifests.PORT))
                .addPortsItem(new V1ContainerPort().name("health").containerPort(PlanManifests.HEALTH_PORT))
                .livenessProbe(probe("/livez").periodSeconds(10).failureThreshold(6))
                .readinessProbe(probe("/readyz").periodSeconds(5))
                .resources(resources())
                .securityContext(new V1SecurityContext()
                        .allowPrivilegeEscalation(false)
                        .readOnlyRootFilesystem(true)
                        .capabilities(new V1Capabilities().addDropItem("ALL")))
                .addVolumeMountsItem(mount("config", "/config").readOnly(true))
                .addVolumeMountsItem(mount("certs", "/certs").readOnly(true))
                .addVolumeMountsItem(mount("store", "/store"))
                .addVolumeMountsItem(mount("tmp", "/tmp"));
    }

    private static V1VolumeMount mount(String volume, String path) {
        return new V1VolumeMount().name(volume).mountPath(path);
    }

    private static V1Probe probe(String path) {
        return new V1Probe()
                .httpGet(new V1HTTPGetAction().path(path).port(new IntOrString("health")))
                .timeoutSeconds(5);
    }

    private V1ResourceRequirements resources() {
        long planned = (long)
                Math.ceil(parts.stream().mapToDouble(PlacedPart::memoryBytes).sum());
        return new V1ResourceRequirements()
                .putRequestsItem("cpu", Quantity.fromString("100m"))
                .putRequestsItem("memory", mebibytes(NODE_BYTES + planned))
                .putLimitsItem("memory", mebibytes(COPIES * (NODE_BYTES + planned)));
    }

    private V1PersistentVolumeClaim store() {
        return new V1PersistentVolumeClaim()
                .metadata(new V1ObjectMeta().name("store"))
                .spec(new V1PersistentVolumeClaimSpec()
                        .accessModes(List.of("ReadWriteOnce"))
                        .storageClassName("local-path")
                        .resources(new V1VolumeResourceRequirements()
                                .putRequestsItem("storage", mebibytes(COPIES * partBytes))));
    }

    /** Rounds up to mebibytes. */
    private static Quantity mebibytes(long bytes) {
        BigDecimal rounded = BigDecimal.valueOf(bytes).divide(BigDecimal.valueOf(1 << 20), RoundingMode.CEILING);
        return Quantity.fromString(rounded.max(BigDecimal.ONE) + "Mi");
    }
}
