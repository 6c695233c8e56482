package io.pepper.serving.internal.grpc;

import io.pepper.serving.internal.InferAnswer;
import io.pepper.serving.internal.InferCall;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.TensorHeader;
import io.pepper.serving.internal.WireTensor;
import io.pepper.serving.internal.proto.InferParameter;
import io.pepper.serving.internal.proto.InferTensorContents;
import io.pepper.serving.internal.proto.ModelInferRequest;
import io.pepper.serving.internal.proto.ModelInferRequest.InferInputTensor;
import io.pepper.serving.internal.proto.ModelInferRequest.InferRequestedOutputTensor;
import io.pepper.serving.internal.proto.ModelInferResponse;
import io.pepper.serving.internal.proto.ModelInferResponse.InferOutputTensor;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The conversion of requests and answers to messages of gRPC and back. */
final class GrpcMessages {
    /** The parameter with a request's time in microseconds, as Triton has it. */
    private static final String TIMEOUT = "timeout";

    /** Parameters that change the meaning of a tensor, of extensions that are not served. */
    private static final Set<String> UNSERVED = Set.of("classification", "shared_memory_region");

    private GrpcMessages() {}

    static Framed<ModelInferRequest> request(InferCall call) {
        ModelInferRequest.Builder message = ModelInferRequest.newBuilder()
                .setModelName(call.model())
                .setModelVersion(call.version())
                .setId(call.id());
        for (WireTensor input : call.inputs()) {
            message.addInputs(InferInputTensor.newBuilder()
                    .setName(input.header().name())
                    .setDatatype(input.header().type().name())
                    .addAllShape(input.header().shape()));
        }
        call.outputs()
                .forEach(name -> message.addOutputs(
                        InferRequestedOutputTensor.newBuilder().setName(name)));
        return Framed.of(
                message.build(), call.inputs().stream().map(WireTensor::data).toList());
    }

    static InferCall call(Framed<ModelInferRequest> framed) throws ServingException {
        ModelInferRequest message = framed.message();
        List<TensorHeader> headers = new ArrayList<>();
        List<InferTensorContents> contents = new ArrayList<>();
        for (InferInputTensor input : message.getInputsList()) {
            headers.add(TensorHeader.of(
                    "inputs[" + headers.size() + "]", input.getName(), input.getDatatype(), input.getShapeList()));
            contents.add(input.getContents());
            checkServed(input.getName(), input.getParametersMap());
        }
        List<String> outputs = new ArrayList<>();
        for (InferRequestedOutputTensor output : message.getOutputsList()) {
            checkServed(output.getName(), output.getParametersMap());
            outputs.add(output.getName());
        }
        return new InferCall(
                message.getModelName(),
                message.getModelVersion(),
                message.getId(),
                timeout(message.getParametersMap()),
                tensors("inputs", headers, contents, framed.raw()),
                outputs);
    }

    private static void checkServed(String tensor, Map<String, InferParameter> parameters) throws ServingException {
        for (String name : parameters.keySet()) {
            if (UNSERVED.contains(name)) {
                throw ServingException.invalid(
                        "tensor '" + tensor + "': the parameter '" + name + "' is of an extension that is not served");
            }
        }
    }

    private static Optional<Duration> timeout(Map<String, InferParameter> parameters) {
        long micros = parameters
                .getOrDefault(TIMEOUT, InferParameter.getDefaultInstance())
                .getInt64Param();
        return micros > 0 ? Optional.of(Duration.of(micros, ChronoUnit.MICROS)) : Optional.empty();
    }

    static Framed<ModelInferResponse> response(InferAnswer answer) {
        ModelInferResponse.Builder message = ModelInferResponse.newBuilder()
                .setModelName(answer.model())
                .setModelVersion(answer.version())
                .setId(answer.id());
        for (WireTensor output : answer.outputs()) {
            message.addOutputs(InferOutputTensor.newBuilder()
                    .setName(output.header().name())
                    .setDatatype(output.header().type().name())
                    .addAllShape(output.header().shape()));
        }
        return Framed.of(
                message.build(), answer.outputs().stream().map(WireTensor::data).toList());
    }

    static InferAnswer answer(Framed<ModelInferResponse> framed) throws ServingException {
        ModelInferResponse message = framed.message();
        List<TensorHeader> headers = new ArrayList<>();
        List<InferTensorContents> contents = new ArrayList<>();
        for (InferOutputTensor output : message.getOutputsList()) {
            headers.add(TensorHeader.of(
                    "outputs[" + headers.size() + "]", output.getName(), output.getDatatype(), output.getShapeList()));
            contents.add(output.getContents());
        }
        return new InferAnswer(
                message.getModelName(),
                message.getModelVersion(),
                message.getId(),
                tensors("outputs", headers, contents, framed.raw()));
    }

    private static List<WireTensor> tensors(
            String field, List<TensorHeader> headers, List<InferTensorContents> contents, List<ByteBuffer> raw)
            throws ServingException {
        if (!raw.isEmpty() && raw.size() != headers.size()) {
            throw ServingException.invalid("raw contents: one for each of the " + headers.size() + " " + field
                    + " is expected, found " + raw.size());
        }
        List<WireTensor> tensors = new ArrayList<>();
        for (int i = 0; i < headers.size(); i++) {
            TensorHeader header = headers.get(i);
            if (raw.isEmpty()) {
                tensors.add(new WireTensor(header, TypedContents.bytes(header, contents.get(i))));
            } else if (contents.get(i).getSerializedSize() > 0) {
                throw ServingException.invalid("tensor '" + header.name() + "': has contents and raw contents");
            } else {
                header.checkBytes(raw.get(i).remaining());
                tensors.add(new WireTensor(header, raw.get(i)));
            }
        }
        return tensors;
    }
}
