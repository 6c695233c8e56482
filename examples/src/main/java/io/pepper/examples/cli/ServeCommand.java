package io.pepper.examples.cli;

import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.ClusterSession;
import io.pepper.distributed.ClusterSessionOptions;
import io.pepper.examples.QuantityText;
import io.pepper.export.PartitionManifest;
import io.pepper.serving.Endpoint;
import io.pepper.serving.InferenceServer;
import io.pepper.serving.InferenceServerOptions;
import io.pepper.serving.ServedNames;
import io.pepper.serving.ServingSecurity;
import io.pepper.session.ModelSession;
import io.pepper.session.PipelineOptions;
import io.pepper.session.PipelineSession;
import io.pepper.session.SessionOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code serve} command: serves written parts until it is stopped. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Serves written parts by the Open Inference Protocol, version 2, until it is stopped by Ctrl-C or"
                + " SIGTERM: the whole model, single parts, or with --cluster a deployment on its nodes.")
final class ServeCommand implements Callable<Integer> {
    /** The JDK's server sends an answer in two packets, and would wait for the receipt of the first. */
    private static final String NO_DELAY = "sun.net.httpserver.nodelay";

    private static final ListenAddress GRPC = new ListenAddress("127.0.0.1", 8001);
    private static final ListenAddress REST = new ListenAddress("127.0.0.1", 8000);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "DIR|NAME",
            description = "Directory of the parts; with --cluster, the name of a deployment.")
    private Path directory = Path.of("");

    @Option(
            names = "--grpc",
            paramLabel = "ADDRESS:PORT",
            converter = ListenAddress.Converter.class,
            description = "Serve gRPC there (default, without --rest: 127.0.0.1:8001). Port 0 is any free one.")
    private Optional<ListenAddress> grpc = Optional.empty();

    @Option(
            names = "--rest",
            paramLabel = "ADDRESS:PORT",
            converter = ListenAddress.Converter.class,
            description = "Serve REST there (default, without --grpc: 127.0.0.1:8000). Port 0 is any free one.")
    private Optional<ListenAddress> rest = Optional.empty();

    @Option(
            names = "--part",
            paramLabel = "N",
            description = "Serve a part, by its number from 1, as NAME-N instead of the whole. May be repeated.")
    private List<Integer> parts = List.of();

    @Option(names = "--name", paramLabel = "NAME", description = "The name of the model (default: that of its file).")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            description = "Serve by TLS with this certificate and its issuers (PEM); goes with --key.")
    private Optional<Path> certificate = Optional.empty();

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "The certificate's private key (PEM, PKCS #8, not encrypted).")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--client-ca",
            paramLabel = "FILE",
            description = "Answer only clients with a certificate that one of these signed (PEM).")
    private Optional<Path> authority = Optional.empty();

    @Option(
            names = "--token",
            paramLabel = "FILE",
            description = "Answer only clients that send the token in this file.")
    private Optional<Path> token = Optional.empty();

    @Option(
            names = "--unprotected",
            description = "Let other machines call without TLS, or without a token or certificate.")
    private boolean unprotected;

    @Option(
            names = "--host-name",
            paramLabel = "NAME",
            description = "Answer REST clients on this machine that call this host name. May be repeated.")
    private Set<String> hostNames = Set.of();

    @Option(
            names = "--max-message",
            paramLabel = "SIZE",
            description = "Refuse larger requests, such as 256MiB (default: 64MiB).")
    private Optional<String> maxMessage = Optional.empty();

    @Option(names = "--max-requests", paramLabel = "N", description = "Refuse more requests at a time (default: 32).")
    private int maxRequests = 32;

    @Mixin
    private ClusterMemberOptions cluster = new ClusterMemberOptions();

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Override
    public Integer call() throws IOException {
        System.setProperty(NO_DELAY, "true");
        if (cluster.isGiven()) {
            return deployment();
        }
        PartitionManifest manifest = reading.manifest(directory);
        InferenceServerOptions options = options();
        Map<String, ModelSession> models = new LinkedHashMap<>();
        try (StopSignal signal = StopSignal.watch()) {
            open(manifest, models);
            serve(models, options, signal);
            return Main.DONE;
        } finally {
            for (ModelSession model : models.values()) {
                model.close();
            }
        }
    }

    /** Serves a deployment that the nodes of a cluster run. */
    private Integer deployment() throws IOException {
        if (!parts.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--part does not go with --cluster");
        }
        InferenceServerOptions options = options();
        try (StopSignal signal = StopSignal.watch();
                ClusterClient client = cluster.join();
                ClusterSession session =
                        ClusterSession.open(client, directory.toString(), ClusterSessionOptions.DEFAULTS)) {
            serve(Map.of(name.orElse(directory.toString()), session), options, signal);
            return Main.DONE;
        }
    }

    private void serve(Map<String, ModelSession> models, InferenceServerOptions options, StopSignal signal)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (InferenceServer server = start(models, options)) {
            for (String model : models.keySet()) {
                for (Endpoint endpoint : server.endpoints(model)) {
                    out.println("ready: " + endpoint);
                }
            }
            out.flush();
            signal.await(); // A stop is the usual end of this command.
        }
    }

    private static InferenceServer start(Map<String, ModelSession> models, InferenceServerOptions options)
            throws IOException {
        try {
            return InferenceServer.start(models, options);
        } catch (IllegalStateException missing) {
            throw new IOException(missing.getMessage(), missing);
        }
    }

    private void open(PartitionManifest manifest, Map<String, ModelSession> models) throws IOException {
        PipelineOptions options = PipelineOptions.DEFAULTS.withRuntime(
                SessionOptions.DEFAULTS.withReading(reading.options()).withStages(runtime.stages()));
        String whole = name.orElse(ServedNames.whole(manifest));
        if (parts.isEmpty()) {
            models.put(whole, PipelineSession.open(directory, options));
        }
        for (int part : parts) {
            if (part < 1 || part > manifest.parts().size()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--part: there is no part " + part + ", only 1 to "
                                + manifest.parts().size());
            }
            String partName = ServedNames.part(whole, part - 1);
            if (!models.containsKey(partName)) {
                models.put(partName, PipelineSession.openPart(directory, part - 1, options));
            }
        }
    }

    private InferenceServerOptions options() throws IOException {
        boolean none = grpc.isEmpty() && rest.isEmpty();
        if (certificate.isPresent() != key.isPresent()) {
            throw new ParameterException(spec.commandLine(), "--certificate and --key go together");
        }
        ServingSecurity security = ServingSecurity.NONE;
        security = certificate.isPresent() ? security.withCertificate(certificate.get(), key.orElseThrow()) : security;
        security = authority.isPresent() ? security.withAuthority(authority.get()) : security;
        security = token.isPresent() ? security.withToken(TokenFile.read(token.get())) : security;
        try {
            InferenceServerOptions options = InferenceServerOptions.DEFAULTS
                    .withAddresses(
                            (none ? Optional.of(GRPC) : grpc).map(ServeCommand::socket),
                            (none ? Optional.of(REST) : rest).map(ServeCommand::socket))
                    .withSecurity(security)
                    .withUnprotected(unprotected)
                    .withHostNames(hostNames)
                    .withMaxRequests(maxRequests);
            return maxMessage.isPresent()
                    ? options.withMaxMessageBytes(Math.toIntExact(QuantityText.bytes(maxMessage.get())))
                    : options;
        } catch (IllegalArgumentException | ArithmeticException refused) {
            throw new ParameterException(spec.commandLine(), String.valueOf(refused.getMessage()), refused);
        }
    }

    private static InetSocketAddress socket(ListenAddress address) {
        return new InetSocketAddress(address.address(), address.port());
    }
}
