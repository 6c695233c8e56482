package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.pepper.measure.OperatorSweep;
import io.pepper.model.InputShapes;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels against the model that ONNX Runtime itself makes of a model, and writes down when it is asked to. */
class RuntimeKernelsTest {
    private static final Set<KernelFamily> CONVOLUTIONS = EnumSet.of(
            KernelFamily.CONVOLUTION,
            KernelFamily.TRANSPOSED_CONVOLUTION,
            KernelFamily.POINTWISE_CONVOLUTION,
            KernelFamily.NARROW_CONVOLUTION,
            KernelFamily.UNFOLDED_CONVOLUTION,
            KernelFamily.DEPTHWISE_CONVOLUTION);

    private static final Set<KernelFamily> POINTWISE = EnumSet.of(
            KernelFamily.ELEMENTWISE,
            KernelFamily.SIGMOID,
            KernelFamily.EXPONENTIAL,
            KernelFamily.ERROR_FUNCTION,
            KernelFamily.TRANSCENDENTAL);

    /** Batch normalisation after a convolution is one, and where another does it, a convolution of single points. */
    private static final Set<String> NORMALIZATIONS = Set.of("BatchNormalization", "Softmax", "ReduceMean");

    @TempDir
    Path directory;

    private static String ours(Kernel kernel) {
        KernelFamily family = kernel.family();
        if (CONVOLUTIONS.contains(family) || family == KernelFamily.NORMALIZATION) {
            return "convolution or normalisation";
        } else if (POINTWISE.contains(family)) {
            return "elementwise";
        }
        return switch (family) {
            case BLOCKING, UNBLOCKING -> family.name();
            case LAYER_NORMALIZATION, SUM_NORMALIZATION -> "layer normalisation";
            case PRODUCT -> "product";
            case TRANSPOSITION -> "transposition";
            case POOLING -> "pooling in blocks";
            case UNBLOCKED_POOLING -> "pooling";
            default -> "other";
        };
    }

    private static String theirs(NodeProto node) {
        String type = node.getOpType();
        if (type.equals("ReorderInput") || type.equals("ReorderOutput")) {
            return type.equals("ReorderInput") ? "BLOCKING" : "UNBLOCKING";
        } else if (type.contains("Conv") || NORMALIZATIONS.contains(type)) {
            return "convolution or normalisation";
        } else if (type.contains("LayerNorm")) {
            return "layer normalisation";
        } else if (type.endsWith("Pool")) {
            return node.getDomain().equals("com.microsoft.nchwc") ? "pooling in blocks" : "pooling";
        }
        return switch (type) {
            case "MatMul", "FusedMatMul", "Gemm", "FusedGemm" -> "product";
            case "Transpose" -> "transposition";
            case "Add",
                    "Mul",
                    "Div",
                    "Sub",
                    "Relu",
                    "LeakyRelu",
                    "Clip",
                    "HardSigmoid",
                    "Sigmoid",
                    "Tanh",
                    "Sqrt",
                    "Exp",
                    "Erf",
                    "Gelu",
                    "BiasGelu",
                    "QuickGelu",
                    "Sin",
                    "Softsign" -> "elementwise";
            default -> "other";
        };
    }

    private Map<String, Long> runtime(Path file) throws IOException, OrtException {
        Path made = directory.resolve("made.onnx");
        try (SessionOptions options = new SessionOptions()) {
            options.setOptimizedModelFilePath(made.toString());
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            OrtEnvironment.getEnvironment()
                    .createSession(file.toString(), options)
                    .close();
        }
        Map<String, Long> counts = new TreeMap<>();
        for (NodeProto node :
                ModelProto.parseFrom(Files.readAllBytes(made)).getGraph().getNodeList()) {
            counts.merge(theirs(node), 1L, Long::sum);
        }
        counts.remove("other");
        return counts;
    }

    private static Map<String, Long> library(Path file, InputShapes sizes) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        try (OnnxModel model = OnnxModel.load(file)) {
            model.costs(model.shapes(sizes))
                    .workload()
                    .kernels()
                    .forEach(kernel -> counts.merge(ours(kernel), kernel.times(), Long::sum));
        }
        counts.remove("other");
        return counts;
    }

    /** Where this machine's vectors are shorter, ONNX Runtime's blocks are too, and other operators work on them. */
    private boolean hasBlocksOfSixteen() throws IOException, OrtException {
        Path probe = OperatorSweep.write(directory, List.of("maxpool-c16-s112")).get(0);
        return runtime(probe).containsKey("BLOCKING");
    }

    @Test
    void kernelsOfTheSweepAreThoseThatTheRuntimeMakes() throws IOException, OrtException {
        boolean comparable = hasBlocksOfSixteen();
        List<String> unlike = new ArrayList<>();
        int compared = 0;
        for (String name : OperatorSweep.names()) {
            Path file = OperatorSweep.write(directory, List.of(name)).get(0);
            Map<String, Long> found = library(file, OperatorSweep.sizes(name));
            if (comparable || !found.containsKey("UNBLOCKING")) {
                Map<String, Long> expected = runtime(file);
                compared++;
                if (!found.equals(expected)) {
                    unlike.add(name + ": " + found + ", ONNX Runtime " + expected);
                }
            }
        }
        assertThat(compared).isGreaterThan(100);
        assertThat(unlike).isEmpty();
    }
}
