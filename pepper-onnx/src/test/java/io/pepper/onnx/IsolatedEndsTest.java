package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pepper.onnx.IsolatedRunException.Reason;
import io.pepper.onnx.internal.proto.ModelProto;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
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
        assertThat(end).hasMessageContaining("hostile").hasMessageContaining("5.0 s");
    }

    /** More than the limit and less than the machine has: the child is ended when it holds too much. */
    @Test
    void memoryThatGrowsEndsAtTheLimit() throws IOException {
        IsolatedRunException end = verify(HostileModels.large(120_000_000), ROOMY.withMemoryBytes(600L << 20));
        assertThat(end.reason()).isEqualTo(Reason.MEMORY);
        assertThat(end).hasMessageContaining("hostile").hasMessageContaining("629 MB");
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
}
