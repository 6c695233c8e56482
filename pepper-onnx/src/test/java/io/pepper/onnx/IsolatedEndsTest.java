package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pepper.export.SplitVerifier;
import io.pepper.export.VerificationOptions;
import io.pepper.model.IsolatedRunException;
import io.pepper.model.IsolatedRunException.Reason;
import io.pepper.model.Isolation;
import io.pepper.model.ProgressListener;
import io.pepper.model.ReadOptions;
import io.pepper.onnx.internal.proto.ModelProto;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that run for ever or take too much memory end the child process and not this one. */
class IsolatedEndsTest {
    private static final Isolation ROOMY = Isolation.DEFAULTS.withDeadline(Duration.ofMinutes(10));

    @TempDir
    Path directory;

    private IsolatedRunException verify(ModelProto hostile, Isolation isolation) throws IOException {
        try (OnnxModel model = OnnxModel.load(hostile.toByteArray(), "hostile.onnx")) {
            HostileModels.split(model, directory);
            VerificationOptions options = VerificationOptions.DEFAULTS.withIsolation(isolation);
            return catchThrowableOfType(
                    IsolatedRunException.class,
                    () -> SplitVerifier.verify(model, directory, options, ProgressListener.NONE));
        }
    }

    @Test
    void crashNamesTheModelAndTheSignal() throws IOException {
        IsolatedRunException end = verify(HostileModels.crashing(), ROOMY);
        assertThat(end.reason()).isEqualTo(Reason.CRASHED);
        assertThat(end)
                .hasMessageStartingWith("hostile: isolated run: ONNX Runtime ended with signal 8 (SIGFPE)")
                .hasMessageContaining("libonnxruntime");
        assertThat(end.getMessage()).doesNotContain("\n");
    }

    /** The child of one inference ends; that of the next one starts anew. */
    @Test
    void crashWhileShapesAreInferredIsAnExceptionEachTime() throws IOException {
        ReadOptions options = ReadOptions.DEFAULTS.withIsolation(ROOMY);
        try (OnnxModel model = OnnxModel.load(HostileModels.crashing().toByteArray(), "hostile.onnx", options)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(model::shapes)
                        .isInstanceOf(IsolatedRunException.class)
                        .hasMessageContaining("SIGFPE")
                        .hasMessageContaining("inferring types");
            }
            assertThat(model.cuts().at("a")).as("the structure is known").isPresent();
        }
    }

    @Test
    void endlessLoopEndsAtTheDeadline() throws IOException {
        IsolatedRunException end = verify(HostileModels.endless(), ROOMY.withDeadline(Duration.ofSeconds(5)));
        assertThat(end.reason()).isEqualTo(Reason.DEADLINE);
        assertThat(end).hasMessageContaining("hostile").hasMessageContaining("after 5 s");
    }

    /** More than the limit and less than the machine has: the child is ended when it holds too much. */
    @Test
    void memoryThatGrowsEndsAtTheLimit() throws IOException {
        IsolatedRunException end = verify(HostileModels.large(120_000_000), ROOMY.withMemoryBytes(600L << 20));
        assertThat(end.reason()).isEqualTo(Reason.MEMORY);
        assertThat(end).hasMessageContaining("hostile").hasMessageContaining("600 MiB");
    }

    /** So much that the system does not give it. */
    @Test
    void memoryThatIsRefusedIsSaid() throws IOException {
        IsolatedRunException end = verify(HostileModels.large(1L << 40), ROOMY.withMemoryBytes(600L << 20));
        assertThat(end.reason()).isEqualTo(Reason.MEMORY);
        assertThat(end).hasMessageContaining("hostile");
    }

    @Test
    void interruptEndsTheChildAndKeepsTheFlag() throws Exception {
        try (OnnxModel model = OnnxModel.load(HostileModels.endless().toByteArray(), "hostile.onnx")) {
            HostileModels.split(model, directory);
            VerificationOptions options = VerificationOptions.DEFAULTS.withIsolation(ROOMY);
            Thread here = Thread.currentThread();
            // The child tells that it begins; then it is in the loop, or soon will be.
            ProgressListener interrupts = (task, done, total) -> here.interrupt();
            assertThatThrownBy(() -> SplitVerifier.verify(model, directory, options, interrupts))
                    .isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    /** As with SIGKILL, which leaves a process no time to end its children. */
    @Test
    void deathOfTheParentEndsTheChild() throws Exception {
        Process parent = host(HostileModels.endless());
        try (BufferedReader lines = parent.inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).startsWith("loading");
            List<ProcessHandle> children = parent.descendants().toList();
            assertThat(children).hasSize(1);
            parent.destroyForcibly();
            assertThat(children.get(0).onExit().get(10, TimeUnit.MINUTES).isAlive())
                    .isFalse();
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void nothingIsLeftInTheTemporaryDirectory() throws Exception {
        Process parent = host(HostileModels.crashing());
        assertThat(parent.inputReader(StandardCharsets.UTF_8).lines().toList())
                .last()
                .isEqualTo("CRASHED");
        assertThat(parent.waitFor()).isZero();
        try (Stream<Path> left = Files.list(directory.resolve("temporary"))) {
            assertThat(left).isEmpty();
        }
    }

    /** Another process that verifies the model in a child of its own. */
    private Process host(ModelProto hostile) throws IOException {
        Path file = Files.write(directory.resolve("hostile.onnx"), hostile.toByteArray());
        Path temporary = Files.createDirectories(directory.resolve("temporary"));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path")
                                + File.pathSeparator
                                + System.getProperty("surefire.test.class.path", ""),
                        Host.class.getName(),
                        file.toString(),
                        directory.resolve("parts").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Splits a model and verifies it; says what is done and how it ends. */
    static final class Host {
        private Host() {}

        public static void main(String[] arguments) throws IOException {
            Path parts = Path.of(arguments[1]);
            try (OnnxModel model = OnnxModel.load(Path.of(arguments[0]), ReadOptions.DEFAULTS.withIsolation(ROOMY))) {
                HostileModels.split(model, parts);
                SplitVerifier.verify(
                        model, parts, VerificationOptions.DEFAULTS, (task, done, total) -> System.out.println(task));
            } catch (IsolatedRunException ended) {
                System.out.println(ended.reason());
            }
        }
    }
}
