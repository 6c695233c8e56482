package io.pepper.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.PartitionManifest;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.TestModel;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The repository has the layout and the fields of Triton's documentation; no Triton runs in the tests. */
class TritonRepositoryTest {
    @TempDir
    Path directory;

    private PartitionManifest chain() throws IOException {
        ModelProto proto = ModelBuilder.model("m")
                .input("x", DataType.FLOAT, "n", 3)
                .let("a \"b\"", "Relu", "x")
                .let("y", "Neg", "a \"b\"")
                .output("y", DataType.FLOAT, "n", 3)
                .build();
        return Served.everyCut(new TestModel("m", proto, List.of()), directory);
    }

    @Test
    void aChainBecomesAModelForEachPartAndAnEnsemble() throws IOException {
        PartitionManifest manifest = chain();
        Path target = directory.resolve("repository");
        assertThat(TritonRepository.write(directory, "m", target, Map.of())).containsExactly("m-1", "m-2", "m");
        assertThat(target.resolve("m-2/1/model.onnx"))
                .hasSameBinaryContentAs(
                        directory.resolve(manifest.parts().get(1).file()));
        assertThat(target.resolve("m/1")).isEmptyDirectory();
        assertThat(Files.readString(target.resolve("m-1/config.pbtxt")))
                .isEqualTo(
                        """
                        name: "m-1"
                        backend: "onnxruntime"
                        max_batch_size: 0
                        input {
                          name: "x"
                          data_type: TYPE_FP32
                          dims: [ -1, 3 ]
                        }
                        output {
                          name: "a \\042b\\042"
                          data_type: TYPE_FP32
                          dims: [ -1, 3 ]
                        }
                        """);
        assertThat(Files.readString(target.resolve("m/config.pbtxt")))
                .startsWith("name: \"m\"\nplatform: \"ensemble\"\nmax_batch_size: 0\n")
                .endsWith(
                        """
                        ensemble_scheduling {
                          step {
                            model_name: "m-1"
                            model_version: -1
                            input_map {
                              key: "x"
                              value: "x"
                            }
                            output_map {
                              key: "a \\042b\\042"
                              value: "a \\042b\\042"
                            }
                          }
                          step {
                            model_name: "m-2"
                            model_version: -1
                            input_map {
                              key: "a \\042b\\042"
                              value: "a \\042b\\042"
                            }
                            output_map {
                              key: "y"
                              value: "y"
                            }
                          }
                        }
                        """);
    }

    @Test
    void aModelThatIsThereStays() throws IOException {
        chain();
        Path target = directory.resolve("repository");
        Path kept = Files.createDirectories(target.resolve("m-2")).resolve("kept");
        Files.writeString(kept, "kept");
        assertThatThrownBy(() -> TritonRepository.write(directory, "m", target, Map.of()))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("m-2");
        assertThat(kept).hasContent("kept");
        assertThat(target.resolve("m-1")).doesNotExist();
    }

    @Test
    void aNameWithOtherCharactersIsRefused() throws IOException {
        chain();
        for (String name : List.of("", "..", "a/b", "a b", "ä")) {
            assertThatThrownBy(() -> TritonRepository.write(directory, name, directory.resolve("r"), Map.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
