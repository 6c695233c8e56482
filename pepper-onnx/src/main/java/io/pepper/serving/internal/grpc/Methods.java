package io.pepper.serving.internal.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.proto.ModelInferRequest;
import io.pepper.serving.internal.proto.ModelInferResponse;
import io.pepper.serving.internal.proto.ModelMetadataRequest;
import io.pepper.serving.internal.proto.ModelMetadataResponse;
import io.pepper.serving.internal.proto.ModelReadyRequest;
import io.pepper.serving.internal.proto.ModelReadyResponse;
import io.pepper.serving.internal.proto.ServerLiveRequest;
import io.pepper.serving.internal.proto.ServerLiveResponse;
import io.pepper.serving.internal.proto.ServerMetadataRequest;
import io.pepper.serving.internal.proto.ServerMetadataResponse;
import io.pepper.serving.internal.proto.ServerReadyRequest;
import io.pepper.serving.internal.proto.ServerReadyResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** The methods of the protocol's service. All messages travel in {@link Framed} form; most have no raw contents. */
final class Methods {
    static final String SERVICE = "inference.GRPCInferenceService";

    static final MethodDescriptor<Framed<ServerLiveRequest>, Framed<ServerLiveResponse>> SERVER_LIVE =
            method("ServerLive", ServerLiveRequest.getDefaultInstance(), ServerLiveResponse.getDefaultInstance());

    static final MethodDescriptor<Framed<ServerReadyRequest>, Framed<ServerReadyResponse>> SERVER_READY =
            method("ServerReady", ServerReadyRequest.getDefaultInstance(), ServerReadyResponse.getDefaultInstance());

    static final MethodDescriptor<Framed<ModelReadyRequest>, Framed<ModelReadyResponse>> MODEL_READY =
            method("ModelReady", ModelReadyRequest.getDefaultInstance(), ModelReadyResponse.getDefaultInstance());

    static final MethodDescriptor<Framed<ServerMetadataRequest>, Framed<ServerMetadataResponse>> SERVER_METADATA =
            method(
                    "ServerMetadata",
                    ServerMetadataRequest.getDefaultInstance(),
                    ServerMetadataResponse.getDefaultInstance());

    static final MethodDescriptor<Framed<ModelMetadataRequest>, Framed<ModelMetadataResponse>> MODEL_METADATA = method(
            "ModelMetadata", ModelMetadataRequest.getDefaultInstance(), ModelMetadataResponse.getDefaultInstance());

    static final MethodDescriptor<Framed<ModelInferRequest>, Framed<ModelInferResponse>> MODEL_INFER =
            method("ModelInfer", ModelInferRequest.getDefaultInstance(), ModelInferResponse.getDefaultInstance());

    private static final int NONE = -1;

    private Methods() {}

    private static <Q extends MessageLite, A extends MessageLite> MethodDescriptor<Framed<Q>, Framed<A>> method(
            String name, Q request, A answer) {
        return MethodDescriptor.<Framed<Q>, Framed<A>>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(new FramedMarshaller<>(request))
                .setResponseMarshaller(new FramedMarshaller<>(answer))
                .build();
    }

    private static int rawField(MessageLite message) {
        if (message instanceof ModelInferRequest) {
            return ModelInferRequest.RAW_INPUT_CONTENTS_FIELD_NUMBER;
        }
        return message instanceof ModelInferResponse ? ModelInferResponse.RAW_OUTPUT_CONTENTS_FIELD_NUMBER : NONE;
    }

    /** A marshaller that does not throw: gRPC would hide the reason. */
    private static final class FramedMarshaller<M extends MessageLite> implements Marshaller<Framed<M>> {
        private final M empty;
        private final int rawField;

        FramedMarshaller(M empty) {
            this.empty = empty;
            this.rawField = rawField(empty);
        }

        @Override
        public InputStream stream(Framed<M> framed) {
            return new FramedStream(framed, rawField);
        }

        @Override
        @SuppressWarnings("unchecked")
        public Framed<M> parse(InputStream in) {
            try {
                FramedReader reader = new FramedReader(in, rawField);
                byte[] header = reader.read();
                return Framed.of(((Parser<M>) empty.getParserForType()).parseFrom(header), reader.raw());
            } catch (ServingException fault) {
                return new Framed<>(empty, List.of(), Optional.of(fault));
            } catch (InvalidProtocolBufferException fault) {
                return new Framed<>(
                        empty,
                        List.of(),
                        Optional.of(new ServingException(
                                ServingException.Reason.INVALID,
                                "the message is not protobuf: " + fault.getMessage(),
                                fault)));
            } catch (IOException fault) {
                return new Framed<>(
                        empty,
                        List.of(),
                        Optional.of(new ServingException(
                                ServingException.Reason.INVALID, String.valueOf(fault.getMessage()), fault)));
            }
        }
    }
}
