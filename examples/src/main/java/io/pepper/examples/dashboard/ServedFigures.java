package io.pepper.examples.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.distributed.PartMetrics;
import io.pepper.document.SafeText;
import io.pepper.examples.DeployedPart;
import java.util.List;
import java.util.OptionalDouble;

/** The parts that the nodes of a cluster serve, with their measured and predicted times. */
final class ServedFigures {
    private static final int MAX_TEXT = 300;
    private static final int MAX_PARTS = 2_000;

    private ServedFigures() {}

    static void into(ArrayNode array, List<DeployedPart> parts) {
        parts.stream().limit(MAX_PARTS).forEach(part -> describe(array.addObject(), part));
    }

    private static void describe(ObjectNode node, DeployedPart part) {
        node.put("deployment", SafeText.line(part.deployment(), MAX_TEXT));
        node.put("part", SafeText.line(part.file().orElse("part " + part.part()), MAX_TEXT));
        node.put("node", SafeText.line(part.node(), MAX_TEXT));
        node.put("spare", !part.planned());
        put(node, "predicted", part.predictedSeconds());
        put(node, "predictedWire", part.predictedWireSeconds());
        if (part.metrics().isPresent()) {
            PartMetrics counts = part.metrics().get();
            node.put("runs", counts.runs());
            node.put("failures", counts.failures());
            node.put("perSecond", counts.recent().perSecond());
            put(node, "run", counts.meanRunSeconds());
            put(node, "queue", counts.meanQueueSeconds());
            put(node, "wire", counts.meanWireSeconds());
        }
    }

    private static void put(ObjectNode node, String field, OptionalDouble value) {
        if (value.isPresent()) {
            node.put(field, value.getAsDouble());
        }
    }
}
