package io.pepper.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.onnx.HeldLock;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Waiting for a file that another process holds ends. */
@Timeout(120)
class ExportLockTest {
    @TempDir
    Path directory;

    @Test
    void theTimeOutNamesTheLockFile() throws Exception {
        Path file = directory.resolve(".pepper.lock");
        try (HeldLock other = HeldLock.of(file)) {
            assertThat(other.isHeld()).isTrue();
            assertThatThrownBy(
                            () -> ExportLock.hold(file, Duration.ofMillis(50)).close())
                    .isInstanceOf(FileSystemException.class)
                    .hasMessageContainingAll(file.toString(), "stays locked by another process", "remove it");
        }
        ExportLock.hold(file, Duration.ofMinutes(1)).close();
        assertThat(Files.exists(file)).isFalse();
    }

    @Test
    void waitingIsInterrupted() throws Exception {
        Path file = directory.resolve(".pepper.lock");
        try (HeldLock other = HeldLock.of(file)) {
            assertThat(other.isHeld()).isTrue();
            Thread.currentThread().interrupt();
            assertThatThrownBy(
                            () -> ExportLock.hold(file, Duration.ofMinutes(1)).close())
                    .isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aFreeLockIsTakenWithoutWaiting() throws Exception {
        try (ExportLock held = ExportLock.hold(directory.resolve("lock"), Duration.ZERO)) {
            assertThat(ExportLock.take(directory.resolve("lock"))).isEmpty();
            assertThat(held).isNotNull();
        }
    }
}
