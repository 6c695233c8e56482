package io.pepper.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.export.Verification;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Results for a program. Unknown values are null. {@code docs/command-line.md} describes the documents. */
final class Json {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Json() {}

    /** A document of several lines, to be printed unchanged. */
    record Text(String lines) {
        @Override
        public String toString() {
            return lines;
        }
    }

    static Text print(ObjectNode document) {
        try {
            return new Text(MAPPER.writeValueAsString(document));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of JSON nodes is JSON", impossible);
        }
    }

    static ObjectNode split(
            Path file, Path directory, PartitionManifest manifest, Optional<Verification> verification) {
        ObjectNode document = object();
        document.put("model", file.toString());
        document.put("partition", directory.resolve(PartitionManifest.FILE_NAME).toString());
        document.put("weights", manifest.weights().label());
        document.put("bytes", manifest.bytesWritten());
        ArrayNode parts = document.putArray("parts");
        for (PartitionManifest.Part part : manifest.parts()) {
            ObjectNode node = parts.addObject();
            node.put("file", directory.resolve(part.file()).toString());
            node.put("bytes", part.bytes());
            node.put("operators", part.operators());
            node.put("recomputedOperators", part.recomputedOperators());
            node.put("constantOperators", part.constantOperators());
            node.put("weightBytes", part.weightBytes());
            node.set("inputs", tensors(part.inputs()));
            node.set("outputs", tensors(part.outputs()));
            ArrayNode data = node.putArray("data");
            part.data().forEach(beside -> data.addObject()
                    .put("file", directory.resolve(beside.file()).toString())
                    .put("bytes", beside.bytes()));
        }
        ArrayNode notes = document.putArray("notes");
        manifest.notes().forEach(notes::add);
        document.set("verification", verification.map(Json::verification).orElse(null));
        return document;
    }

    static ObjectNode verification(Verification verification) {
        ObjectNode document = object();
        document.put("identical", verification.identical());
        document.put("passed", verification.passed());
        document.put("comparable", verification.comparable());
        put(document, "maxAbsDiff", verification.maxAbsDiff());
        put(document, "maxRelDiff", verification.maxRelDiff());
        document.put("optimization", verification.optimization());
        document.put("trials", verification.trials());
        document.put("seed", verification.seed());
        ArrayNode inputs = document.putArray("inputs");
        for (Verification.Input input : verification.inputs()) {
            ObjectNode node = inputs.addObject().put("name", input.name()).put("type", input.type());
            node.set("shape", numbers(input.shape()));
        }
        ArrayNode outputs = document.putArray("outputs");
        for (Verification.OutputComparison output : verification.outputs()) {
            ObjectNode node = outputs.addObject();
            node.put("name", output.output());
            node.put("type", output.type());
            node.set("shape", numbers(output.shape()));
            node.put("comparable", output.comparable());
            node.put("identical", output.identical());
            put(node, "maxAbsDiff", output.maxAbsDiff());
            put(node, "maxRelDiff", output.maxRelDiff());
            node.set("where", output.where().map(Json::numbers).orElse(null));
            node.put("weakEvidence", output.weakReason().orElse(null));
        }
        ArrayNode warnings = document.putArray("warnings");
        verification.warnings().forEach(warnings::add);
        return document;
    }

    /** Writes a value; null if it is unknown. */
    static void put(ObjectNode node, String field, OptionalLong value) {
        if (value.isPresent()) {
            node.put(field, value.getAsLong());
        } else {
            node.putNull(field);
        }
    }

    /** Writes a value; null if it is unknown or not finite. */
    static void put(ObjectNode node, String field, OptionalDouble value) {
        put(node, field, value.orElse(Double.NaN));
    }

    static void put(ObjectNode node, String field, double value) {
        node.put(field, finite(value));
    }

    /** JSON has no infinity; null stands for it. */
    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static ArrayNode numbers(List<Long> numbers) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        numbers.forEach(array::add);
        return array;
    }

    static ArrayNode tensors(List<TensorInfo> tensors) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        tensors.forEach(tensor -> array.add(tensor(tensor)));
        return array;
    }

    static ArrayNode sizedTensors(List<TensorInfo> tensors) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (TensorInfo tensor : tensors) {
            ObjectNode node = tensor(tensor);
            put(node, "bytes", tensor.bytes());
            array.add(node);
        }
        return array;
    }

    private static ObjectNode tensor(TensorInfo tensor) {
        ObjectNode node =
                object().put("name", tensor.name()).put("type", tensor.type().orElse(null));
        if (tensor.shape().isEmpty()) {
            return node.putNull("shape");
        }
        ArrayNode shape = node.putArray("shape");
        for (Dimension dimension : tensor.shape().get()) {
            if (dimension.size().isPresent()) {
                shape.add(dimension.size().getAsLong());
            } else {
                shape.add(dimension.symbol().orElse(null));
            }
        }
        return node;
    }

    /** Adds the phases to a document, if there are any. */
    static void putPhases(ObjectNode document, DeploymentPlan plan) {
        if (!plan.phases().isEmpty()) {
            ArrayNode list = document.putArray("phases");
            for (DeploymentPlan.Phase phase : plan.phases()) {
                ObjectNode node = list.addObject().put("name", phase.name());
                put(node, "times", phase.times());
                put(node, "latencySeconds", phase.latencySeconds());
            }
        }
    }
}
