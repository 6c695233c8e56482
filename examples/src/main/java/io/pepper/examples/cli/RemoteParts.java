package io.pepper.examples.cli;

import io.pepper.examples.QuantityText;
import io.pepper.export.PartitionManifest;
import io.pepper.serving.Endpoint;
import io.pepper.serving.RemoteOptions;
import io.pepper.serving.RemoteStages;
import io.pepper.serving.ServingSecurity;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options for parts that run on inference servers. */
final class RemoteParts {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--remote",
            paramLabel = "PART=ENDPOINT",
            description = "Run a part, by its number from 1, on a server of the Open Inference Protocol, such as"
                    + " 2=grpc://board:8001/model-2 or 2=http://board:8000/model-2. May be repeated.")
    private Map<Integer, String> remote = Map.of();

    @Option(
            names = "--remote-ca",
            paramLabel = "FILE",
            description = "With grpcs or https: the certificates (PEM) that sign those of the servers"
                    + " (default: the authorities of this Java).")
    private Optional<Path> authority = Optional.empty();

    @Option(
            names = "--remote-certificate",
            paramLabel = "FILE",
            description = "With grpcs or https: the certificate of this client and its issuers (PEM); goes with"
                    + " --remote-key.")
    private Optional<Path> certificate = Optional.empty();

    @Option(
            names = "--remote-key",
            paramLabel = "FILE",
            description = "The private key of --remote-certificate (PEM, PKCS #8, not encrypted).")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--remote-token",
            paramLabel = "FILE",
            description = "A file with the token that the servers expect.")
    private Optional<Path> token = Optional.empty();

    @Option(
            names = "--remote-timeout",
            paramLabel = "TIME",
            description = "The time for each answer of a server, such as 500ms or 5s (default: 30s).")
    private Optional<String> timeout = Optional.empty();

    boolean areGiven() {
        boolean more = Stream.of(authority, certificate, key, token, timeout).anyMatch(Optional::isPresent);
        if (remote.isEmpty() && more) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--remote-ca, --remote-certificate, --remote-key, --remote-token and --remote-timeout go with"
                            + " --remote");
        }
        if (certificate.isPresent() != key.isPresent()) {
            throw new ParameterException(spec.commandLine(), "--remote-certificate and --remote-key go together");
        }
        return !remote.isEmpty();
    }

    /** Opens all parts, here or on their servers; closes them again if one cannot be opened. */
    List<Stage> open(Path directory, PartitionManifest manifest, SessionOptions options) throws IOException {
        Map<Integer, Endpoint> endpoints = endpoints(manifest);
        RemoteOptions remoteOptions = options();
        List<Stage> stages = new ArrayList<>();
        try {
            for (int part = 0; part < manifest.parts().size(); part++) {
                Endpoint endpoint = endpoints.get(part);
                stages.add(
                        endpoint == null
                                ? Stage.open(directory, manifest, part, options)
                                : RemoteStages.open(endpoint, manifest.parts().get(part), remoteOptions));
            }
            return stages;
        } catch (IOException | RuntimeException failed) {
            for (Stage stage : stages) {
                try {
                    stage.close();
                } catch (IOException also) {
                    failed.addSuppressed(also);
                }
            }
            throw failed;
        }
    }

    private Map<Integer, Endpoint> endpoints(PartitionManifest manifest) {
        Map<Integer, Endpoint> endpoints = new TreeMap<>();
        remote.forEach((part, address) -> {
            if (part < 1 || part > manifest.parts().size()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--remote: there is no part " + part + ", only 1 to "
                                + manifest.parts().size());
            }
            try {
                endpoints.put(part - 1, Endpoint.parse(address));
            } catch (IllegalArgumentException wrong) {
                throw new ParameterException(spec.commandLine(), "--remote: " + wrong.getMessage(), wrong);
            }
        });
        return endpoints;
    }

    private RemoteOptions options() throws IOException {
        ServingSecurity security = ServingSecurity.NONE;
        security = authority.isPresent() ? security.withAuthority(authority.get()) : security;
        security = certificate.isPresent() ? security.withCertificate(certificate.get(), key.orElseThrow()) : security;
        security = token.isPresent() ? security.withToken(TokenFile.read(token.get())) : security;
        RemoteOptions options = RemoteOptions.DEFAULTS.withSecurity(security);
        try {
            return timeout.isPresent() ? options.withTimeout(time(timeout.get())) : options;
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), "--remote-timeout: " + wrong.getMessage(), wrong);
        }
    }

    private static Duration time(String text) {
        return QuantityText.time(text);
    }
}
