package io.pepper.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import io.pepper.export.PartitionManifest;
import io.pepper.model.OptimizationLevel;
import io.pepper.session.PartitionedSession;
import io.pepper.session.RunOutputs;
import io.pepper.session.SessionOptions;
import io.pepper.session.StageOptions;
import io.pepper.session.TensorFiles;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Inputs and outputs that stand beside a model, as ONNX's own tests have them: {@code input_0.pb}, {@code output_0.pb} and on. */
final class ReferenceOutputs {
    /** As ONNX's own tests of backends compare. */
    private static final double RELATIVE = 1e-3;

    private static final double ABSOLUTE = 1e-7;

    private static final SessionOptions EXACT =
            SessionOptions.DEFAULTS.withStages(StageOptions.DEFAULTS.withOptimization(OptimizationLevel.NONE));

    private final Path data;

    ReferenceOutputs(Path data) {
        this.data = data;
    }

    /** Whether there is a tensor in a file for each input and output. */
    boolean isThere(PartitionManifest manifest) throws IOException {
        return there("input_", manifest.inputs()) && there("output_", manifest.outputs());
    }

    private boolean there(String kind, List<io.pepper.model.TensorInfo> tensors) throws IOException {
        boolean allTensors = tensors.stream()
                .allMatch(tensor ->
                        tensor.type().filter(type -> !type.contains("(")).isPresent());
        try (Stream<Path> files = Files.list(data)) {
            return allTensors
                    && files.filter(file -> file.getFileName().toString().startsWith(kind))
                                    .count()
                            == tensors.size();
        }
    }

    /** In what the parts differ from the outputs in the files; empty if they do not. */
    Optional<String> difference(Path parts, PartitionManifest manifest) throws IOException, OrtException {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        try (PartitionedSession session = PartitionedSession.open(parts, EXACT)) {
            for (int i = 0; i < manifest.inputs().size(); i++) {
                inputs.put(manifest.inputs().get(i).name(), TensorFiles.read(data.resolve("input_" + i + ".pb")));
            }
            try (RunOutputs found = session.run(inputs)) {
                for (int i = 0; i < manifest.outputs().size(); i++) {
                    String name = manifest.outputs().get(i).name();
                    OnnxValue value = found.values().get(name);
                    try (OnnxTensor expected = TensorFiles.read(data.resolve("output_" + i + ".pb"))) {
                        if (!(value instanceof OnnxTensor tensor) || !agree(tensor, expected)) {
                            return Optional.of(name);
                        }
                    }
                }
            }
            return Optional.empty();
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static boolean agree(OnnxTensor found, OnnxTensor expected) throws OrtException {
        TensorInfo one = found.getInfo();
        TensorInfo other = expected.getInfo();
        if (one.onnxType != other.onnxType || !Arrays.equals(one.getShape(), other.getShape())) {
            return false;
        }
        return switch (one.type) {
            case FLOAT, FLOAT16, BFLOAT16 -> agree(found.getFloatBuffer(), expected.getFloatBuffer());
            case DOUBLE -> {
                double[] here = found.getDoubleBuffer().array();
                double[] there = expected.getDoubleBuffer().array();
                boolean all = true;
                for (int i = 0; i < here.length; i++) {
                    all &= agree(here[i], there[i]);
                }
                yield all;
            }
            case STRING -> Objects.deepEquals(new Object[] {found.getValue()}, new Object[] {expected.getValue()});
            default -> found.getByteBuffer().equals(expected.getByteBuffer());
        };
    }

    private static boolean agree(FloatBuffer found, FloatBuffer expected) {
        boolean all = found.remaining() == expected.remaining();
        while (all && found.hasRemaining()) {
            all = agree(found.get(), expected.get());
        }
        return all;
    }

    private static boolean agree(double found, double expected) {
        return Double.compare(found, expected) == 0
                || found == expected
                || Math.abs(found - expected) <= ABSOLUTE + RELATIVE * Math.abs(expected);
    }
}
