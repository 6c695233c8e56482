package io.pepper.examples.kubernetes;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.serving.ServedNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A writer of KServe manifests: an {@code InferenceService} for each part, whose Triton server loads the part from the
 * repository that {@link io.pepper.serving.TritonRepository} wrote, copied to a storage that KServe reads. With a plan,
 * each service is bound to the node of its device, by its host name.
 */
public final class ServingManifests {
    private ServingManifests() {}

    /**
     * Returns the manifests.
     *
     * @param directory the parts
     * @param name the name of the models in the repository, without the numbers of the parts
     * @param storage the address of the repository, such as {@code s3://models/triton}; empty for {@code
     *     pvc://NAME/triton}
     * @return YAML documents
     * @throws IOException if the parts cannot be read, or a manifest is invalid
     */
    public static String yaml(Path directory, String name, Optional<String> storage) throws IOException {
        PartitionManifest manifest = PartitionManifest.read(directory);
        Optional<DeploymentPlan> plan = Files.exists(directory.resolve(DeploymentPlan.FILE_NAME))
                ? Optional.of(DeploymentPlan.read(directory))
                : Optional.empty();
        String label = PlanManifests.label(name);
        List<JsonElement> services = new ArrayList<>();
        for (int part = 0; part < manifest.parts().size(); part++) {
            int stage = part;
            services.add(service(
                    ServedNames.part(label, part),
                    ServedNames.part(name, part),
                    storage.orElse("pvc://" + label + "/triton"),
                    plan.map(made -> made.devices().get(stage))));
        }
        return ManifestYaml.of(services);
    }

    private static JsonObject service(String label, String model, String storage, Optional<String> node)
            throws IOException {
        JsonObject format = new JsonObject();
        format.addProperty("name", "onnx");
        JsonObject served = container(model);
        served.add("modelFormat", format);
        served.addProperty("protocolVersion", "v2");
        served.addProperty("runtime", "kserve-tritonserver");
        served.addProperty("storageUri", storage);
        JsonObject predictor = new JsonObject();
        predictor.add("model", served);
        node.ifPresent(host -> {
            JsonObject selector = new JsonObject();
            selector.addProperty("kubernetes.io/hostname", host);
            predictor.add("nodeSelector", selector);
        });
        JsonObject spec = new JsonObject();
        spec.add("predictor", predictor);
        JsonObject service = new JsonObject();
        service.addProperty("apiVersion", "serving.kserve.io/v1beta1");
        service.addProperty("kind", "InferenceService");
        JsonElement metadata = ManifestYaml.json(new V1ObjectMeta().name(label));
        V1ObjectMeta.validateJsonElement(metadata);
        service.add("metadata", metadata);
        service.add("spec", spec);
        return service;
    }

    /** Returns the fields of Triton's container, to which KServe adds those of its runtime: this model alone is loaded. */
    private static JsonObject container(String model) throws IOException {
        JsonElement container = ManifestYaml.json(new V1Container()
                .name("kserve-container")
                .args(List.of("--model-control-mode=explicit", "--load-model=" + model)));
        V1Container.validateJsonElement(container);
        JsonArray args = container.getAsJsonObject().getAsJsonArray("args");
        JsonObject fields = new JsonObject();
        fields.add("args", args);
        return fields;
    }
}
