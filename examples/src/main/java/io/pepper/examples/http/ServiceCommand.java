package io.pepper.examples.http;

import io.javalin.util.JavalinException;
import io.pepper.distributed.ClusterClient;
import io.pepper.examples.ListenFailures;
import io.pepper.examples.cli.ClusterMemberOptions;
import io.pepper.examples.cli.Main;
import io.pepper.examples.cli.PredictorOptions;
import io.pepper.examples.cli.PrometheusOptions;
import io.pepper.model.ProgressListener;
import io.pepper.monitor.DeviceMonitor;
import io.pepper.monitor.LocalDeviceMonitor;
import io.pepper.monitor.MonitoringDocuments;
import io.pepper.monitor.PrometheusDeviceMonitor;
import io.pepper.predict.RooflinePredictor;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command that starts a {@link PepperService}, which runs until the process ends. */
@Command(
        name = "http.PepperService",
        mixinStandardHelpOptions = true,
        description =
                "Serves characteristics, profiling, split jobs and, with --prometheus, the documents of the monitor over"
                        + " HTTP, as the original PEPPER does. With --cluster, it runs the deployments of a cluster."
                        + " With --generate, it completes text.")
final class ServiceCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceCommand.class);
    private static final Duration WINDOW = Duration.ofMillis(200);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "PORT", description = "The port; 0 for any that is free.")
    private int port;

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description = "Listen on this address; the default is 127.0.0.1, which only this machine reaches.")
    private String address = "127.0.0.1";

    @Option(
            names = "--host-name",
            paramLabel = "NAME",
            description = "Answer clients that call this host name, besides localhost and plain addresses.")
    private Set<String> hostNames = Set.of();

    @Option(
            names = "--predictor",
            paramLabel = "[NAME=]FILE",
            description =
                    "What train wrote; with NAME=, for the device of this name or for devices of this kind. May be"
                            + " repeated. Without, a roofline of this machine is measured.")
    private List<String> predictor = List.of();

    @Option(
            names = "--minicloud-id",
            paramLabel = "ID",
            description = "The field minicloud_id of the documents under /monitoring; empty without.")
    private String minicloud = "";

    @Option(
            names = "--generate",
            paramLabel = "[NAME=]DIR",
            description =
                    "Complete text with the written parts of a text generator; without NAME=, under the name of the"
                            + " directory. May be repeated.")
    private List<String> generate = List.of();

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME=FILE",
            description =
                    "The tokenizer.json of a text generator, or of a deployment of the cluster (default: the one in"
                            + " the directory of the parts or beside it). May be repeated.")
    private Map<String, Path> tokenizers = Map.of();

    @Mixin
    private PredictorOptions predictors = new PredictorOptions();

    @Mixin
    private ClusterMemberOptions cluster = new ClusterMemberOptions();

    @Mixin
    private PrometheusOptions prometheus = new PrometheusOptions();

    /**
     * Starts the service.
     *
     * @param arguments see {@code --help}
     */
    static void run(String... arguments) {
        int code = Main.run(new CommandLine(new ServiceCommand()), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws IOException {
        Optional<? extends DeviceMonitor> watched = prometheus.monitor(List.of());
        LatencyPredictor predicts = predictor.isEmpty()
                ? RooflinePredictor.calibrate(ProgressListener.NONE)
                : predictors.loadForService(predictor);
        TextGenerators generators = new TextGenerators();
        Optional<ClusterClient> member = Optional.empty();
        PepperService service;
        try {
            open(generators);
            member = cluster.isGiven() ? Optional.of(cluster.join()) : Optional.empty();
            service = start(watched, predicts, member, generators);
        } catch (IOException | RuntimeException refused) {
            close(member, generators);
            throw refused;
        }
        Optional<ClusterClient> joined = member;
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            service.close();
            close(joined, generators);
        }));
        spec.commandLine().getOut().println("ready: http://" + address + ":" + service.port() + "/health");
        spec.commandLine().getOut().flush();
        return 0;
    }

    private void open(TextGenerators generators) throws IOException {
        try {
            for (Map.Entry<String, Path> each : tokenizers.entrySet()) {
                generators.addTokenizer(each.getKey(), each.getValue());
            }
            for (String each : generate) {
                int split = each.indexOf('=');
                Path parts = Path.of(each.substring(split + 1)).toAbsolutePath().normalize();
                String name = split < 0 ? String.valueOf(parts.getFileName()) : each.substring(0, split);
                generators.add(name, parts);
            }
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), String.valueOf(refused.getMessage()), refused);
        }
    }

    private static void close(Optional<ClusterClient> member, TextGenerators generators) {
        member.ifPresent(ClusterClient::close);
        try {
            generators.close();
        } catch (IOException failed) {
            LOG.warn("a text generator was not closed", failed);
        }
    }

    /** Starts the service with the monitor of a Prometheus; without one, with that of this machine. */
    private PepperService start(
            Optional<? extends DeviceMonitor> watched,
            LatencyPredictor predicts,
            Optional<ClusterClient> member,
            TextGenerators generators)
            throws IOException {
        DeviceMonitor devices = watched.isPresent() ? watched.get() : LocalDeviceMonitor.of("here", WINDOW);
        Optional<MonitoringDocuments> documents = devices instanceof PrometheusDeviceMonitor monitor
                ? Optional.of(MonitoringDocuments.of(monitor, minicloud).withWindow(prometheus.window()))
                : Optional.empty();
        try {
            return PepperService.start(
                    ServiceOptions.DEFAULTS.withAddress(address, port).withHostNames(hostNames),
                    devices,
                    predicts,
                    documents,
                    member,
                    generators);
        } catch (JavalinException refused) {
            throw ListenFailures.of(address, port, refused);
        }
    }
}
