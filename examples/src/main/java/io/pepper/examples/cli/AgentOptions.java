package io.pepper.examples.cli;

import io.pepper.monitor.NodeExporter;
import io.pepper.monitor.NodeExporterOptions;
import io.pepper.monitor.NodeLocation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of an agent besides its address and name, for the commands that start one. */
final class AgentOptions {
    /** JNA, by which OSHI works, logs stack traces where it cannot unpack its library; the agent notes this itself. */
    private static final Logger NATIVE = Logger.getLogger("com.sun.jna");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--location",
            paramLabel = "KEY=VALUE",
            split = ",",
            description = "The node's place: city, country, continent, latitude, longitude, separated by commas.")
    private Map<String, String> location = Map.of();

    @Option(
            names = "--web-config",
            paramLabel = "FILE",
            description = "Certificates and users, in the format of Prometheus' web configuration file.")
    private @Nullable Path webConfig;

    @Option(
            names = "--uuid-file",
            paramLabel = "FILE",
            description = "The file that keeps the node's UUID (default: ~/.local/state/pepper/node-uuid).")
    private @Nullable Path uuidFile;

    @Option(
            names = "--host-name",
            paramLabel = "NAME",
            description = "Answer clients on this machine that call this host name. May be repeated.")
    private Set<String> hostNames = Set.of();

    @Option(
            names = "--unprotected",
            description = "Let other machines read the metrics without TLS and authentication.")
    private boolean unprotected;

    @Mixin
    private AgentLinkOptions links = new AgentLinkOptions();

    /** Keeps the UUID in this file, unless another one is given. */
    void keepUuidIn(Path file) {
        uuidFile = uuidFile == null ? file : uuidFile;
    }

    /** Returns the options of an agent at an address. */
    NodeExporterOptions options(ListenAddress listen, Optional<String> name) {
        try {
            NodeExporterOptions options = NodeExporterOptions.DEFAULTS
                    .withAddress(listen.address(), listen.port())
                    .withLocation(NodeLocation.of(location))
                    .withHostNames(hostNames)
                    .withUnprotected(unprotected);
            options = name.isPresent() ? options.withName(name.get()) : options;
            options = webConfig != null ? options.withWebConfig(webConfig) : options;
            return uuidFile != null ? options.withUuidFile(uuidFile) : options;
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), String.valueOf(refused.getMessage()), refused);
        }
    }

    /** Starts an agent. */
    NodeExporter start(NodeExporterOptions options) throws IOException {
        NATIVE.setLevel(Level.OFF);
        return NodeExporter.start(options, links.options());
    }
}
