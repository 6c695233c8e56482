package io.pepper.examples.cli;

import io.pepper.cluster.Device;
import io.pepper.distributed.ClusterNode;
import io.pepper.distributed.ClusterNodeOptions;
import io.pepper.distributed.ClusterSecurity;
import io.pepper.distributed.SplitBrain;
import io.pepper.examples.QuantityText;
import io.pepper.internal.net.HostPort;
import io.pepper.monitor.NodeExporter;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code node} command: a device's member of a cluster until it is stopped. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description =
                "Stores and runs parts of models as a node of a cluster, until it is stopped by Ctrl-C or SIGTERM.")
final class NodeCommand implements Callable<Integer> {
    private static final ListenAddress DEFAULT_ADDRESS = new ListenAddress("127.0.0.1", 7400);
    private static final ListenAddress.Converter CONVERTER = new ListenAddress.Converter();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--name", paramLabel = "NAME", required = true, description = "The device's name, as in plans.")
    private String name = "";

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS:PORT",
            converter = ListenAddress.Converter.class,
            description =
                    "Listen there (default: the address of this device in the cluster file, or 127.0.0.1:7400, which only"
                            + " this machine reaches). Port 0 is any free one. Other addresses need --certs.")
    private Optional<ListenAddress> listen = Optional.empty();

    @Option(
            names = "--advertise",
            paramLabel = "ADDRESS",
            description = "The address by which other members reach this node, if it listens on 0.0.0.0.")
    private Optional<String> advertise = Optional.empty();

    @Option(
            names = "--cluster",
            paramLabel = "HOST:PORT|FILE",
            split = ",",
            description = "Join by these nodes; a name with several addresses stands for all of them. Or a cluster file"
                    + " with a device of this name, and the addresses of devices. Without it, the node forms a new"
                    + " cluster.")
    private List<String> seeds = List.of();

    @Option(
            names = "--store",
            paramLabel = "DIR",
            required = true,
            description = "Keep the parts there; created if needed, for this node alone.")
    private Path store = Path.of("");

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "The kind of device, for instance pi4 (default: that of the device in the cluster file).")
    private Optional<String> kind = Optional.empty();

    @Option(
            names = "--health",
            paramLabel = "ADDRESS:PORT",
            converter = ListenAddress.Converter.class,
            description = "Answer probes there, by HTTP without protection: GET /livez while the process answers, GET"
                    + " /readyz once the node has joined and its parts are open.")
    private Optional<ListenAddress> health = Optional.empty();

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "A further property. May be repeated.")
    private Map<String, String> labels = Map.of();

    @Option(
            names = "--agent",
            paramLabel = "ADDRESS:PORT",
            converter = ListenAddress.Converter.class,
            description = "Also serve the metrics of this device there, as 'pepper agent' does, and tell others the"
                    + " address. Port 0 is any free one.")
    private Optional<ListenAddress> agent = Optional.empty();

    @Option(
            names = "--agent-url",
            paramLabel = "URL",
            description = "The address of the metrics that another process serves for this device, for others.")
    private Optional<String> agentUrl = Optional.empty();

    @Mixin
    private AgentOptions agentOptions = new AgentOptions();

    @Option(
            names = "--certs",
            paramLabel = "DIR",
            description = "The directory of authority.pem, NAME.pem and NAME.key, which 'pepper certs' makes.")
    private @Nullable Path certificates;

    @Option(
            names = "--deployer",
            paramLabel = "NAME",
            description = "Who may deploy, by the name in the certificate (default: "
                    + ClusterNodeOptions.DEFAULT_DEPLOYER + "). May be repeated.")
    private Set<String> deployers = Set.of(ClusterNodeOptions.DEFAULT_DEPLOYER);

    @Option(
            names = "--split-brain",
            paramLabel = "STRATEGY",
            converter = SplitBrainConverter.class,
            description = "Which side of a divided cluster continues: keep-majority (default), keep-oldest,"
                    + " static-quorum, down-all.")
    private SplitBrain splitBrain = SplitBrain.KEEP_MAJORITY;

    @Option(names = "--quorum", paramLabel = "N", description = "The number of nodes for static-quorum.")
    private int quorum = 1;

    @Option(
            names = "--unreachable-after",
            paramLabel = "TIME",
            description = "A silent member counts as unreachable after this time (default: 5s).")
    private String unreachable = "5s";

    @Option(
            names = "--removed-after",
            paramLabel = "TIME",
            description = "An unreachable member is removed after this further time (default: 10s).")
    private String removed = "10s";

    @Option(
            names = "--join-within",
            paramLabel = "TIME",
            description = "Give up if the node has not joined within this time (default: 30s).")
    private String joining = "30s";

    @Option(names = "--threads", paramLabel = "N", description = "Threads of each part (default: 1).")
    private int threads = 1;

    @Option(
            names = "--cache-memory",
            paramLabel = "SIZE",
            description = "Keep caches of at most this size in each part of a text generator, such as 512MB (default: a"
                    + " quarter of the memory). At the limit, the sequence that was used least recently loses its"
                    + " caches.")
    private @Nullable String cacheMemory;

    @Option(
            names = "--tensor-memory",
            paramLabel = "SIZE",
            description = "Hold tensors of at most this size, for instance 512MB (default: half of the heap's limit);"
                    + " a request beyond it fails.")
    private @Nullable String tensorMemory;

    @Override
    public Integer call() throws IOException {
        ClusterLogs.ofNode();
        PrintWriter out = spec.commandLine().getOut();
        ClusterNodeOptions options = options();
        boolean joined = false;
        StopSignal signal = StopSignal.watch();
        try (signal;
                NodeHealth probes = health.isPresent() ? NodeHealth.start(health.get()) : null;
                NodeExporter exporter = exporter();
                ClusterNode node = ClusterNode.start(
                        exporter == null ? options : options.withAgentUrl(reachable(options, exporter.metrics())))) {
            if (exporter != null) {
                exporter.notes().forEach(note -> out.println("note: " + note));
                out.println("agent: " + reachable(options, exporter.metrics()));
            }
            joined = true;
            if (probes != null) {
                probes.of(node);
                out.println("health: " + health.get().url(probes.port()) + "readyz");
            }
            out.println("ready: " + node.name() + " is at " + node.address());
            out.flush();
            signal.await(); // A stop is the usual end of this command.
            return Main.DONE;
        } catch (IOException failed) {
            if (!joined && signal.isStopped(failed)) {
                spec.commandLine().getErr().println("pepper: stopped before the node had joined");
                return signal.exitCode();
            }
            throw failed;
        }
    }

    /** Starts the agent; returns null if none is wanted. */
    private @Nullable NodeExporter exporter() throws IOException {
        if (agent.isEmpty()) {
            return null;
        }
        if (agentUrl.isPresent()) {
            throw new ParameterException(spec.commandLine(), "--agent and --agent-url exclude each other");
        }
        agentOptions.keepUuidIn(store.resolve("agent-uuid"));
        return agentOptions.start(agentOptions.options(agent.get(), Optional.of(name)));
    }

    /** Returns the address of metrics that other members can reach if they reach this node. */
    private static String reachable(ClusterNodeOptions options, URI metrics) throws IOException {
        if (!InetAddress.getByName(metrics.getHost()).isAnyLocalAddress()) {
            return metrics.toString();
        }
        String host = options.advertised().orElse(options.host());
        return metrics.getScheme() + "://" + new HostPort(host, metrics.getPort()) + metrics.getPath();
    }

    private ClusterNodeOptions options() throws IOException {
        try {
            ClusterSeeds given = ClusterSeeds.of(seeds);
            Optional<Device> device = given.device(name);
            ListenAddress own = listen.or(() -> device.flatMap(Device::address).map(CONVERTER::convert))
                    .orElse(DEFAULT_ADDRESS);
            Optional<String> stated = kind.or(() -> device.flatMap(Device::kind));
            ClusterNodeOptions options = ClusterNodeOptions.of(name, store)
                    .withListen(own.address(), own.port())
                    .withSeeds(given.addresses())
                    .withLabels(labels)
                    .withDeployers(deployers)
                    .withJoining(QuantityText.time(joining))
                    .withFailureTimes(time(unreachable), time(removed))
                    .withThreads(threads);
            options = splitBrain == SplitBrain.STATIC_QUORUM
                    ? options.withQuorum(quorum)
                    : options.withSplitBrain(splitBrain);
            options = advertise.isPresent() ? options.withAdvertised(advertise.get()) : options;
            options = stated.isPresent() ? options.withKind(stated.get()) : options;
            options = cacheMemory == null ? options : options.withCacheMemory(QuantityText.bytes(cacheMemory));
            options = tensorMemory == null ? options : options.withTensorMemory(QuantityText.bytes(tensorMemory));
            options = agentUrl.isPresent() ? options.withAgentUrl(agentUrl.get()) : options;
            return certificates == null ? options : options.withSecurity(ClusterSecurity.of(certificates, name));
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), String.valueOf(refused.getMessage()), refused);
        }
    }

    private static Duration time(String text) {
        return QuantityText.time(text);
    }
}
