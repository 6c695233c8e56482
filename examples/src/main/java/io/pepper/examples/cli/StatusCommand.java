package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.distributed.NodeInfo;
import io.pepper.examples.DeployedPart;
import io.pepper.examples.DeployedPlans;
import io.pepper.export.DeploymentPlan;
import io.pepper.internal.text.Quantities;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code status} command: the nodes of a cluster, and what their parts do. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Prints the nodes of a cluster, and for each part that they serve its throughput and its measured"
                + " times beside the predicted ones.")
final class StatusCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ClusterMemberOptions cluster = new ClusterMemberOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        return cluster.join("stopped", client -> {
            List<NodeInfo> nodes = client.nodes();
            List<String> notes = new ArrayList<>();
            Map<String, DeploymentPlan> plans = new DeployedPlans().of(client, nodes, notes::add);
            DeployedPartsPrinter parts = new DeployedPartsPrinter(DeployedPart.of(nodes, plans), plans);
            Remarks remarks = new Remarks(notes, List.of());
            if (output.json) {
                ObjectNode document = document(nodes);
                parts.addTo(document);
                out.println(Json.print(remarks.addTo(document)));
            } else {
                table(nodes).print(out);
                parts.print(out);
                nodes.forEach(
                        node -> node.agentUrl().ifPresent(url -> out.println("agent of " + node.name() + ": " + url)));
                remarks.print(out);
            }
            return Main.DONE;
        });
    }

    private static Table table(List<NodeInfo> nodes) {
        Table table = new Table("node", "kind", "address", "cores", "memory", "load", "state", "parts");
        for (NodeInfo node : nodes) {
            boolean silent = node.cores() == 0;
            String state = silent ? "no answer" : "up";
            table.row(
                    node.name(),
                    node.kind().orElse("-"),
                    node.address(),
                    silent ? "-" : String.valueOf(node.cores()),
                    node.memoryBytes() == 0 ? "-" : Quantities.bytes(node.memoryBytes()),
                    node.cpuLoadPercent().isPresent() ? Quantities.percents(node.cpuLoadPercent()) : "-",
                    node.reachable() ? state : "unreachable",
                    node.held().stream().map(StatusCommand::parts).collect(Collectors.joining("; ")));
        }
        return table;
    }

    private static String parts(NodeInfo.HeldParts held) {
        return held.deployment() + " "
                + held.parts().stream().map(String::valueOf).collect(Collectors.joining(","))
                + (held.serving() ? "" : " (version " + held.version() + " does not serve)");
    }

    private static ObjectNode document(List<NodeInfo> nodes) {
        ObjectNode document = Json.object();
        ArrayNode list = document.putArray("nodes");
        for (NodeInfo node : nodes) {
            ObjectNode entry = list.addObject();
            entry.put("name", node.name());
            entry.put("kind", node.kind().orElse(null));
            ObjectNode labels = entry.putObject("labels");
            node.labels().forEach(labels::put);
            entry.put("address", node.address());
            entry.put("dataAddress", node.dataAddress().orElse(null));
            entry.put("agent", node.agentUrl().orElse(null));
            entry.put("reachable", node.reachable());
            entry.put("answered", node.cores() > 0);
            entry.put("cores", node.cores());
            entry.put("memoryBytes", node.memoryBytes());
            Json.put(entry, "cpuLoadPercent", node.cpuLoadPercent());
            entry.put("heldBytes", node.heldBytes());
            entry.put("library", node.library());
            ArrayNode held = entry.putArray("parts");
            node.held().forEach(parts -> add(held.addObject(), parts));
        }
        return document;
    }

    private static void add(ObjectNode entry, NodeInfo.HeldParts held) {
        entry.put("deployment", held.deployment());
        entry.put("version", held.version());
        entry.put("model", held.model());
        entry.put("serving", held.serving());
        entry.put("bytes", held.bytes());
        ArrayNode parts = entry.putArray("parts");
        held.parts().forEach(parts::add);
    }
}
