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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of joining a cluster as a client, besides the addresses of its nodes. */
final class MembershipOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

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

    /** Joins a cluster by its nodes. */
    ClusterClient join(List<String> seeds) throws IOException {
        ClusterLogs.quiet();
        return ClusterClient.join(options(seeds));
    }

    private ClusterClientOptions options(List<String> seeds) {
        try {
            ClusterClientOptions options = ClusterClientOptions.of(seeds).withSplitBrain(splitBrain);
            Optional<Duration> time = patience.map(QuantityText::time);
            options = time.isPresent() ? options.withJoining(time.get()) : options;
            return certificates == null ? options : options.withSecurity(name, ClusterSecurity.of(certificates, name));
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), String.valueOf(refused.getMessage()), refused);
        }
    }
}
