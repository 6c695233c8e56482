package io.pepper.predict;

import com.fasterxml.jackson.core.JsonGenerator;
import io.pepper.cluster.Platform;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Platforms in the JSON of a predictor. Unknown values are absent. */
final class PlatformJson {
    private PlatformJson() {}

    static void write(JsonGenerator json, Platform platform) throws IOException {
        json.writeStartObject();
        write(json, "kind", platform.kind());
        write(json, "instructionSet", platform.instructionSet());
        write(json, "runtime", platform.runtime());
        write(json, "runtimeVersion", platform.runtimeVersion());
        write(json, "provider", platform.provider());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, value.get());
        }
    }

    static Platform read(JsonReader json) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        json.object(name -> fields.put(name, json.text()));
        return new Platform(
                Optional.ofNullable(fields.get("kind")),
                Optional.ofNullable(fields.get("instructionSet")),
                Optional.ofNullable(fields.get("runtime")),
                Optional.ofNullable(fields.get("runtimeVersion")),
                Optional.ofNullable(fields.get("provider")));
    }
}
