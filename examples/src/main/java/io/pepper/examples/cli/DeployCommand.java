package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.distributed.DeployResult;
import io.pepper.export.PartitionManifest;
import io.pepper.internal.text.Quantities;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code deploy} command: sends the parts of a plan to their nodes. */
@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        description =
                "Sends the parts of a plan to their nodes. When all have opened their parts, the new version serves, and"
                        + " the earlier one is removed.")
final class DeployCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "The directory of partition.json, plan.json and the parts.")
    private Path directory = Path.of("");

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The name of the deployment (default: the name of the model).")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--spares",
            paramLabel = "N",
            description = "The number of further nodes that hold each part (default: 0).")
    private int spares;

    @Mixin
    private ClusterMemberOptions cluster = new ClusterMemberOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        if (spares < 0) {
            throw new ParameterException(spec.commandLine(), "--spares " + spares + " is less than 0");
        }
        PrintWriter err = spec.commandLine().getErr();
        String deployment = name.orElse(PartitionManifest.read(directory).modelName());
        return cluster.join("stopped; the nodes have forgotten the new version", client -> {
            print(client.deploy(deployment, directory, spares, new ConsoleProgress(err)));
            return Main.DONE;
        });
    }

    private void print(DeployResult result) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            ObjectNode document = Json.object();
            document.put("deployment", result.name());
            document.put("version", result.version());
            document.put("sentBytes", result.sentBytes());
            ObjectNode nodes = document.putObject("nodes");
            result.parts().forEach((node, parts) -> parts.forEach(nodes.putArray(node)::add));
            ArrayNode notes = document.putArray("notes");
            result.notes().forEach(notes::add);
            out.println(Json.print(document));
            return;
        }
        out.println("deployed " + result.name() + " version " + result.version() + ", sent "
                + Quantities.bytes(result.sentBytes()));
        Table table = new Table("node", "parts");
        result.parts()
                .forEach((node, parts) ->
                        table.row(node, parts.stream().map(String::valueOf).collect(Collectors.joining(", "))));
        table.print(out);
        result.notes().forEach(note -> out.println("note: " + note));
    }
}
