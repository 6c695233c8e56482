package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.DeviceState;
import io.pepper.predict.LoadGenerator;
import io.pepper.predict.LoadLevel;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LocalDeviceMonitorTest {
    private final LocalDeviceMonitor monitor = LocalDeviceMonitor.of("here", Duration.ofMillis(500));

    @Test
    void knowsThisMachine() throws IOException {
        DeviceReading reading = monitor.read().get("here");
        DeviceState state = reading.state();
        assertThat(reading.problems()).isEmpty();
        assertThat(state.cores().orElseThrow())
                .as("a quota may be less than what the JDK rounds it to")
                .isPositive()
                .isLessThanOrEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(state.memoryFreeBytes().orElseThrow()).isPositive();
        assertThat(state.memoryTotalBytes().orElseThrow())
                .isGreaterThanOrEqualTo(state.memoryFreeBytes().orElseThrow());
        assertThat(state.diskUsagePercent().orElseThrow()).isBetween(0.0, 100.0);
        assertThat(state.readAt()).isPresent();
    }

    @Test
    void seesTheLoad() throws IOException {
        double idle = monitor.read().get("here").state().cpuLoadPercent().orElseThrow();
        try (LoadGenerator load = LoadGenerator.start()) {
            load.set(LoadLevel.onAllCores(95));
            double busy = monitor.read().get("here").state().cpuLoadPercent().orElseThrow();
            assertThat(busy).isGreaterThan(Math.min(60, idle));
        }
    }

    @Test
    void canBeStopped() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(monitor::read).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
