package io.pepper.serving;

import io.pepper.serving.internal.ModelService;
import io.pepper.serving.internal.ServerDescription;
import io.pepper.serving.internal.ServerSettings;
import io.pepper.serving.internal.grpc.GrpcServer;
import io.pepper.serving.internal.rest.RestServer;
import io.pepper.session.ModelSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A server of models by the Open Inference Protocol, version 2, so that each of its clients can call a deployment or a
 * part of one. It serves all element types of the protocol, tensors in binary form and in fields or JSON, health, and
 * metadata. A model has one version, {@code 1}. A request is checked against the model, and ended when its time is over
 * or, in the gRPC form, when the caller cancels. What exceeds the limits is refused. Thread-safe.
 *
 * <p>Other machines can reach it only with TLS and a token or certificates of clients, unless the options allow it
 * otherwise. The gRPC form needs {@code io.grpc:grpc-netty-shaded}.
 *
 * <pre>{@code
 * try (ModelSession session = PipelineSession.open(Path.of("parts"));
 *         InferenceServer server = InferenceServer.start(Map.of("ocr", session), InferenceServerOptions.DEFAULTS)) {
 *     System.out.println(server.endpoints("ocr"));
 * }
 * }</pre>
 */
public final class InferenceServer implements AutoCloseable {
    /** The protocol's extensions that the server has. */
    private static final List<String> EXTENSIONS = List.of(ServerDescription.BINARY, ServerDescription.TIMEOUT);

    private final ModelService service;
    private final Optional<GrpcServer> grpc;
    private final Optional<RestServer> rest;
    private final InferenceServerOptions options;

    private InferenceServer(
            ModelService service,
            Optional<GrpcServer> grpc,
            Optional<RestServer> rest,
            InferenceServerOptions options) {
        this.service = service;
        this.grpc = grpc;
        this.rest = rest;
        this.options = options;
    }

    /**
     * Starts a server.
     *
     * @param models the sessions by the name of their model, for the caller to close after the server
     * @param options its addresses, protection and limits
     * @return the server, which answers
     * @throws IllegalArgumentException if no form is served, a model has a value that the protocol cannot carry, or other
     *     machines would reach it without protection and the options do not allow this
     * @throws IllegalStateException if the library for gRPC is missing
     * @throws IOException if it cannot listen at an address, or a file of certificates is wrong
     */
    public static InferenceServer start(Map<String, ? extends ModelSession> models, InferenceServerOptions options)
            throws IOException {
        if (options.grpc().isEmpty() && options.rest().isEmpty()) {
            throw new IllegalArgumentException("a server has an address for gRPC or REST");
        }
        models.keySet().forEach(InferenceServer::checkName);
        for (InetSocketAddress address : addresses(options)) {
            requireProtection(address, options);
        }
        ModelService service = new ModelService(
                models,
                new ServerDescription("pepper", version(), EXTENSIONS),
                options.maxRequests(),
                options.maxTime());
        Optional<GrpcServer> grpc = Optional.empty();
        try {
            if (options.grpc().isPresent()) {
                grpc = Optional.of(GrpcLibrary.with(
                        () -> GrpcServer.start(settings(options.grpc().get(), options), service)));
            }
            Optional<RestServer> rest = options.rest().isPresent()
                    ? Optional.of(RestServer.start(settings(options.rest().get(), options), service))
                    : Optional.empty();
            return new InferenceServer(service, grpc, rest, options);
        } catch (IOException | RuntimeException failed) {
            grpc.ifPresent(
                    server -> server.close()); // A reference to the method would need the library that may be missing.
            service.close();
            throw failed;
        }
    }

    private static void checkName(String name) {
        if (name.isBlank() || name.indexOf('/') >= 0 || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "the name of a served model is not empty and has no slash or control character, found '" + name
                            + "'");
        }
    }

    private static List<InetSocketAddress> addresses(InferenceServerOptions options) throws IOException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        options.grpc().ifPresent(addresses::add);
        options.rest().ifPresent(addresses::add);
        for (InetSocketAddress address : addresses) {
            if (address.isUnresolved()) {
                throw new IOException(address.getHostString() + ": no such address is known");
            }
        }
        return addresses;
    }

    private static void requireProtection(InetSocketAddress address, InferenceServerOptions options) {
        ServingSecurity security = options.security();
        boolean encrypted = security.certificate().isPresent();
        boolean proven = security.token().isPresent()
                || (encrypted && security.authority().isPresent());
        if (!address.getAddress().isLoopbackAddress() && !(encrypted && proven) && !options.unprotected()) {
            String missing = encrypted
                    ? "a token or certificates of clients"
                    : proven ? "TLS" : "TLS and a token or certificates of clients";
            throw new IllegalArgumentException("other machines would reach the server at "
                    + address.getAddress().getHostAddress() + " without " + missing
                    + ": give a certificate with its key, and a token or an authority of clients, or allow this"
                    + " (unprotected)");
        }
    }

    private static ServerSettings settings(InetSocketAddress address, InferenceServerOptions options) {
        return new ServerSettings(
                address,
                options.security().certificate().isPresent(),
                options.security().protection(),
                options.hostNames(),
                options.maxMessageBytes(),
                options.maxTime().toMillis() + 1);
    }

    private static String version() {
        return Optional.ofNullable(InferenceServer.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    /**
     * Returns the addresses of a model.
     *
     * @param model the model's name
     * @return one for each form, gRPC first, with the ports at which the server listens
     */
    public List<Endpoint> endpoints(String model) {
        boolean secured = options.security().certificate().isPresent();
        List<Endpoint> endpoints = new ArrayList<>();
        grpc.ifPresent(server -> endpoints.add(endpoint(
                secured ? Endpoint.Scheme.GRPCS : Endpoint.Scheme.GRPC, options.grpc(), server.address(), model)));
        rest.ifPresent(server -> endpoints.add(endpoint(
                secured ? Endpoint.Scheme.HTTPS : Endpoint.Scheme.HTTP, options.rest(), server.address(), model)));
        return endpoints;
    }

    /** Returns an address as it was given: the system may show 0.0.0.0 as an address of IPv6. */
    private static Endpoint endpoint(
            Endpoint.Scheme scheme, Optional<InetSocketAddress> given, InetSocketAddress bound, String model) {
        String host = given.orElse(bound).getAddress().getHostAddress();
        return new Endpoint(scheme, host, bound.getPort(), model, Optional.empty());
    }

    /**
     * Refuses further requests, waits for those in progress at most the time of the options, cancels what still runs, and
     * ends the server. The sessions stay open.
     */
    @Override
    public void close() {
        service.drain(options.drainTime());
        grpc.ifPresent(GrpcServer::close);
        rest.ifPresent(RestServer::close);
        service.close();
    }
}
