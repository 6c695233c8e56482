package io.pepper.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import java.util.List;
import java.util.Optional;

/** What each part says of itself in its {@code metadata_props}: which model, which part, which cuts. */
final class PartMetadata {
    /** With this begin the keys that are written here; a part that is divided again loses its earlier ones. */
    static final String PREFIX = "pepper.";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ModelProto.Builder message = ModelProto.newBuilder();

    void add(String key, String value) {
        message.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(PREFIX + key).setValue(value));
    }

    void addModel(String name, Optional<String> sha256) {
        add("model.name", name);
        sha256.ifPresent(hash -> add("model.sha256", hash));
    }

    void addTensors(String key, List<TensorInfo> tensors) {
        try {
            add(
                    key,
                    MAPPER.writeValueAsString(
                            tensors.stream().map(TensorInfo::name).toList()));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a list of strings is JSON", impossible);
        }
    }

    /** The entries as bytes that may follow those of a model: messages put one after the other are merged. */
    byte[] toBytes() {
        return message.build().toByteArray();
    }
}
