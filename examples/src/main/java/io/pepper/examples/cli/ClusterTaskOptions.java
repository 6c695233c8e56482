package io.pepper.examples.cli;

import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.NodeInfo;
import io.pepper.examples.QuantityText;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of commands that let the nodes of a cluster measure. */
final class ClusterTaskOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ClusterMemberOptions cluster = new ClusterMemberOptions();

    @Option(
            names = "--node",
            paramLabel = "NAME",
            split = ",",
            description = "With --cluster: measure on these nodes only. May be repeated.")
    private List<String> chosen = List.of();

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "With --cluster: wait so long for a node that is lost, after all others have ended (default:"
                    + " 60s).")
    private String patience = "60s";

    /** Returns whether nodes are to measure, not this machine. */
    boolean isGiven() {
        if (!cluster.isGiven() && !chosen.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--node goes with --cluster");
        }
        return cluster.isGiven();
    }

    ClusterMemberOptions cluster() {
        return cluster;
    }

    Duration patience() {
        try {
            return QuantityText.time(patience);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), "--wait: " + wrong.getMessage(), wrong);
        }
    }

    /** Refuses an option that is for this machine. */
    void refuse(String option, boolean given) {
        if (given) {
            throw new ParameterException(spec.commandLine(), option + " cannot be used with --cluster");
        }
    }

    /**
     * Returns the nodes that are to measure.
     *
     * @throws IOException if a named node is not in the cluster, or one lacks the capability
     */
    List<String> nodes(ClusterClient client, String capability) throws IOException {
        List<NodeInfo> all = client.nodes();
        List<String> names = all.stream().map(NodeInfo::name).toList();
        for (String name : chosen) {
            if (!names.contains(name)) {
                throw new IOException("the cluster has no node '" + name + "'; its nodes are "
                        + (names.isEmpty() ? "none" : String.join(", ", names)));
            }
        }
        List<NodeInfo> wanted = all.stream()
                .filter(node -> chosen.isEmpty() || chosen.contains(node.name()))
                .toList();
        String unable = wanted.stream()
                .filter(node -> node.cores() > 0 && !node.capabilities().contains(capability))
                .map(NodeInfo::name)
                .collect(Collectors.joining(", "));
        if (!unable.isEmpty()) {
            throw new IOException(
                    "nodes without the capability '" + capability + "', for lack of pepper-predict on their"
                            + " class path: " + unable + "; name the others with --node");
        }
        if (wanted.isEmpty()) {
            throw new IOException("the cluster has no nodes");
        }
        return wanted.stream().map(NodeInfo::name).toList();
    }
}
