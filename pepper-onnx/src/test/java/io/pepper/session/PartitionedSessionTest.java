package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.export.PartitionManifest;
import io.pepper.model.MalformedModelException;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.partition.Partition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionedSessionTest {
    private static final long SEED = 7;

    /** Runs of the leak test: -Dpepper.leak.runs=100000 for the long one. */
    private static final int LEAK_RUNS = Integer.getInteger("pepper.leak.runs", 10_000);

    @TempDir
    Path directory;

    static List<TestModel> models() {
        return Topologies.all();
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyPartitionAnswersAsTheWhole(TestModel test) throws Exception {
        try (OnnxModel model = OnnxModel.load(test.bytes(), test.name());
                OrtSession whole = Deployed.whole(test)) {
            List<Partition> partitions = Deployed.partitions(model);
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, SEED);
            Map<String, Object> expected = Deployed.answers(whole, inputs);
            for (int i = 0; i < partitions.size(); i++) {
                Path parts = directory.resolve("p" + i);
                PartitionManifest manifest = Deployed.export(model, partitions.get(i), parts);
                check(test, parts, manifest, inputs, expected);
            }
            Deployed.close(inputs);
        }
    }

    /** Two kinds of models cannot be the same: names that cannot be passed are refused, and float16 is rounded at a cut. */
    private static void check(
            TestModel test,
            Path parts,
            PartitionManifest manifest,
            Map<String, OnnxTensor> inputs,
            Map<String, Object> expected)
            throws Exception {
        List<io.pepper.model.TensorInfo> crossing =
                manifest.cuts().stream().flatMap(List::stream).toList();
        if (crossing.stream().anyMatch(tensor -> tensor.name().codePoints().anyMatch(c -> c > Character.MAX_VALUE))) {
            assertThatThrownBy(() -> PartitionedSession.open(parts, Deployed.EXACT))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("beyond U+FFFF");
            return;
        }
        try (PartitionedSession session = PartitionedSession.open(parts, Deployed.EXACT)) {
            for (int again = 0; again < 2; again++) {
                Map<String, Object> found = Deployed.answers(session.run(inputs));
                assertThat(found.keySet()).isEqualTo(expected.keySet());
                if (crossing.stream().noneMatch(tensor -> tensor.type().equals(java.util.Optional.of("float16")))) {
                    assertThat(found).as("%s: %s", test.name(), manifest).isEqualTo(expected);
                }
            }
            assertThat(session.metrics()).hasSize(manifest.parts().size()).allMatch(stage -> stage.calls() == 2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/models/ch_PP-OCRv3_det_infer.onnx",
                "/models/ch_PP-OCRv3_rec_infer.onnx",
                "/models/ch_PP-OCRv4_det_infer.onnx",
                "/models/ch_PP-OCRv4_rec_infer.onnx",
                "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
                "/all-minilm-l6-v2-q.onnx"
            })
    void everyPartitionOfRealModelsAnswersAsTheWholeAloneAndAsAPipeline(String resource) throws Exception {
        byte[] bytes = Deployed.resource(resource);
        try (OnnxModel model = OnnxModel.load(bytes, "real");
                OrtSession whole = Deployed.whole("real", bytes)) {
            Map<String, OnnxTensor> inputs = Deployed.inputs(whole, RealShapes.of(resource, whole), SEED);
            Map<String, Object> expected = Deployed.answers(whole, inputs);
            List<Partition> partitions = Deployed.partitions(model);
            for (int i = 0; i < partitions.size(); i++) {
                Path parts = directory.resolve("p" + i);
                Deployed.export(model, partitions.get(i), parts);
                try (PartitionedSession session = PartitionedSession.open(parts, Deployed.EXACT)) {
                    assertThat(Deployed.answers(session.run(inputs))).isEqualTo(expected);
                }
                try (PipelineSession pipeline =
                        PipelineSession.open(parts, PipelineOptions.DEFAULTS.withRuntime(Deployed.EXACT))) {
                    for (int again = 0; again < 3; again++) {
                        assertThat(Deployed.answers(pipeline.run(inputs))).isEqualTo(expected);
                    }
                }
            }
            Deployed.close(inputs);
        }
    }

    @Test
    void manyThreadsGetTheirOwnAnswers() throws Exception {
        TestModel test = Topologies.get("residual");
        Deployed.everyCut(test, directory);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (OrtSession whole = Deployed.whole(test);
                PartitionedSession session = PartitionedSession.open(directory, Deployed.EXACT)) {
            List<Future<Boolean>> done = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                int seed = thread;
                Callable<Boolean> work = () -> {
                    Map<String, OnnxTensor> inputs = Deployed.inputs(test, seed);
                    Map<String, Object> expected = Deployed.answers(whole, inputs);
                    for (int run = 0; run < 50; run++) {
                        assertThat(Deployed.answers(session.run(inputs))).isEqualTo(expected);
                    }
                    Deployed.close(inputs);
                    return true;
                };
                done.add(threads.submit(work));
            }
            for (Future<Boolean> each : done) {
                assertThat(each.get()).isTrue();
            }
            assertThat(session.metrics()).allMatch(stage -> stage.calls() == 400 && stage.failures() == 0);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void refusesFilesByNameAndField() throws IOException {
        PartitionManifest manifest = Deployed.everyCut(Topologies.get("residual"), directory);
        Path second = directory.resolve(manifest.parts().get(1).file());
        byte[] good = Files.readAllBytes(second);
        byte[] bad = good.clone();
        bad[bad.length / 2] ^= 1;
        Files.write(second, bad);
        assertRefused(second.toString(), "parts[1].sha256");
        Files.write(second, java.util.Arrays.copyOf(good, good.length - 1));
        assertRefused(second.toString(), "parts[1].bytes");
        Files.delete(second);
        assertThatThrownBy(() -> PartitionedSession.open(directory))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(second.toString())
                .hasMessageContaining("parts[1].file");
        Files.write(second, good);
        PartitionedSession.open(directory).close();
    }

    private void assertRefused(String... words) {
        assertThatThrownBy(() -> PartitionedSession.open(directory))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void refusesPartsThatDoNotFitTogether() throws IOException {
        PartitionManifest manifest = Deployed.everyCut(Topologies.get("residual"), directory);
        Path file = directory.resolve(PartitionManifest.FILE_NAME);
        String text = Files.readString(file);
        String crossing = manifest.cuts().get(0).get(0).name();
        Files.writeString(file, text.replace("\"name\" : \"" + crossing + "\"", "\"name\" : \"other\""));
        assertRefused("partition.json", "parts[0].outputs", "other");
    }

    @Test
    void saysWhichInputIsMissing() throws IOException {
        Deployed.everyCut(Topologies.get("residual"), directory);
        try (PartitionedSession session = PartitionedSession.open(directory)) {
            assertThatThrownBy(() -> session.run(Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("residual")
                    .hasMessageContaining("input x is missing");
        }
    }

    @Test
    void refusesRequestsWhenClosedAndClosesAgain() throws IOException, OrtException {
        TestModel test = Topologies.get("residual");
        Deployed.everyCut(test, directory);
        PartitionedSession session = PartitionedSession.open(directory);
        session.close();
        session.close();
        Map<String, OnnxTensor> inputs = Deployed.inputs(test, SEED);
        assertThatThrownBy(() -> session.run(inputs))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        Deployed.close(inputs);
    }

    @Test
    void anInterruptedRunEndsAndTheNextWorks() throws Exception {
        TestModel test = Topologies.get("residual");
        Deployed.everyCut(test, directory);
        try (PartitionedSession session = PartitionedSession.open(directory)) {
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, SEED);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> session.run(inputs)).isInstanceOf(java.io.InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            session.run(inputs).close();
            Deployed.close(inputs);
        }
    }

    /** ONNX Runtime's own files of external data, and a part given by hand: the options reach the session. */
    @Test
    void takesOptionsForSingleParts() throws Exception {
        TestModel test = Topologies.get("residual");
        PartitionManifest manifest = Deployed.everyCut(test, directory);
        SessionOptions options = SessionOptions.DEFAULTS
                .withStages(StageOptions.DEFAULTS
                        .withThreads(2)
                        .withArena(false)
                        .withMemoryPattern(false)
                        .withCores(List.of(0))
                        .withOptimization(OptimizationLevel.BASIC))
                .withStage(1, StageOptions.DEFAULTS.withProvider("NoSuch"));
        assertThatThrownBy(() -> PartitionedSession.open(directory, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no execution provider 'NoSuch'; the names are");
        try (PartitionedSession session =
                PartitionedSession.open(directory, options.withStage(1, StageOptions.DEFAULTS.withSpinning(true)))) {
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, SEED);
            session.run(inputs).close();
            assertThat(session.metrics()).hasSameSizeAs(manifest.parts());
            Deployed.close(inputs);
        }
        SessionOptions shared = SessionOptions.DEFAULTS.withStages(StageOptions.DEFAULTS.withSharedPool(true));
        assertThatThrownBy(() -> PartitionedSession.open(directory, shared))
                .as("the environment of this process has no threads to share")
                .isInstanceOf(IOException.class)
                .hasMessageContaining(manifest.parts().get(0).file());
    }

    /** Opening half of the parts, answering, failing and closing again and again takes no more memory than doing it a few times. */
    @Test
    void nothingLeaks() throws Exception {
        TestModel test = Topologies.weights(4 << 20);
        PartitionManifest manifest = Deployed.parts(test, 4, directory.resolve("good"));
        Path broken = directory.resolve("broken");
        Deployed.parts(test, 4, broken);
        Files.copy(
                broken.resolve(manifest.parts().get(0).file()),
                broken.resolve(manifest.parts().get(3).file()),
                StandardCopyOption.REPLACE_EXISTING);
        try (PartitionedSession session = PartitionedSession.open(directory.resolve("good"), Deployed.EXACT)) {
            long warm = 0;
            for (int run = 0; run <= LEAK_RUNS; run++) {
                Map<String, OnnxTensor> inputs = Deployed.inputs(test, run);
                session.run(inputs).close();
                if (run % 2 == 0) {
                    Deployed.close(inputs);
                } else {
                    session.submit(inputs).get().close();
                }
                if (run % 100 == 0) {
                    assertThatThrownBy(() -> PartitionedSession.open(broken)).isInstanceOf(IOException.class);
                    PartitionedSession.open(directory.resolve("good")).close();
                }
                if (run == LEAK_RUNS / 2) {
                    warm = Deployed.nativeBytes();
                }
            }
            long grown = Deployed.nativeBytes() - warm;
            // A tensor of each run alone would be 40 MB in 5,000 runs; allocators come and go by some 15.
            assertThat(grown).as("bytes more after twice as many runs").isLessThan(30L << 20);
        }
    }
}
