package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT16;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pepper.export.SplitVerifier;
import io.pepper.export.VerificationOptions;
import io.pepper.model.InputShapes;
import io.pepper.model.ProgressListener;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import io.pepper.onnx.testmodels.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that runs on no inputs: what is said of its inputs, and that sizes are asked for only where these may help. */
class InputAdviceTest {
    private static final String SIZES = "give the size of";

    @TempDir
    Path directory;

    private static ModelProto plain(DataType type, Object... shape) {
        return model("plain")
                .input("x", type, shape)
                .let("a", "Relu", "x")
                .let("y", "Relu", "a")
                .output("y", type, shape)
                .build();
    }

    private String refusal(ModelProto proto, VerificationOptions options) throws IOException {
        try (OnnxModel model = OnnxModel.load(proto.toByteArray(), "advice")) {
            HostileModels.split(model, directory);
            UnsupportedModelException refused = catchThrowableOfType(
                    UnsupportedModelException.class,
                    () -> SplitVerifier.verify(model, directory, options, ProgressListener.NONE));
            return String.valueOf(refused.getMessage());
        }
    }

    private String refusal(ModelProto proto) throws IOException {
        return refusal(proto, VerificationOptions.DEFAULTS);
    }

    @Test
    void fixedSizesThatAreTooLargeAreSaidInElementsAndBytes() throws IOException {
        assertThat(refusal(plain(FLOAT, 65_536, 65_536)))
                .contains("input 'x' would have 4294967296 elements, 17179869184 bytes (shape [65536, 65536])")
                .contains("its fixed sizes alone are too many")
                .doesNotContain("--dim");
        assertThat(refusal(plain(FLOAT16, "N", 1 << 28)))
                .contains("input 'x' would have 268435456 elements, 536870912 bytes (shape [1, 268435456])")
                .contains("its fixed sizes alone are too many")
                .doesNotContain("--dim");
    }

    @Test
    void sizesOfTheCallerThatAreTooLargeAreNamed() throws IOException {
        VerificationOptions huge =
                VerificationOptions.DEFAULTS.withSizes(InputShapes.NONE.withDimension("N", 1_000_000_000_000L));
        assertThat(refusal(plain(FLOAT, "N", 4), huge))
                .contains("input 'x' would have 4000000000000 elements, 16000000000000 bytes")
                .contains("give a smaller size of [N]");
    }

    @Test
    void sizesThatMakeNoDifferenceAreNotAskedFor() throws IOException {
        assertThat(refusal(model("grouped")
                        .input("x", FLOAT, "N", 3, 8, 8)
                        .let("a", "Relu", "x")
                        .weight("w", 2, 3, 3, 3)
                        .add(node("Conv").in("a", "w").out("y").with("group", 0))
                        .output("y", FLOAT, "N", 2, 6, 6)
                        .build()))
                .contains("found no inputs on which the model runs", "group: 0", "--input NAME=FILE")
                .doesNotContain(SIZES);
    }

    @Test
    void openSizesThatMatterAreAskedFor() throws IOException {
        assertThat(refusal(model("reshaped")
                        .input("x", FLOAT, "N", 4)
                        .let("a", "Relu", "x")
                        .initializer(Tensors.vector("shape", 7L, 11L, 13L))
                        .let("y", "Reshape", "a", "shape")
                        .output("y", FLOAT, 7, 11, 13)
                        .build()))
                .contains(SIZES + " [N]", "ONNX Runtime's last message");
    }
}
