package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cut.SharedTensors;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.onnx.RecognizedInputs;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The tensors that parts share: what travels, what each part computes again, and what is computed once, and why. */
final class SharingReport {
    private final SharedTensors sharing;
    private final DataflowGraph graph;
    private final List<ComputedOnce> computedOnce;

    /** A shared result that no part computes again. */
    private record ComputedOnce(String tensor, String type, String reason) {}

    private SharingReport(Inspection inspection) {
        sharing = inspection.cuts().sharing();
        graph = inspection.model().graph();
        computedOnce = sharing.tensors().stream()
                .filter(tensor -> graph.producer(tensor).stream()
                        .anyMatch(producer -> !sharing.recomputed().contains(producer)))
                .mapToObj(tensor -> {
                    int producer = graph.producer(tensor).orElseThrow();
                    return new ComputedOnce(
                            graph.tensorName(tensor),
                            graph.operatorType(producer),
                            inspection
                                    .costs()
                                    .recomputationObstacle(producer)
                                    .orElse("it follows from tensors that are not shared"));
                })
                .toList();
    }

    static void print(Inspection inspection, PrintWriter out) {
        SharingReport report = new SharingReport(inspection);
        List<String> travelling = report.travelling(inspection.recognized());
        if (!travelling.isEmpty()) {
            out.println("Shared: " + String.join(", ", travelling) + " may travel to each part that needs them"
                    + report.recomputed() + ".");
        }
        report.computedOnce.forEach(found -> out.println("'" + found.tensor + "' (" + found.type
                + ") is computed once and passed on, since " + found.reason + "."));
        if (!travelling.isEmpty() || !report.computedOnce.isEmpty()) {
            out.println();
        }
    }

    static ObjectNode json(Inspection inspection) {
        SharingReport report = new SharingReport(inspection);
        ObjectNode node = Json.object();
        ArrayNode carried = node.putArray("carried");
        report.names(report.sharing.carried()).forEach(carried::add);
        ArrayNode recomputed = node.putArray("recomputed");
        report.sharing.recomputed().stream()
                .mapToObj(report.graph::operatorLabel)
                .forEach(recomputed::add);
        ArrayNode once = node.putArray("computedOnce");
        for (ComputedOnce found : report.computedOnce) {
            once.addObject().put("tensor", found.tensor).put("type", found.type).put("reason", found.reason);
        }
        return node;
    }

    private List<String> names(Indices tensors) {
        return tensors.stream().mapToObj(graph::tensorName).toList();
    }

    /** Returns the names of carried tensors except caches, which stay with their layers. */
    private List<String> travelling(RecognizedInputs recognized) {
        return names(sharing.carried()).stream()
                .filter(name -> !recognized.isCache(name))
                .toList();
    }

    private String recomputed() {
        if (sharing.recomputed().isEmpty()) {
            return "";
        }
        Set<String> types = new TreeSet<>();
        sharing.recomputed().forEach(operator -> types.add(graph.operatorType(operator)));
        int count = sharing.recomputed().size();
        return "; " + count + " cheap operator" + (count == 1 ? "" : "s") + " may be computed again there ("
                + String.join(", ", types) + ")";
    }
}
