package io.pepper.session.internal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.session.Deployed;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The version of ONNX Runtime in use gives the memory of tensors without a copy. */
class TensorMemoryTest {
    @Test
    void anOutputIsReadWhereOnnxRuntimePutIt() throws Exception {
        TestModel model = Topologies.get("inception");
        Map<String, OnnxTensor> inputs = Deployed.inputs(model, 1);
        try (OrtSession session = Deployed.whole(model);
                OrtSession.Result result = session.run(inputs)) {
            OnnxTensor output = (OnnxTensor) result.get(0);
            ByteBuffer memory = TensorMemory.of(output).orElseThrow();
            assertThat(memory.isDirect()).isTrue();
            assertThat(memory).isEqualTo(output.getByteBuffer());
            assertThat(TensorMemory.owner(output)).isEmpty();
        }
        Deployed.close(inputs);
    }

    @Test
    void aTensorFromADirectBufferRefersToItWhateverItsType() throws Exception {
        FloatBuffer floats = ByteBuffer.allocateDirect(12)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .put(new float[] {1, 2, 3})
                .flip();
        try (OnnxTensor tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), floats, new long[] {3})) {
            ByteBuffer memory = TensorMemory.of(tensor).orElseThrow();
            floats.put(1, 9);
            assertThat(memory.getFloat(4)).isEqualTo(9);
            assertThat(TensorMemory.owner(tensor)).isPresent();
        }
    }

    @Test
    void aTensorWithoutElementsHasNoMemory() throws Exception {
        try (OnnxTensor tensor =
                OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.allocate(0), new long[] {0})) {
            assertThat(TensorMemory.of(tensor)).isEmpty();
        }
    }
}
