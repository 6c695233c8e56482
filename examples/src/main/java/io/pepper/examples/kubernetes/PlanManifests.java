package io.pepper.examples.kubernetes;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1ServiceSpec;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.pepper.export.DeploymentPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A writer of Kubernetes manifests that run the nodes of a plan on K3s: for each device that has a part, a stateful set of
 * one {@code pepper node} on the board of this host name. A service without an address of its own has the names by which
 * the nodes find each other, and a config map has the cluster file with these names. The nodes use the network of their
 * boards, so that {@code pepper deploy} and {@code pepper run} reach them from any machine that reaches the boards.
 *
 * <p>The certificate of each node is in a secret of its own, {@code NAME-DEVICE-certs}. With the directory that {@code
 * pepper certs} wrote, the secrets are among the manifests, and thus are as secret as its keys.
 */
public final class PlanManifests {
    /** The port of control messages on each board. */
    static final int PORT = 7400;

    /** The port of the probes on each board. */
    static final int HEALTH_PORT = 7480;

    private static final String CLUSTER_FILE = "cluster.yaml";
    private static final Pattern NO_LABEL = Pattern.compile("[^a-z0-9]+");

    private final Path directory;
    private final String name;
    private final String image;
    private final Optional<Path> certificates;
    private final DeploymentPlan plan;

    private PlanManifests(Path directory, String name, String image, Optional<Path> certificates) throws IOException {
        this.directory = directory;
        this.name = label(name);
        this.image = image;
        this.certificates = certificates;
        this.plan = DeploymentPlan.read(directory);
    }

    /**
     * Writes manifests to standard output.
     *
     * @param arguments the directory that {@code pepper plan} wrote, a name, the image of {@code pepper node}, and
     *     optionally the directory of the certificates
     * @throws IOException if a file cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3 && arguments.length != 4) {
            throw new IllegalArgumentException("arguments: DIRECTORY NAME IMAGE [CERTS]");
        }
        Optional<Path> certificates = arguments.length == 4 ? Optional.of(Path.of(arguments[3])) : Optional.empty();
        System.out.print(yaml(Path.of(arguments[0]), arguments[1], arguments[2], certificates));
    }

    /**
     * Returns the manifests of a plan, each validated by the Kubernetes library.
     *
     * @param directory the directory of the plan and its parts
     * @param name the prefix of all names
     * @param image the image whose entry point is {@code pepper node}
     * @param certificates the directory that {@code pepper certs} wrote; without it, the secrets are to be made by hand
     * @return YAML documents
     * @throws IOException if the plan or a certificate cannot be read, or a manifest is invalid
     * @throws IllegalArgumentException if two devices have the same name as a name of Kubernetes
     */
    public static String yaml(Path directory, String name, String image, Optional<Path> certificates)
            throws IOException {
        return ManifestYaml.of(new PlanManifests(directory, name, image, certificates).all());
    }

    private List<JsonElement> all() throws IOException {
        Map<String, NodeManifests> nodes = nodes();
        List<JsonElement> manifests = new ArrayList<>();
        JsonElement service = ManifestYaml.json(service());
        V1Service.validateJsonElement(service);
        manifests.add(service);
        JsonElement config = ManifestYaml.json(config(nodes));
        V1ConfigMap.validateJsonElement(config);
        manifests.add(config);
        for (NodeManifests node : nodes.values()) {
            if (certificates.isPresent()) {
                JsonElement secret = ManifestYaml.json(node.secret(certificates.get()));
                V1Secret.validateJsonElement(secret);
                manifests.add(secret);
            }
            JsonElement set = ManifestYaml.json(
                    node.statefulSet(image, config(), service().getMetadata()));
            V1StatefulSet.validateJsonElement(set);
            manifests.add(set);
        }
        return manifests;
    }

    /** Returns the nodes by their devices, in the order of their first parts. */
    private Map<String, NodeManifests> nodes() {
        Map<String, List<Integer>> parts = new LinkedHashMap<>();
        for (int part = 0; part < plan.devices().size(); part++) {
            parts.computeIfAbsent(plan.devices().get(part), first -> new ArrayList<>())
                    .add(part);
        }
        Map<String, NodeManifests> nodes = new LinkedHashMap<>();
        Map<String, String> devices = new TreeMap<>();
        parts.forEach((device, own) -> {
            String label = name + "-" + label(device);
            String other = devices.put(label, device);
            if (other != null) {
                throw new IllegalArgumentException(
                        "the devices '" + other + "' and '" + device + "' both have the name '" + label + "'");
            }
            nodes.put(device, NodeManifests.of(label, plan, own));
        });
        return nodes;
    }

    private String config() {
        return name + "-config";
    }

    /** Returns the cluster file: the cluster of the plan, with the address of each node. */
    private V1ConfigMap config(Map<String, NodeManifests> nodes) throws IOException {
        JsonObject cluster = JsonParser.parseString(Files.readString(directory.resolve(DeploymentPlan.FILE_NAME)))
                .getAsJsonObject()
                .getAsJsonObject("cluster");
        JsonObject devices = cluster.getAsJsonObject("devices");
        for (String device : devices.keySet()) {
            JsonObject fields = devices.getAsJsonObject(device);
            fields.remove("address");
            NodeManifests node = nodes.get(device);
            if (node != null) {
                fields.addProperty("address", node.host(service().getMetadata()) + ":" + PORT);
            }
        }
        return new V1ConfigMap()
                .apiVersion("v1")
                .kind("ConfigMap")
                .metadata(new V1ObjectMeta().name(config()))
                .data(Map.of(CLUSTER_FILE, ManifestYaml.of(List.of(cluster))));
    }

    /** Returns a service that has the names of all nodes, also of those that are not ready: nodes look for these. */
    private V1Service service() {
        return new V1Service()
                .apiVersion("v1")
                .kind("Service")
                .metadata(new V1ObjectMeta().name(name + "-nodes").labels(Map.of("app", name)))
                .spec(new V1ServiceSpec()
                        .clusterIP("None")
                        .publishNotReadyAddresses(true)
                        .selector(Map.of("app", name))
                        .addPortsItem(
                                new V1ServicePort().name("control").port(PORT).targetPort(new IntOrString(PORT))));
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
