package io.pepper.monitor;

import io.pepper.cluster.DeviceState;
import java.util.List;

/**
 * What was read of a device.
 *
 * @param state what is known
 * @param problems why something is not known, for people; empty if all was read
 */
public record DeviceReading(DeviceState state, List<String> problems) {
    /**
     * Copies the list.
     *
     * @param state see the record
     * @param problems see the record
     */
    public DeviceReading {
        problems = List.copyOf(problems);
    }
}
