package io.pepper.onnx.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadLimits;
import io.pepper.onnx.internal.proto.ModelProto;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are, the answer is a skeleton that can be written, or a refusal. */
class HostileModelTest {
    private static final ReadLimits LIMITS = PayloadBytes.limits(1 << 20, 100_000, 100);

    private static boolean isRead(byte[] bytes, String what) throws IOException {
        Skeleton skeleton;
        try {
            skeleton = PayloadScanner.scan(new ArraySource("hostile", bytes), LIMITS);
        } catch (MalformedModelException refused) {
            assertThat(refused).hasMessageStartingWith("hostile: ");
            return false;
        } catch (IOException | RuntimeException | Error wrong) {
            return fail(what, wrong);
        }
        assertSame(bytes, PayloadBytes.write(skeleton.model(), skeleton.payloads()), what);
        return true;
    }

    /** Protobuf may refuse what is in a payload, which nobody looked at; but must not read anything else in it. */
    private static void assertSame(byte[] bytes, byte[] written, String what) throws IOException {
        ModelProto expected;
        try {
            expected = ModelProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException refused) {
            assertThatThrownBy(() -> ModelProto.parseFrom(written)).as(what).isInstanceOf(refused.getClass());
            return;
        }
        assertThat(ModelProto.parseFrom(written).equals(expected)).as(what).isTrue();
    }

    @Test
    void everyTruncationIsReadOrRefused() throws IOException {
        byte[] whole = RoundTripTest.everywhere().toByteArray();
        byte[] small = new RandomMessages(3).model().toByteArray();
        int read = 0;
        for (int length = 0; length < small.length; length++) {
            read += isRead(Arrays.copyOf(small, length), "first " + length) ? 1 : 0;
        }
        assertThat(read).isBetween(1, small.length / 2);
        for (int length = 0; length < whole.length; length += 1 + whole.length / 2000) {
            isRead(Arrays.copyOf(whole, length), "first " + length);
        }
    }

    private static int mutate(byte[] model, int cases, int range) throws IOException {
        int read = 0;
        for (int seed = 0; seed < cases; seed++) {
            Random random = new Random(seed);
            byte[] bytes = model.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(range)] = (byte) random.nextInt();
            }
            read += isRead(bytes, "seed " + seed) ? 1 : 0;
        }
        return read;
    }

    @Test
    void everyMutationIsReadOrRefused() throws IOException {
        byte[] small = new RandomMessages(3).model().toByteArray();
        assertThat(mutate(small, 6000, small.length)).isBetween(100, 5900);
        byte[] dense = WireBytes.of(model -> model.message(
                7,
                graph -> graph.message(1, node -> node.content(3, new byte[] {'n'})
                        .message(
                                5,
                                attribute -> attribute.message(
                                        5, tensor -> tensor.number(1, 300).content(9, new byte[1030]))))));
        assertThat(mutate(dense, 4000, 30)).isBetween(100, 3900);
    }

    @Test
    void everyMutationOfARealModelIsReadOrRefused() throws IOException {
        try (var stream = HostileModelTest.class.getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            byte[] model = stream.readAllBytes();
            mutate(model, 300, model.length);
            mutate(model, 100, 2000);
        }
    }

    @Test
    void bytesWithoutSenseAreReadOrRefused() throws IOException {
        for (int seed = 0; seed < 5000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            isRead(bytes, "seed " + seed);
        }
    }
}
