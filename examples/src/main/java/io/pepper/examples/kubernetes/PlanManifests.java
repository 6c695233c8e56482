package io.pepper.examples.kubernetes;

import com.google.gson.JsonElement;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapVolumeSource;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ContainerPort;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1DeploymentSpec;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaimSpec;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaimVolumeSource;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1ResourceRequirements;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1ServiceSpec;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A writer of Kubernetes manifests that run a plan on K3s. For each part there are a deployment bound to the node of
 * its device, a service for the part before it, and a volume with the part. A small part is in a config map; a larger
 * one has a claim on K3s' local storage class, which must be filled on that node. {@code plan.json} and {@code
 * partition.json} are in a shared config map.
 *
 * <p>The caller supplies the image: a program that opens {@code /part/FILE} (for instance with {@link
 * io.pepper.session.Stage#open}) and passes tensors on as {@link io.pepper.session.TensorMessages}. Nodes are
 * selected by their host names, which are the names of the devices.
 */
public final class PlanManifests {
    /** The server refuses config maps of more than 1 MiB, including keys. */
    private static final long MAX_IN_CONFIG_MAP = 900_000;

    private static final int PORT = 8001;
    private static final Pattern NO_LABEL = Pattern.compile("[^a-z0-9]+");

    private final Path directory;
    private final String name;
    private final String image;
    private final DeploymentPlan plan;
    private final PartitionManifest manifest;

    private PlanManifests(Path directory, String name, String image) throws IOException {
        this.directory = directory;
        this.name = label(name);
        this.image = image;
        this.plan = DeploymentPlan.read(directory);
        this.manifest = PartitionManifest.read(directory);
    }

    /**
     * Writes manifests to standard output.
     *
     * @param arguments the directory that {@code pepper plan} wrote, a name, and the image of the caller's program
     * @throws IOException if the plan cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("arguments: DIRECTORY NAME IMAGE");
        }
        System.out.print(yaml(Path.of(arguments[0]), arguments[1], arguments[2]));
    }

    /**
     * Returns the manifests of a plan, each validated by the Kubernetes library.
     *
     * @param directory the directory of the plan and its parts
     * @param name the prefix of all names
     * @param image the image that runs a part
     * @return YAML documents
     * @throws IOException if the plan cannot be read, or a manifest is invalid
     */
    public static String yaml(Path directory, String name, String image) throws IOException {
        return ManifestYaml.of(new PlanManifests(directory, name, image).all());
    }

    private List<JsonElement> all() throws IOException {
        List<JsonElement> manifests = new ArrayList<>();
        JsonElement plans = ManifestYaml.json(planMap());
        V1ConfigMap.validateJsonElement(plans);
        manifests.add(plans);
        for (int stage = 0; stage < plan.placement().parts().size(); stage++) {
            JsonElement deployment = ManifestYaml.json(deployment(stage));
            V1Deployment.validateJsonElement(deployment);
            JsonElement service = ManifestYaml.json(service(stage));
            V1Service.validateJsonElement(service);
            manifests.addAll(List.of(volume(stage), deployment, service));
        }
        return manifests;
    }

    private V1ConfigMap planMap() throws IOException {
        return new V1ConfigMap()
                .apiVersion("v1")
                .kind("ConfigMap")
                .metadata(new V1ObjectMeta().name(name + "-plan"))
                .data(Map.of(
                        DeploymentPlan.FILE_NAME, Files.readString(directory.resolve(DeploymentPlan.FILE_NAME)),
                        PartitionManifest.FILE_NAME, Files.readString(directory.resolve(PartitionManifest.FILE_NAME))));
    }

    /** Returns a config map with the part in it, or a claim on sufficient storage. */
    private JsonElement volume(int stage) throws IOException {
        PartitionManifest.Part part = manifest.parts().get(stage);
        V1ObjectMeta metadata = new V1ObjectMeta().name(stageName(stage));
        if (isSmall(part)) {
            JsonElement map = ManifestYaml.json(new V1ConfigMap()
                    .apiVersion("v1")
                    .kind("ConfigMap")
                    .metadata(metadata)
                    .binaryData(Map.of(part.file(), Files.readAllBytes(directory.resolve(part.file())))));
            V1ConfigMap.validateJsonElement(map);
            return map;
        }
        long bytes = part.bytes()
                + part.data().stream().mapToLong(PartitionManifest.Data::bytes).sum();
        JsonElement claim = ManifestYaml.json(new V1PersistentVolumeClaim()
                .apiVersion("v1")
                .kind("PersistentVolumeClaim")
                .metadata(metadata)
                .spec(new V1PersistentVolumeClaimSpec()
                        .accessModes(List.of("ReadWriteOnce"))
                        .storageClassName("local-path")
                        .resources(new V1VolumeResourceRequirements().putRequestsItem("storage", mebibytes(bytes)))));
        V1PersistentVolumeClaim.validateJsonElement(claim);
        return claim;
    }

    private static boolean isSmall(PartitionManifest.Part part) {
        return part.data().isEmpty() && part.bytes() <= MAX_IN_CONFIG_MAP;
    }

    private V1Deployment deployment(int stage) {
        Map<String, String> labels = Map.of("app", stageName(stage));
        return new V1Deployment()
                .apiVersion("apps/v1")
                .kind("Deployment")
                .metadata(new V1ObjectMeta().name(stageName(stage)).labels(labels))
                .spec(new V1DeploymentSpec()
                        .replicas(1)
                        .selector(new V1LabelSelector().matchLabels(labels))
                        .template(new V1PodTemplateSpec()
                                .metadata(new V1ObjectMeta().labels(labels))
                                .spec(pod(stage))));
    }

    private V1PodSpec pod(int stage) {
        PlacedPart placed = plan.placement().parts().get(stage);
        V1Container container = new V1Container()
                .name("part")
                .image(image)
                .args(arguments(stage))
                .addPortsItem(new V1ContainerPort().containerPort(PORT))
                .addVolumeMountsItem(
                        new V1VolumeMount().name("part").mountPath("/part").readOnly(true))
                .addVolumeMountsItem(
                        new V1VolumeMount().name("plan").mountPath("/plan").readOnly(true))
                .resources(new V1ResourceRequirements()
                        .putRequestsItem("memory", mebibytes((long) Math.ceil(placed.memoryBytes()))));
        return new V1PodSpec()
                .nodeSelector(Map.of("kubernetes.io/hostname", placed.device().name()))
                .containers(List.of(container))
                .volumes(List.of(partVolume(stage), configMapVolume("plan", name + "-plan")));
    }

    private List<String> arguments(int stage) {
        List<String> arguments = new ArrayList<>(
                List.of("--part", "/part/" + manifest.parts().get(stage).file(), "--port", PORT + ""));
        if (stage + 1 < plan.placement().parts().size()) {
            arguments.addAll(List.of("--next", stageName(stage + 1) + ":" + PORT));
        }
        return arguments;
    }

    private V1Volume partVolume(int stage) {
        if (isSmall(manifest.parts().get(stage))) {
            return configMapVolume("part", stageName(stage));
        }
        return new V1Volume()
                .name("part")
                .persistentVolumeClaim(new V1PersistentVolumeClaimVolumeSource().claimName(stageName(stage)));
    }

    private static V1Volume configMapVolume(String volume, String map) {
        return new V1Volume().name(volume).configMap(new V1ConfigMapVolumeSource().name(map));
    }

    private V1Service service(int stage) {
        return new V1Service()
                .apiVersion("v1")
                .kind("Service")
                .metadata(new V1ObjectMeta().name(stageName(stage)))
                .spec(new V1ServiceSpec()
                        .selector(Map.of("app", stageName(stage)))
                        .ports(List.of(new V1ServicePort().port(PORT).targetPort(new IntOrString(PORT)))));
    }

    private String stageName(int stage) {
        return name + "-" + (stage + 1);
    }

    /** Rounds up to mebibytes. */
    private static Quantity mebibytes(long bytes) {
        BigDecimal rounded = BigDecimal.valueOf(bytes).divide(BigDecimal.valueOf(1 << 20), RoundingMode.CEILING);
        return Quantity.fromString(rounded.max(BigDecimal.ONE) + "Mi");
    }

    /** Returns a Kubernetes name: lower case letters, digits and single dashes. */
    static String label(String name) {
        String label = NO_LABEL.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("-");
        label = label.replaceAll("^-|-$", "");
        if (label.isEmpty() || label.length() > 50) {
            throw new IllegalArgumentException("name: 1 to 50 letters or digits are needed, found '" + name + "'");
        }
        return label;
    }
}
