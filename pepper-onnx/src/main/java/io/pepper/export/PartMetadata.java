package io.pepper.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import java.util.List;
import java.util.Optional;

/** The {@code metadata_props} that describe a part: its model, its number and its cuts. */
final class PartMetadata {
    /** The prefix of these keys. A part that is divided again loses its earlier entries. */
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

    /** Returns the entries as bytes to append to those of a model: protobuf merges concatenated messages. */
    byte[] toBytes() {
        return message.build().toByteArray();
    }
}
