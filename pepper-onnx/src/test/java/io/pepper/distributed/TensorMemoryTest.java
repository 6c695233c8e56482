package io.pepper.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import io.pepper.export.WeightStorage;
import io.pepper.model.ProgressListener;
import io.pepper.session.RunOutputs;
import io.pepper.session.StageException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limit of the tensors that a node holds. */
class TensorMemoryTest {
    private static final long[] SHAPE = {1, 3, 48, 192};
    private static final int ELEMENTS = 3 * 48 * 192;
    private static final long LARGE = 1L << 26;

    @TempDir
    private Path directory;

    private ClusterNodeOptions options(String name) {
        return ClusterNodeOptions.of(name, directory.resolve("store-" + name));
    }

    private static RunOutputs run(ClusterNode seed, Path parts) throws Exception {
        try (ClusterClient client = ClusterClient.join(ClusterClientOptions.of(List.of(seed.address())));
                OnnxTensor input = OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(), FloatBuffer.wrap(new float[ELEMENTS]), SHAPE)) {
            client.deploy("cls", parts, 0, ProgressListener.NONE);
            try (ClusterSession session = ClusterSession.open(client, "cls", ClusterSessionOptions.DEFAULTS)) {
                return session.run(Map.of("x", input));
            }
        }
    }

    @Test
    void aRequestBeyondTheLimitNamesTheNodeAndTheOption() throws Exception {
        Path parts = ClusterParts.write(directory.resolve("parts"), WeightStorage.INLINE, 4, "small", "large");
        try (ClusterNode small = ClusterNode.start(options("small").withTensorMemory(Float.BYTES * ELEMENTS - 1));
                ClusterNode large = ClusterNode.start(
                        options("large").withSeeds(List.of(small.address())).withTensorMemory(LARGE))) {
            assertThat(large.name()).isEqualTo("large");
            assertThatThrownBy(() -> run(small, parts))
                    .isInstanceOf(StageException.class)
                    .hasMessageStartingWith("small: holds 0 bytes of tensors, and may hold "
                            + (Float.BYTES * ELEMENTS - 1) + "; submit fewer requests at once, or raise the node's"
                            + " limit (--tensor-memory)");
        }
        try (ClusterNode small = ClusterNode.start(options("small").withTensorMemory(LARGE));
                ClusterNode large = ClusterNode.start(options("large").withSeeds(List.of(small.address())));
                RunOutputs outputs = run(small, parts)) {
            assertThat(large.name()).isEqualTo("large");
            assertThat(outputs.values()).isNotEmpty();
        }
    }

    @Test
    void aLimitBeyondTheDirectBuffersOfTheJvmIsRefusedAtOnce() {
        assertThatThrownBy(() -> ClusterNode.start(options("a").withTensorMemory(1L << 50)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("direct buffers of " + ((1L << 50) + (1L << 48)) + " bytes")
                .hasMessageContaining("-XX:MaxDirectMemorySize=");
    }

    @Test
    void aLimitBelowOneIsOutOfRange() {
        assertThatThrownBy(() -> options("a").withTensorMemory(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tensorMemory 0");
    }
}
