package io.pepper.examples.kubernetes;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.JSON;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Manifests of the Kubernetes library as YAML documents. */
final class ManifestYaml {
    private static final ObjectMapper JACKSON = new ObjectMapper();

    private ManifestYaml() {}

    /** Returns a typed manifest as its JSON. */
    static JsonElement json(Object manifest) {
        return JsonParser.parseString(JSON.serialize(manifest));
    }

    /** Returns manifests as YAML documents, one after the other. */
    static String of(List<JsonElement> manifests) throws IOException {
        StringBuilder documents = new StringBuilder();
        Dump dump = new Dump(
                DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build());
        for (JsonElement manifest : manifests) {
            Map<String, Object> fields = JACKSON.readValue(manifest.toString(), new TypeReference<>() {});
            documents.append("---\n").append(dump.dumpToString(fields));
        }
        return documents.toString();
    }
}
