package io.pepper.serving.internal.grpc;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.pepper.internal.net.Certificates;
import io.pepper.serving.internal.ModelDescription;
import io.pepper.serving.internal.ModelService;
import io.pepper.serving.internal.Protection;
import io.pepper.serving.internal.ServerDescription;
import io.pepper.serving.internal.ServerSettings;
import io.pepper.serving.internal.TensorSpec;
import io.pepper.serving.internal.proto.ModelMetadataResponse;
import io.pepper.serving.internal.proto.ModelMetadataResponse.TensorMetadata;
import io.pepper.serving.internal.proto.ModelReadyResponse;
import io.pepper.serving.internal.proto.ServerLiveResponse;
import io.pepper.serving.internal.proto.ServerMetadataResponse;
import io.pepper.serving.internal.proto.ServerReadyResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The protocol's gRPC server. Thread-safe. */
public final class GrpcServer implements AutoCloseable {
    private static final int WINDOW = 8 << 20;
    private static final int MAX_HEADERS = 16 << 10;
    private static final int MAX_CALLS_OF_A_CONNECTION = 256;
    private static final long LEAST_KEEP_ALIVE_SECONDS = 5;
    private static final long MAX_IDLE_MINUTES = 30;
    private static final long END_SECONDS = 5;
    private static final List<Long> ANY_SHAPE = List.of(TensorSpec.ANY);

    private final Server server;
    private final ExecutorService threads;

    private GrpcServer(Server server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Starts a server.
     *
     * @param settings its settings
     * @param service the models
     * @return the server, which answers
     * @throws IOException if it cannot listen, or a file of certificates is wrong
     */
    public static GrpcServer start(ServerSettings settings, ModelService service) throws IOException {
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "pepper-serve-grpc");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Server server = NettyServerBuilder.forAddress(
                            settings.address(), settings.tls() ? tls(settings.protection()) : plain())
                    .executor(threads)
                    .maxInboundMessageSize(settings.maxMessageBytes())
                    .maxInboundMetadataSize(MAX_HEADERS)
                    .maxConcurrentCallsPerConnection(MAX_CALLS_OF_A_CONNECTION)
                    .maxConnectionIdle(MAX_IDLE_MINUTES, TimeUnit.MINUTES)
                    .permitKeepAliveTime(LEAST_KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .flowControlWindow(WINDOW)
                    .addService(
                            ServerInterceptors.intercept(methods(service), new TokenInterceptor(settings.protection())))
                    .build();
            return new GrpcServer(server.start(), threads);
        } catch (IOException | RuntimeException failed) {
            threads.shutdownNow();
            throw failed;
        }
    }

    private static ServerCredentials plain() {
        return InsecureServerCredentials.create();
    }

    private static ServerCredentials tls(Protection protection) throws IOException {
        Certificates.Pair own = protection.own().orElseThrow();
        Certificates.server(own, protection.authority()); // Its errors name the file and what is wrong in it.
        TlsServerCredentials.Builder credentials = TlsServerCredentials.newBuilder()
                .keyManager(own.certificate().toFile(), own.key().toFile());
        Optional<Path> clients = protection.authority();
        if (clients.isPresent()) {
            credentials.trustManager(clients.get().toFile()).clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
        }
        return credentials.build();
    }

    private static ServerServiceDefinition methods(ModelService service) {
        return ServerServiceDefinition.builder(Methods.SERVICE)
                .addMethod(Methods.SERVER_LIVE, new UnaryHandler<>(request -> ServerLiveResponse.newBuilder()
                        .setLive(true)
                        .build()))
                .addMethod(Methods.SERVER_READY, new UnaryHandler<>(request -> ServerReadyResponse.newBuilder()
                        .setReady(service.isReady())
                        .build()))
                .addMethod(Methods.MODEL_READY, new UnaryHandler<>(request -> ModelReadyResponse.newBuilder()
                        .setReady(service.isReady(request.getName(), request.getVersion()))
                        .build()))
                .addMethod(Methods.SERVER_METADATA, new UnaryHandler<>(request -> described(service.description())))
                .addMethod(
                        Methods.MODEL_METADATA,
                        new UnaryHandler<>(
                                request -> described(service.describe(request.getName(), request.getVersion()))))
                .addMethod(Methods.MODEL_INFER, new InferHandler(service))
                .build();
    }

    private static ServerMetadataResponse described(ServerDescription server) {
        return ServerMetadataResponse.newBuilder()
                .setName(server.name())
                .setVersion(server.version())
                .addAllExtensions(server.extensions())
                .build();
    }

    private static ModelMetadataResponse described(ModelDescription model) {
        ModelMetadataResponse.Builder message = ModelMetadataResponse.newBuilder()
                .setName(model.name())
                .addAllVersions(model.versions())
                .setPlatform(model.platform());
        model.inputs().forEach(input -> message.addInputs(described(input)));
        model.outputs().forEach(output -> message.addOutputs(described(output)));
        return message.build();
    }

    private static TensorMetadata described(TensorSpec tensor) {
        return TensorMetadata.newBuilder()
                .setName(tensor.name())
                .setDatatype(tensor.type().name())
                .addAllShape(tensor.shape().orElse(ANY_SHAPE))
                .build();
    }

    /**
     * Returns the address at which it listens.
     *
     * @return the address with its port
     */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getListenSockets().get(0);
    }

    /** Ends the server; requests that still run are cancelled after some seconds. */
    @Override
    public void close() {
        server.shutdown();
        boolean interrupted = false;
        try {
            if (!server.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException early) {
            interrupted = true;
            server.shutdownNow();
        }
        threads.shutdown();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
