package io.pepper.onnx.internal.isolate;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.model.IsolatedRunException.Reason;
import org.junit.jupiter.api.Test;

/** How processes end. */
class DeathTest {
    @Test
    void theVirtualMachineSaysWhichSignalAndWhere() {
        Death death = Death.of(
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
        assertThat(death.reason()).isEqualTo(Reason.CRASHED);
        assertThat(death.how()).startsWith("ended with signal 11 (SIGSEGV) in C  [libonnxruntime.so+0x117baec]");
        assertThat(death.words()).isEmpty();
    }

    @Test
    void windowsNamesExceptions() {
        assertThat(Death.of(1, "#  EXCEPTION_ACCESS_VIOLATION (0xc0000005) at pc=1")
                        .how())
                .contains("EXCEPTION_ACCESS_VIOLATION");
    }

    @Test
    void codesOfSignalsAreNamed() {
        assertThat(Death.of(134, "double free").how()).isEqualTo("ended with signal 6 (SIGABRT)");
        assertThat(Death.of(134, "double free").words()).isEqualTo("double free");
        assertThat(Death.of(137, "").how()).contains("signal 9 (SIGKILL)").contains("memory");
        assertThat(Death.of(3, "").how()).isEqualTo("ended with exit code 3");
    }

    @Test
    void wantOfMemoryIsTold() {
        assertThat(Death.of(3, "Terminating due to java.lang.OutOfMemoryError: Java heap space")
                        .reason())
                .isEqualTo(Reason.MEMORY);
        assertThat(Death.of(134, "terminate called after throwing an instance of 'std::bad_alloc'")
                        .reason())
                .isEqualTo(Reason.MEMORY);
        assertThat(Death.of(1, "# There is insufficient memory for the Java Runtime Environment to continue.")
                        .reason())
                .isEqualTo(Reason.MEMORY);
    }
}
