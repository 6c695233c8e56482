package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pepper.distributed.internal.proto.FlowHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Tag;

/** Whatever bytes arrive, frames are read from them, or they are refused with an {@link IOException}. */
@Tag("fuzz")
class FramesFuzzTest {
    private static final FrameLimits SMALL = new FrameLimits(1 << 12, 8, 8, 1 << 16);

    @FuzzTest(maxDuration = "60m")
    void frames(byte[] data) throws IOException {
        Frames.Collector collector = new Frames.Collector();
        FrameDecoder decoder = new FrameDecoder(SMALL, collector);
        try {
            decoder.feed(ByteBuffer.wrap(data, 0, data.length / 2));
            decoder.feed(ByteBuffer.wrap(data, data.length / 2, data.length - data.length / 2));
        } catch (FrameException refused) {
            assertThat(refused).hasMessageMatching("(?s).+");
        }
        for (int i = 0; i < collector.headers.size(); i++) {
            FlowHeader header = collector.headers.get(i);
            for (int tensor = 0; tensor < header.getTensorsCount(); tensor++) {
                try {
                    OnnxTensor read = WireTensor.read(
                            header.getTensors(tensor), collector.tensors.get(i).get(tensor));
                    read.close();
                } catch (IOException refused) {
                    assertThat(refused).hasMessageContaining("tensor '");
                }
            }
        }
    }
}
