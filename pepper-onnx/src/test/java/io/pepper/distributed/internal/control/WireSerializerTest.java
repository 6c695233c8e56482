package io.pepper.distributed.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.pepper.distributed.internal.proto.Chunk;
import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.Refusal;
import java.io.NotSerializableException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireSerializerTest {
    private final WireSerializer serializer = new WireSerializer();

    private static Wire refusal() {
        return new Wire(Envelope.newBuilder()
                .setWire(Wire.VERSION)
                .setRefusal(Refusal.newBuilder().setReason("the name pi4 is taken"))
                .build());
    }

    private static Wire chunk(int bytes) {
        return new Wire(Envelope.newBuilder()
                .setChunk(Chunk.newBuilder().setContent(ByteString.copyFrom(new byte[bytes])))
                .build());
    }

    @Test
    void aMessageIsReadAsItWasWritten() throws Exception {
        byte[] bytes = serializer.toBinary(refusal());
        assertThat(serializer.fromBinary(bytes, serializer.manifest(refusal()))).isEqualTo(refusal());
    }

    @Test
    void aMessageOverTheLimitIsNeitherWrittenNorRead() {
        Wire large = chunk(WireSerializer.MAX_BYTES);
        assertThatThrownBy(() -> serializer.toBinary(large))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the limit is 1048576");
        assertThatThrownBy(() -> serializer.fromBinary(large.envelope().toByteArray(), "envelope"))
                .isInstanceOf(NotSerializableException.class)
                .hasMessageContaining("up to 1048576 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "java.util.HashMap", "envelope2"})
    void anotherManifestIsRefused(String manifest) {
        byte[] bytes = serializer.toBinary(refusal());
        assertThatThrownBy(() -> serializer.fromBinary(bytes, manifest)).isInstanceOf(NotSerializableException.class);
    }

    @Test
    void damagedBytesAreReadOrRefusedButDoNothingElse() {
        byte[] bytes = serializer.toBinary(refusal());
        Random random = new Random(7);
        int refused = 0;
        for (int round = 0; round < 5_000; round++) {
            byte[] damaged = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            for (int i = 0; i < Math.min(damaged.length, 3); i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(serializer.fromBinary(damaged, "envelope")).isInstanceOf(Wire.class);
            } catch (NotSerializableException expected) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
