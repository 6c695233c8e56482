package io.pepper.onnx.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.pepper.onnx.internal.proto.TensorProto;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PayloadTableTest {
    @Test
    void attachTakesThePlaceOfAllElements() throws IOException {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .addFloatData(1)
                .addStringData(ByteString.EMPTY)
                .setName("t");
        PayloadTable.Builder payloads = new PayloadTable.Builder();
        var first = new Payload(new ArraySource("a", new byte[] {1, 2, 3}), 0, 3, Payload.Form.RAW);
        var second = new Payload(new ArraySource("b", new byte[] {4, 5, 6}), 1, 2, Payload.Form.RAW);
        PayloadTable.attach(tensor, payloads.add(first));
        PayloadTable.attach(tensor, payloads.add(second));
        PayloadTable table = payloads.build();
        assertThat(table.of(tensor.build())).containsExactly(second);
        assertThat(table.bytes(tensor.build())).isEqualTo(2);
        TensorProto written = TensorProto.parseFrom(PayloadBytes.write(tensor.build(), table));
        assertThat(written)
                .isEqualTo(TensorProto.newBuilder()
                        .setName("t")
                        .setRawData(ByteString.copyFrom(new byte[] {5, 6}))
                        .build());
        assertThat(table.of(TensorProto.getDefaultInstance())).isEmpty();
    }
}
