package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import io.pepper.measure.ModelTimer;
import io.pepper.measure.TimingOptions;
import io.pepper.model.InputShapes;
import io.pepper.model.InputValues;
import io.pepper.model.Isolation;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.OnnxModel;
import io.pepper.session.TensorFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pieces of a real model on the values that they have when the model runs on a given image. */
class GivenInputsTest {
    private static final InputShapes SIZES = InputShapes.NONE.withInputShape("x", 1, 3, 48, 192);

    @TempDir
    Path directory;

    private Path image = Path.of("");
    private List<ProfileTarget> targets = List.of();

    @BeforeEach
    void cut() throws Exception {
        Path file = directory.resolve("classifier.onnx");
        try (InputStream in =
                GivenInputsTest.class.getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            Files.copy(in, file);
        }
        image = directory.resolve("image.npy");
        float[] pixels = new float[3 * 48 * 192];
        Random random = new Random(3);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat();
        }
        try (OnnxTensor tensor = OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), FloatBuffer.wrap(pixels), new long[] {1, 3, 48, 192})) {
            TensorFiles.write(image, "x", tensor);
        }
        try (OnnxModel model = OnnxModel.load(file)) {
            targets = ProfileTargets.of(model, SIZES, directory.resolve("pieces"), 8, 7, ProgressListener.NONE);
        }
    }

    private static float[] values(Path file) throws IOException {
        try (OnnxTensor tensor = TensorFiles.read(file)) {
            InputValues read = TensorFiles.values(tensor);
            FloatBuffer numbers = (FloatBuffer) read.numbers().orElseThrow();
            float[] copy = new float[numbers.remaining()];
            numbers.get(copy);
            return copy;
        }
    }

    private Map<String, Path> tensors(ProfileTarget target, TimingOptions options) throws IOException {
        return ModelTimer.tensors(
                target.file(),
                options.withSizes(target.sizes()).withInputs(target.inputs()),
                directory.resolve("tensors of " + target.piece()));
    }

    private void assertPiecesComputeWhatTheWholeComputes(TimingOptions options, List<ProfileTarget> some)
            throws IOException {
        ProfileTarget whole = targets.get(0).withInputs(Map.of("x", image), options);
        Map<String, Path> expected = tensors(whole, options);
        String output = List.copyOf(expected.keySet()).get(expected.size() - 1);
        int deep = 0;
        for (ProfileTarget target : some) {
            ProfileTarget given = target.withInputs(Map.of("x", image), options);
            assertThat(given.inputs().keySet())
                    .isEqualTo(target.sizes().shapes().keySet());
            Path made = tensors(given, options).get(output);
            if (made != null && target.before().isPresent()) {
                assertThat(values(made)).containsExactly(values(expected.get(output)), within(1e-4f));
                deep++;
            }
        }
        assertThat(deep).as("pieces at the end of the model").isPositive();
    }

    @Test
    void piecesDeepInTheModelGetWhatIsComputedBeforeThem() throws IOException {
        assertThat(targets).extracting(ProfileTarget::before).anyMatch(before -> before.isPresent());
        assertPiecesComputeWhatTheWholeComputes(TimingOptions.DEFAULTS, targets.subList(1, targets.size()));
    }

    @Test
    void soDoPiecesInChildProcesses() throws IOException {
        List<ProfileTarget> deep = targets.stream()
                .filter(target -> target.before().isPresent() && target.piece().endsWith(last()))
                .limit(1)
                .toList();
        assertPiecesComputeWhatTheWholeComputes(TimingOptions.DEFAULTS.withIsolation(Isolation.DEFAULTS), deep);
    }

    /** Returns the number after the last cut, with which the name of a piece at the end of the model ends. */
    private String last() {
        return targets.stream()
                .map(ProfileTarget::piece)
                .filter(piece -> piece.startsWith("cuts-"))
                .map(piece -> piece.substring(piece.lastIndexOf('-')))
                .max(Comparator.comparingInt(end -> Integer.parseInt(end.substring(1))))
                .orElseThrow();
    }

    @Test
    void inputsThatTheModelDoesNotHaveAndFilesThatAreMissingAreRefusedByName() throws IOException {
        ProfileTarget whole = targets.get(0);
        TimingOptions options = TimingOptions.DEFAULTS.withSizes(SIZES);
        assertThatThrownBy(() -> ModelTimer.open(whole.file(), options.withInputs(Map.of("y", image))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no input y");
        Path missing = directory.resolve("missing.npy");
        assertThatThrownBy(() -> ModelTimer.open(whole.file(), options.withInputs(Map.of("x", missing))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing.npy");
    }
}
