package io.pepper.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.distributed.CapabilityAnswer;
import io.pepper.predict.LatencyDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The measurements of several nodes as one data set. Immutable and therefore thread-safe. */
final class NodeMeasurements {
    private static final String FILE = "measurements.csv";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<String, LatencyDataset> byNode;

    private NodeMeasurements(Map<String, LatencyDataset> byNode) {
        this.byNode = byNode;
    }

    /**
     * Reads what nodes measured. The answers come from other machines.
     *
     * @throws IOException if an answer has no data set, or one with rows of another device
     */
    static NodeMeasurements of(Map<String, CapabilityAnswer> answers) throws IOException {
        Map<String, LatencyDataset> byNode = new TreeMap<>();
        for (Map.Entry<String, CapabilityAnswer> node : answers.entrySet()) {
            byNode.put(node.getKey(), read(node.getKey(), node.getValue()));
        }
        return new NodeMeasurements(byNode);
    }

    private static LatencyDataset read(String node, CapabilityAnswer answer) throws IOException {
        Path file = answer.files().get(FILE);
        if (file == null) {
            throw new IOException("node " + node + ": its answer has no " + FILE);
        }
        LatencyDataset data = LatencyDataset.read(file);
        List<String> others = data.records().stream()
                .map(entry -> entry.device().device())
                .filter(device -> !device.equals(node))
                .distinct()
                .toList();
        if (!others.isEmpty() || !data.problems().isEmpty()) {
            throw new IOException("node " + node + ": its measurements are not acceptable: "
                    + (others.isEmpty() ? data.problems().get(0) : "some are of the device '" + others.get(0) + "'"));
        }
        return data;
    }

    /** Returns the texts of a field of an answer, with the name of the node. */
    static List<String> texts(String node, CapabilityAnswer answer, String field) throws IOException {
        List<String> texts = new ArrayList<>();
        for (JsonNode text : document(node, answer).path(field)) {
            texts.add(node + ": " + text.asText());
        }
        return texts;
    }

    /** Returns the answer of a node. */
    static JsonNode document(String node, CapabilityAnswer answer) throws IOException {
        try {
            return MAPPER.readTree(answer.text());
        } catch (JsonProcessingException malformed) {
            throw new IOException(
                    "node " + node + ": its answer is no JSON: " + malformed.getOriginalMessage(), malformed);
        }
    }

    Map<String, LatencyDataset> byNode() {
        return byNode;
    }

    /**
     * Reads the measurements in a file that new ones join.
     *
     * @return the measurements; none if there is no file
     * @throws IOException if the file is not a data set, or has wrong rows, which would get lost
     */
    static LatencyDataset before(Path file) throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            return LatencyDataset.of(List.of());
        }
        LatencyDataset data = LatencyDataset.read(file);
        if (!data.problems().isEmpty()) {
            throw new IOException(data.problems().get(0) + "; mend or remove this row, or choose another file");
        }
        return data;
    }

    /** Returns these measurements and the earlier ones of other devices. */
    LatencyDataset joined(LatencyDataset before) {
        Set<String> again = byNode.keySet();
        LatencyDataset all = LatencyDataset.of(before.records().stream()
                .filter(entry -> !again.contains(entry.device().device()))
                .toList());
        for (LatencyDataset data : byNode.values()) {
            all = all.plus(data);
        }
        return all;
    }
}
