package io.pepper.examples.cli;

import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.ClusterClientOptions;
import io.pepper.distributed.ClusterNodeOptions;
import io.pepper.distributed.ClusterSecurity;
import io.pepper.distributed.SplitBrain;
import io.pepper.examples.QuantityText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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

    @Option(
            names = "--certs",
            paramLabel = "DIR",
            description = "The directory of authority.pem, NAME.pem and NAME.key, for clusters with certificates.")
    private @Nullable Path certificates;

    @Option(
            names = "--as",
            paramLabel = "NAME",
            description =
                    "The name in this client's certificate (default: " + ClusterNodeOptions.DEFAULT_DEPLOYER + ").")
    private String name = ClusterNodeOptions.DEFAULT_DEPLOYER;

    @Option(
            names = "--split-brain",
            paramLabel = "STRATEGY",
            converter = SplitBrainConverter.class,
            description = "The cluster's strategy, if it is not keep-majority.")
    private SplitBrain splitBrain = SplitBrain.KEEP_MAJORITY;

    @Option(
            names = "--join-within",
            paramLabel = "TIME",
            description = "Give up if no node answers within this time (default: 15s).")
    private Optional<String> patience = Optional.empty();

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
        ClusterLogs.quiet();
        return ClusterClient.join(options());
    }

    private ClusterClientOptions options() throws IOException {
        try {
            ClusterClientOptions options =
                    ClusterClientOptions.of(ClusterSeeds.of(seeds).addresses()).withSplitBrain(splitBrain);
            Optional<Duration> time = patience.map(QuantityText::time);
            options = time.isPresent() ? options.withJoining(time.get()) : options;
            return certificates == null ? options : options.withSecurity(name, ClusterSecurity.of(certificates, name));
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), String.valueOf(refused.getMessage()), refused);
        }
    }
}
