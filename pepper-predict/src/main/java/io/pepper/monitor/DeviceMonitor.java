package io.pepper.monitor;

import java.io.IOException;
import java.util.Map;

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
}
