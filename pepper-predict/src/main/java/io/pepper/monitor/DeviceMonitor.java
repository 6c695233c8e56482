package io.pepper.monitor;

import io.pepper.cluster.DeviceState;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * A source of device states. Implement {@link #read} to watch devices in another way. The implementations of this
 * library are thread-safe.
 */
@FunctionalInterface
public interface DeviceMonitor {
    /**
     * Reads the state of all watched devices. A value that cannot be read is empty in the device's state, and a problem
     * of the reading says why; no value is invented.
     *
     * @return the readings by the device's name, sorted
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if no device can be read
     */
    Map<String, DeviceReading> read() throws IOException;

    /**
     * Reads the states alone, for a session that follows them: {@code
     * AdaptiveOptions.DEFAULTS.withStates(monitor::states)}. A failure is logged, so that the session continues with
     * the states that it knows.
     *
     * @return the states in the order of the devices' names; empty if no device can be read, or if the thread is
     *     interrupted, in which case its interrupt status stays set
     */
    default List<DeviceState> states() {
        try {
            return read().values().stream().map(DeviceReading::state).toList();
        } catch (InterruptedIOException interrupted) {
            Thread.currentThread().interrupt();
            return List.of();
        } catch (IOException unreadable) {
            LoggerFactory.getLogger(DeviceMonitor.class).warn("no device can be read: {}", unreadable.getMessage());
            return List.of();
        }
    }
}
