package io.pepper.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class SmallModelTest {
    static byte[] bytes(SmallModel model) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        model.write(out);
        return out.toByteArray();
    }

    private static long allocatedBytes() throws JMException {
        Object[] thread = {Thread.currentThread().getId()};
        return (long) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                        "getThreadAllocatedBytes",
                        thread,
                        new String[] {"long"});
    }

    @Test
    void aWrittenModelHasItsWeights() throws IOException {
        SmallModel small = new SmallModel("weights", 1, 5_000);
        small.then("MatMul", "x", small.weight(5_000, 7)).then("Mul", small.last(), small.scalar(2));
        byte[] bytes = bytes(small);
        ModelProto model = ModelProto.parseFrom(bytes);
        assertThat(model.getSerializedSize()).isEqualTo(bytes.length);
        assertThat(model.getGraph().getNodeCount()).isEqualTo(2);
        assertThat(model.getGraph().getOutput(0).getName()).isEqualTo(small.last());
        assertThat(model.getGraph().getInitializerList()).hasSize(2).anySatisfy(weight -> {
            assertThat(weight.getDimsList()).containsExactly(5_000L, 7L);
            assertThat(weight.getDataType()).isEqualTo(TensorProto.DataType.FLOAT.getNumber());
            FloatBuffer values = weight.getRawData()
                    .asReadOnlyByteBuffer()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            assertThat(values.remaining()).isEqualTo(35_000);
            float[] all = new float[35_000];
            values.get(all);
            assertThat(all).doesNotContain(Float.NaN);
            assertThat(all[34_999]).isNotZero();
        });
        assertThat(bytes(small)).isEqualTo(bytes);
    }

    /** A node measures with a heap of 96 MB, and a weight may be larger. */
    @Test
    void writingTakesLittleMemory() throws IOException, JMException {
        SmallModel small = new SmallModel("large", 1, 1 << 12);
        small.then("MatMul", "x", small.weight(1 << 12, 1 << 12));
        small.write(OutputStream.nullOutputStream());
        long before = allocatedBytes();
        small.write(OutputStream.nullOutputStream());
        assertThat(allocatedBytes() - before).isLessThan(1 << 20);
    }
}
