package io.pepper.monitor;

import io.pepper.cluster.DeviceState;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * Tells the state of devices. To watch devices in a way of one's own, implement {@link #read}. Implementations of this library
 * are thread-safe.
 */
@FunctionalInterface
public interface DeviceMonitor {
    /**
     * Reads the state of all devices that are watched. What cannot be read of a device is empty in its state, and said in its
     * problems; no number is invented.
     *
     * @return readings by the device's name, sorted
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if nothing can be read at all
     */
    Map<String, DeviceReading> read() throws IOException;

    /**
     * Reads the states alone, for whoever follows them: {@code AdaptiveOptions.DEFAULTS.withStates(monitor::states)}. What goes wrong
     * is logged, since who follows goes on with what is known.
     *
     * @return the states, by the device's name; none if nothing can be read, or if the thread is interrupted, which it then still is
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
