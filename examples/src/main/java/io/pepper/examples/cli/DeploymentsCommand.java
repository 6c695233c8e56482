package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.distributed.Deployment;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code deployments} command: the deployments of a cluster. */
@Command(name = "deployments", mixinStandardHelpOptions = true, description = "Prints the deployments of a cluster.")
final class DeploymentsCommand implements Callable<Integer> {
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
            List<Deployment> deployments = client.deployments();
            if (output.json) {
                out.println(Json.print(document(deployments)));
            } else {
                table(deployments).print(out);
            }
            return Main.DONE;
        });
    }

    private static Table table(List<Deployment> deployments) {
        Table table = new Table("deployment", "version", "model", "state", "nodes by part");
        for (Deployment deployment : deployments) {
            table.row(
                    deployment.name(),
                    deployment.version(),
                    deployment.model(),
                    deployment.isComplete() ? "serves" : "incomplete",
                    deployment.nodes().stream()
                            .map(nodes -> nodes.isEmpty() ? "-" : String.join("|", nodes))
                            .collect(Collectors.joining(", ")));
        }
        return table;
    }

    private static ObjectNode document(List<Deployment> deployments) {
        ObjectNode document = Json.object();
        ArrayNode list = document.putArray("deployments");
        for (Deployment deployment : deployments) {
            ObjectNode entry = list.addObject();
            entry.put("name", deployment.name());
            entry.put("version", deployment.version());
            entry.put("model", deployment.model());
            entry.put("complete", deployment.isComplete());
            ArrayNode parts = entry.putArray("nodesByPart");
            deployment.nodes().forEach(nodes -> nodes.forEach(parts.addArray()::add));
        }
        return document;
    }
}
