package io.pepper.serving.internal.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.TensorBytes;
import io.pepper.serving.internal.WireTensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever body a REST server or client is given, it reads it or refuses it with a {@link ServingException}. */
class RestBodyFuzzTest {
    private static final int MOST = 1 << 16;
    private static final String SOUND =
            """
            {"id":"7","parameters":{"binary_data_output":true,"timeout":9},"inputs":[
            {"name":"x","shape":[1,3],"datatype":"FP32","parameters":{"binary_data_size":12}},
            {"name":"t","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":10}},
            {"name":"n","shape":[2,2],"datatype":"UINT8","data":[[1,2],[3,255]]},
            {"name":"d","shape":[2],"datatype":"FP64","data":[1.5,NaN]},
            {"name":"s","shape":[],"datatype":"BYTES","data":["a"]}],
            "outputs":[{"name":"y","parameters":{"binary_data":true}}]}""";
    private static final byte[] TAIL = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 0, 0, 0, 'a', 1, 0, 0, 0, 'b'};

    private static int read(byte[] body, int jsonLength) throws IOException {
        try {
            MessageReader reader = MessageReader.of(
                    new ByteArrayInputStream(body),
                    jsonLength < 0 ? OptionalInt.empty() : OptionalInt.of(jsonLength),
                    MOST);
            JsonMessage message = reader.message();
            List<WireTensor> tensors = reader.tensors("inputs", message.inputs());
            for (WireTensor tensor : tensors) {
                TensorBytes.tensor("fuzz", tensor).close();
            }
            return tensors.size();
        } catch (ServingException refused) {
            assertThat(refused.reason()).isIn(ServingException.Reason.INVALID, ServingException.Reason.TOO_LARGE);
            return 0;
        }
    }

    private static byte[] sound() {
        byte[] json = SOUND.getBytes(StandardCharsets.UTF_8);
        byte[] body = Arrays.copyOf(json, json.length + TAIL.length);
        System.arraycopy(TAIL, 0, body, json.length, TAIL.length);
        return body;
    }

    @Test
    void theSoundBodyIsReadAndDamagedOnesAreReadOrRefused() throws IOException {
        int length = SOUND.getBytes(StandardCharsets.UTF_8).length;
        assertThat(read(sound(), length)).isEqualTo(5);
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] body = sound();
            for (int change = random.nextInt(4); change >= 0; change--) {
                body[random.nextInt(body.length)] = (byte) "0123456789-,:[]{}\"eE. \u0000x".charAt(random.nextInt(24));
            }
            byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(body, random.nextInt(body.length)) : body;
            refused += read(cut, random.nextInt(8) == 0 ? -1 : length + random.nextInt(3) - 1) == 0 ? 1 : 0;
        }
        assertThat(refused).isBetween(1000, 19_999);
    }

    @Tag("fuzz")
    @FuzzTest(maxDuration = "60m")
    void body(byte[] data) throws IOException {
        int jsonLength = data.length < 2 ? -1 : ((data[0] & 0xFF) << Byte.SIZE) | (data[1] & 0xFF);
        read(data.length < 2 ? data : Arrays.copyOfRange(data, 2, data.length), jsonLength);
        read(data, -1);
    }
}
