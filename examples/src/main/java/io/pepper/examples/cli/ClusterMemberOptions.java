package io.pepper.examples.cli;

import io.pepper.distributed.ClusterClient;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of commands that join a cluster as clients. Not thread-safe. */
public final class ClusterMemberOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--cluster",
            paramLabel = "HOST:PORT|FILE",
            split = ",",
            description =
                    "Nodes of the cluster, separated by commas; one that answers is enough. Or a cluster file whose"
                            + " devices have addresses.")
    private List<String> seeds = List.of();

    @Mixin
    private MembershipOptions membership = new MembershipOptions();

    /**
     * Returns whether the command is to join a cluster.
     *
     * @return whether {@code --cluster} is given
     */
    public boolean isGiven() {
        return !seeds.isEmpty();
    }

    /** Work of a member of the cluster. */
    interface Work {
        /** Returns the exit code. */
        int run(ClusterClient client) throws IOException;
    }

    /**
     * Joins the cluster, works there, and leaves it.
     *
     * @param stopped the line for a person who stops the work by Ctrl-C
     * @return the exit code
     */
    int join(String stopped, Work work) throws IOException {
        return join(() -> stopped, work);
    }

    /**
     * Joins the cluster, works there, and leaves it.
     *
     * @param stopped returns the line for a person who stops the work by Ctrl-C
     * @return the exit code
     */
    int join(Supplier<String> stopped, Work work) throws IOException {
        StopSignal signal = StopSignal.watch();
        try (signal;
                ClusterClient client = join()) {
            return work.run(client);
        } catch (IOException failed) {
            if (signal.isStopped(failed)) {
                spec.commandLine().getErr().println("pepper: " + stopped.get());
                return signal.exitCode();
            }
            throw failed;
        }
    }

    /**
     * Joins the cluster.
     *
     * @return the client, for the caller to close
     * @throws IOException if no node accepts the client
     */
    public ClusterClient join() throws IOException {
        if (!isGiven()) {
            throw new ParameterException(spec.commandLine(), "Missing required option: '--cluster=HOST:PORT|FILE'");
        }
        return membership.join(addresses());
    }

    private List<String> addresses() throws IOException {
        try {
            return ClusterSeeds.of(seeds).addresses();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }
}
