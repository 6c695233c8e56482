package io.pepper.examples.cli;

import io.pepper.examples.QuantityText;
import io.pepper.monitor.PrometheusDeviceMonitor;
import io.pepper.monitor.PrometheusQueries;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options for reading devices from a Prometheus, which are the same for all commands. */
public final class PrometheusOptions {
    @Option(
            names = "--prometheus",
            paramLabel = "URL",
            description = "Read the state of the devices from this Prometheus, such as http://prometheus:9090.")
    private @Nullable String server;

    @Option(
            names = "--window",
            paramLabel = "30s",
            description = "Window of the CPU load (default: 30s); must hold two scrapes.")
    private String window = "30s";

    @Option(
            names = "--node",
            paramLabel = "INSTANCE=NAME",
            description = "Name of the node with this instance (with its port) in Prometheus. May be repeated.")
    private Map<String, String> nodes = Map.of();

    @Option(
            names = "--node-label",
            paramLabel = "LABEL",
            description = "Identify nodes by this label, such as node, instead of their instance.")
    private Optional<String> nodeLabel = Optional.empty();

    @Option(
            names = "--container",
            paramLabel = "CONTAINER=NAME",
            description =
                    "Name of the device that is this container (its name or POD/CONTAINER in cAdvisor). May be repeated.")
    private Map<String, String> containers = Map.of();

    @Option(names = "--token-file", paramLabel = "FILE", description = "File with the bearer token for Prometheus.")
    private @Nullable Path token;

    @Option(names = "--user-file", paramLabel = "FILE", description = "File with USER:PASSWORD for Prometheus.")
    private @Nullable Path user;

    @Option(
            names = "--header",
            paramLabel = "NAME=VALUE",
            description = "A header to send, such as X-Scope-OrgID=TENANT; may be repeated.")
    private Map<String, String> headers = Map.of();

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "PEM file with the certificates to trust instead of the system's.")
    private @Nullable Path authorities;

    @Option(
            names = "--timeout",
            paramLabel = "5s",
            converter = Time.class,
            description = "Time limit of one answer of Prometheus (default: 5s).")
    private Duration timeout = Duration.ofSeconds(5);

    @Option(
            names = "--deadline",
            paramLabel = "20s",
            converter = Time.class,
            description = "Time limit of all answers of Prometheus together (default: 20s).")
    private Duration deadline = Duration.ofSeconds(20);

    /** Parses a duration such as 500ms, 5s or 2m. */
    static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return QuantityText.time(text);
            } catch (IllegalArgumentException refused) {
                throw new TypeConversionException(refused.getMessage());
            }
        }
    }

    boolean isGiven() {
        return server != null;
    }

    /**
     * Returns the window of rates.
     *
     * @return the window in Prometheus's syntax
     */
    public String window() {
        return window;
    }

    /**
     * Returns the monitor of the devices.
     *
     * @param devices the names of the wanted devices; empty for all nodes
     * @return the monitor; empty without {@code --prometheus}
     * @throws IOException if a file of an option cannot be read
     * @throws IllegalArgumentException if an option is invalid
     */
    public Optional<PrometheusDeviceMonitor> monitor(Collection<String> devices) throws IOException {
        if (server == null) {
            return Optional.empty();
        }
        PrometheusDeviceMonitor.Builder builder = PrometheusDeviceMonitor.builder(server)
                .queries(PrometheusQueries.over(window))
                .timeout(timeout)
                .deadline(deadline)
                .devices(devices);
        nodeLabel.ifPresent(builder::nodeLabel);
        nodes.forEach(builder::node);
        containers.forEach(builder::container);
        headers.forEach(builder::header);
        authenticate(builder);
        if (authorities != null) {
            builder.tls(trusting(authorities));
        }
        return Optional.of(builder.build());
    }

    private void authenticate(PrometheusDeviceMonitor.Builder builder) throws IOException {
        if (token != null) {
            builder.bearerToken(Files.readString(token).strip());
        }
        if (user != null) {
            String both = Files.readString(user).strip();
            int split = both.indexOf(':');
            if (split < 1) {
                throw new IllegalArgumentException(user + ": is not USER:PASSWORD");
            }
            builder.basic(both.substring(0, split), both.substring(split + 1));
        }
    }

    private static SSLContext trusting(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + store.size(), certificate);
            }
            if (store.size() == 0) {
                throw new IOException(file + ": has no certificate in PEM form");
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException broken) {
            throw new IOException(file + ": has no certificate in PEM form: " + broken.getMessage(), broken);
        }
    }
}
