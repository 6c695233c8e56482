package io.pepper.onnx.internal.isolate;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.model.IsolatedRunException.Reason;
import org.junit.jupiter.api.Test;

/** How processes end. */
class ProcessEndTest {
    @Test
    void theCrashReportGivesTheSignalAndTheLibrary() {
        ProcessEnd end = ProcessEnd.of(
                134,
                """
                #
                # A fatal error has been detected by the Java Runtime Environment:
                #
                #  SIGSEGV (0xb) at pc=0x00007f2c, pid=1, tid=2
                #
                # Problematic frame:
                # C  [libonnxruntime.so+0x117baec]  name\u001b[31m
                #
                """);
        assertThat(end.reason()).isEqualTo(Reason.CRASHED);
        assertThat(end.how()).startsWith("ended with signal 11 (SIGSEGV) in C  [libonnxruntime.so+0x117baec]");
        assertThat(end.words()).isEmpty();
    }

    @Test
    void exitCodesOfWindowsAreNamed() {
        assertThat(ProcessEnd.of(1, "#  EXCEPTION_ACCESS_VIOLATION (0xc0000005) at pc=1")
                        .how())
                .contains("EXCEPTION_ACCESS_VIOLATION");
    }

    @Test
    void codesOfSignalsAreNamed() {
        assertThat(ProcessEnd.of(134, "double free").how()).isEqualTo("ended with signal 6 (SIGABRT)");
        assertThat(ProcessEnd.of(134, "double free").words()).isEqualTo("double free");
        assertThat(ProcessEnd.of(137, "").how()).contains("signal 9 (SIGKILL)").contains("memory");
        assertThat(ProcessEnd.of(3, "").how()).isEqualTo("ended with exit code 3");
    }

    @Test
    void lackOfMemoryIsReported() {
        assertThat(ProcessEnd.of(3, "Terminating due to java.lang.OutOfMemoryError: Java heap space")
                        .reason())
                .isEqualTo(Reason.MEMORY);
        assertThat(ProcessEnd.of(134, "terminate called after throwing an instance of 'std::bad_alloc'")
                        .reason())
                .isEqualTo(Reason.MEMORY);
        assertThat(ProcessEnd.of(1, "# There is insufficient memory for the Java Runtime Environment to continue.")
                        .reason())
                .isEqualTo(Reason.MEMORY);
    }
}
