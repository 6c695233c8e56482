package io.pepper.serving.internal.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import io.pepper.serving.internal.InferCall;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.TensorBytes;
import io.pepper.serving.internal.WireTensor;
import io.pepper.serving.internal.proto.InferParameter;
import io.pepper.serving.internal.proto.InferTensorContents;
import io.pepper.serving.internal.proto.ModelInferRequest;
import io.pepper.serving.internal.proto.ModelInferRequest.InferInputTensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever message a gRPC server or client is given, it reads it or refuses it with a {@link ServingException}. */
class GrpcMessageFuzzTest {
    private static ModelInferRequest.Builder request() {
        return ModelInferRequest.newBuilder()
                .setModelName("m")
                .setId("7")
                .putParameters(
                        "timeout", InferParameter.newBuilder().setInt64Param(5).build());
    }

    private static byte[] raw() {
        return request()
                .addInputs(input("x", "FP32", 3))
                .addInputs(input("t", "BYTES", 1))
                .addRawInputContents(ByteString.copyFrom(new byte[12]))
                .addRawInputContents(ByteString.copyFrom(new byte[] {1, 0, 0, 0, 'a'}))
                .build()
                .toByteArray();
    }

    private static byte[] typed() {
        return request()
                .addInputs(input("x", "INT8", 2)
                        .setContents(InferTensorContents.newBuilder()
                                .addIntContents(-128)
                                .addIntContents(127)))
                .addInputs(input("b", "BOOL", 1)
                        .setContents(InferTensorContents.newBuilder().addBoolContents(true)))
                .build()
                .toByteArray();
    }

    private static InferInputTensor.Builder input(String name, String type, long size) {
        return InferInputTensor.newBuilder().setName(name).setDatatype(type).addShape(size);
    }

    private static int read(byte[] message) throws IOException {
        try {
            InferCall call = GrpcMessages.call(Methods.MODEL_INFER
                    .parseRequest(new ByteArrayInputStream(message))
                    .readable());
            for (WireTensor tensor : call.inputs()) {
                TensorBytes.tensor("fuzz", tensor).close();
            }
            return call.inputs().size();
        } catch (ServingException refused) {
            assertThat(refused.reason()).isIn(ServingException.Reason.INVALID, ServingException.Reason.TOO_LARGE);
            return 0;
        }
    }

    @Test
    void soundMessagesAreReadAndDamagedOnesAreReadOrRefused() throws IOException {
        Random random = new Random(3);
        for (byte[] sound : List.of(raw(), typed())) {
            assertThat(read(sound)).isEqualTo(2);
            int refused = 0;
            for (int i = 0; i < 20_000; i++) {
                byte[] message = sound.clone();
                for (int change = random.nextInt(3); change >= 0; change--) {
                    message[random.nextInt(message.length)] = (byte) random.nextInt(256);
                }
                byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(message, random.nextInt(message.length)) : message;
                refused += read(cut) == 0 ? 1 : 0;
            }
            assertThat(refused).isBetween(1000, 40_000);
        }
    }

    /** Two bytes of a message can become an object of a hundred: their number is limited before protobuf sees them. */
    @Test
    void aMessageOfManyTinyFieldsIsRefused() throws IOException {
        byte[] many = new byte[100_000];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = (byte) (ModelInferRequest.INPUTS_FIELD_NUMBER * 8 + 2);
        }
        assertThat(read(many)).isZero();
        byte[] empty = new byte[100_000];
        for (int i = 0; i < empty.length; i += 2) {
            empty[i] = (byte) (ModelInferRequest.RAW_INPUT_CONTENTS_FIELD_NUMBER * 8 + 2);
        }
        assertThat(read(empty)).isZero();
    }

    /** What is written is what protobuf itself would write, in another order of fields at most. */
    @Test
    void theStreamIsTheMessageOfProtobuf() throws IOException {
        ModelInferRequest expected = ModelInferRequest.parseFrom(raw());
        Framed<ModelInferRequest> framed = Methods.MODEL_INFER.parseRequest(new ByteArrayInputStream(raw()));
        FramedStream whole = new FramedStream(framed, ModelInferRequest.RAW_INPUT_CONTENTS_FIELD_NUMBER);
        assertThat(whole.available()).isEqualTo(raw().length);
        ByteArrayOutputStream drained = new ByteArrayOutputStream();
        assertThat(whole.drainTo(drained)).isEqualTo(raw().length);
        assertThat(ModelInferRequest.parseFrom(drained.toByteArray())).isEqualTo(expected);
        FramedStream single = new FramedStream(framed, ModelInferRequest.RAW_INPUT_CONTENTS_FIELD_NUMBER);
        assertThat(ModelInferRequest.parseFrom(single)).isEqualTo(expected);
    }

    @Tag("fuzz")
    @FuzzTest(maxDuration = "60m")
    void message(byte[] data) throws IOException {
        read(data);
    }
}
