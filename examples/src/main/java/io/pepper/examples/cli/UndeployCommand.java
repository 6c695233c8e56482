package io.pepper.examples.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code undeploy} command: removes a deployment from all nodes. */
@Command(
        name = "undeploy",
        mixinStandardHelpOptions = true,
        description = "Removes all versions of a deployment from the nodes of a cluster.")
final class UndeployCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "NAME", description = "The name of the deployment.")
    private String name = "";

    @Mixin
    private ClusterMemberOptions cluster = new ClusterMemberOptions();

    @Override
    public Integer call() throws IOException {
        return cluster.join("stopped; nodes may still hold " + name, client -> {
            List<String> nodes = client.undeploy(name);
            spec.commandLine().getOut().println("removed " + name + " from " + String.join(", ", nodes));
            return Main.DONE;
        });
    }
}
