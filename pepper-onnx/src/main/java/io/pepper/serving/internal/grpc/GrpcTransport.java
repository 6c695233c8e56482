package io.pepper.serving.internal.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.pepper.internal.net.Certificates;
import io.pepper.serving.internal.ClientSettings;
import io.pepper.serving.internal.InferAnswer;
import io.pepper.serving.internal.InferCall;
import io.pepper.serving.internal.ModelDescription;
import io.pepper.serving.internal.Protection;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.TensorSpec;
import io.pepper.serving.internal.Transport;
import io.pepper.serving.internal.proto.ModelInferResponse;
import io.pepper.serving.internal.proto.ModelMetadataRequest;
import io.pepper.serving.internal.proto.ModelMetadataResponse;
import io.pepper.serving.internal.proto.ModelReadyRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The protocol's gRPC client. Thread-safe. */
public final class GrpcTransport implements Transport {
    private static final long END_SECONDS = 2;

    private final ManagedChannel channel;
    private final Optional<String> token;

    private GrpcTransport(ManagedChannel channel, Optional<String> token) {
        this.channel = channel;
        this.token = token;
    }

    /**
     * Creates a client, which connects when it is used.
     *
     * @param settings the server and how to reach it
     * @return the client
     * @throws IOException if a file of certificates is wrong
     */
    public static GrpcTransport open(ClientSettings settings) throws IOException {
        ManagedChannel channel = NettyChannelBuilder.forAddress(settings.host(), settings.port(), credentials(settings))
                .disableRetry() // A repeated request would read its buffers after the answer.
                .directExecutor()
                .withOption(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(settings.connect().toMillis()))
                .maxInboundMessageSize(settings.maxMessageBytes())
                .flowControlWindow(settings.flowControlWindow())
                .keepAliveTime(settings.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
                .build();
        return new GrpcTransport(channel, settings.protection().header());
    }

    private static ChannelCredentials credentials(ClientSettings settings) throws IOException {
        if (!settings.tls()) {
            return InsecureChannelCredentials.create();
        }
        Protection protection = settings.protection();
        Certificates.client(protection.own(), protection.authority()); // Its errors name the file.
        TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
        if (protection.authority().isPresent()) {
            credentials.trustManager(protection.authority().get().toFile());
        }
        if (protection.own().isPresent()) {
            Certificates.Pair own = protection.own().get();
            credentials.keyManager(own.certificate().toFile(), own.key().toFile());
        }
        return credentials.build();
    }

    private <Q extends MessageLite, A extends MessageLite> GrpcExchange<A> start(
            MethodDescriptor<Framed<Q>, Framed<A>> method, Framed<Q> request, Duration within) {
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(within.toNanos(), TimeUnit.NANOSECONDS);
        ClientCall<Framed<Q>, Framed<A>> call = channel.newCall(method, options);
        GrpcExchange<A> exchange = new GrpcExchange<>(call::cancel);
        Metadata headers = new Metadata();
        token.ifPresent(value -> headers.put(TokenInterceptor.KEY, value));
        call.start(exchange, headers);
        call.request(2);
        call.sendMessage(request);
        call.halfClose();
        return exchange;
    }

    @Override
    public boolean isReady(String model, String version, Duration within) throws IOException {
        ModelReadyRequest request = ModelReadyRequest.newBuilder()
                .setName(model)
                .setVersion(version)
                .build();
        return start(Methods.MODEL_READY, Framed.of(request, List.of()), within)
                .await()
                .message()
                .getReady();
    }

    @Override
    public ModelDescription describe(String model, String version, Duration within) throws IOException {
        ModelMetadataRequest request = ModelMetadataRequest.newBuilder()
                .setName(model)
                .setVersion(version)
                .build();
        ModelMetadataResponse found = start(Methods.MODEL_METADATA, Framed.of(request, List.of()), within)
                .await()
                .message();
        return new ModelDescription(
                found.getName(),
                found.getVersionsList(),
                found.getPlatform(),
                tensors(found.getInputsList()),
                tensors(found.getOutputsList()));
    }

    private static List<TensorSpec> tensors(List<ModelMetadataResponse.TensorMetadata> found) throws ServingException {
        List<TensorSpec> tensors = new ArrayList<>();
        for (ModelMetadataResponse.TensorMetadata tensor : found) {
            tensors.add(TensorSpec.of(tensor.getName(), tensor.getDatatype(), tensor.getShapeList()));
        }
        return tensors;
    }

    @Override
    public Exchange infer(InferCall call, Duration within) {
        GrpcExchange<ModelInferResponse> exchange = start(Methods.MODEL_INFER, GrpcMessages.request(call), within);
        return new Exchange() {
            @Override
            public InferAnswer await() throws IOException {
                return GrpcMessages.answer(exchange.await());
            }

            @Override
            public void cancel() {
                exchange.cancel();
            }
        };
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException early) {
            Thread.currentThread().interrupt();
        }
    }
}
