package io.pepper.generation;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.pepper.onnx.testmodels.Tensors;
import java.lang.management.ManagementFactory;
import java.util.Map;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class CacheTensorTest {
    private static final int TOKENS = 500;
    private static final int VOCABULARY = 4000;

    /** The logits of a long prompt may be larger than the heap, and only those of the last token are wanted. */
    @Test
    void theLastRowIsCopiedWithoutTheOthers() throws Exception {
        byte[] bytes = model("rows")
                .input("rows", FLOAT, 1, TOKENS, 1)
                .initializer(Tensors.vector("wide", 1, 1, VOCABULARY))
                .let("logits", "Expand", "rows", "wide")
                .output("logits", FLOAT, 1, TOKENS, VOCABULARY)
                .build()
                .toByteArray();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        float[][][] rows = new float[1][TOKENS][1];
        rows[0][TOKENS - 1][0] = 7;
        try (OrtSession session = environment.createSession(bytes);
                OnnxTensor given = OnnxTensor.createTensor(environment, rows);
                OrtSession.Result results = session.run(Map.of("rows", given))) {
            OnnxTensor logits = (OnnxTensor) results.get(0);
            CacheTensor.last(logits, 1).close(); // Classes are loaded.
            long before = allocatedBytes();
            try (OnnxTensor last = CacheTensor.last(logits, 1)) {
                assertThat(allocatedBytes() - before)
                        .as("bytes of the heap")
                        .isLessThan(TOKENS * VOCABULARY * Float.BYTES / 10);
                assertThat(last.getInfo().getShape()).containsExactly(1, 1, VOCABULARY);
                assertThat(last.getFloatBuffer().get(VOCABULARY - 1)).isEqualTo(7);
            }
        }
    }

    /** Returns the bytes of the heap that this thread has taken so far. */
    private static long allocatedBytes() throws JMException {
        return (long) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                        "getThreadAllocatedBytes",
                        new Object[] {Thread.currentThread().getId()},
                        new String[] {"long"});
    }
}
