package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cluster.DeviceState;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeviceMonitorTest {
    @Test
    void statesLeaveOutProblems() {
        DeviceState state = DeviceState.of("a").withCores(4);
        DeviceMonitor monitor = () -> Map.of("a", new DeviceReading(state, Map.of(), List.of("power: none")));
        assertThat(monitor.states()).containsExactly(state);
    }

    @Test
    void goesOnWithoutStates() {
        DeviceMonitor broken = () -> {
            throw new IOException("injected");
        };
        assertThat(broken.states()).isEmpty();
    }

    @Test
    void keepsAnInterrupt() {
        DeviceMonitor interrupted = () -> {
            throw new InterruptedIOException("injected");
        };
        assertThat(interrupted.states()).isEmpty();
        assertThat(Thread.interrupted()).isTrue();
    }
}
