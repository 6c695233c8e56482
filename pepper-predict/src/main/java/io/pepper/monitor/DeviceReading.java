package io.pepper.monitor;

import io.pepper.cluster.DeviceState;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What was read of a device.
 *
 * @param state what is known
 * @param labels what else is said of it, sorted: the {@code class} and {@code uuid} that the characterization agent gives it
 * @param problems why something is not known, for people; empty if all was read
 * @param conditions what slows it down beside load
 */
public record DeviceReading(
        DeviceState state, Map<String, String> labels, List<String> problems, Conditions conditions) {
    /**
     * Copies the map and the list.
     *
     * @param state see the record
     * @param labels see the record
     * @param problems see the record
     * @param conditions see the record
     */
    public DeviceReading {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        problems = List.copyOf(problems);
        Objects.requireNonNull(conditions);
    }

    /**
     * A reading that knows nothing of conditions.
     *
     * @param state see the record
     * @param labels see the record
     * @param problems see the record
     */
    public DeviceReading(DeviceState state, Map<String, String> labels, List<String> problems) {
        this(state, labels, problems, Conditions.UNKNOWN);
    }

    /**
     * Of another state.
     *
     * @param value the state
     * @return this reading with it
     */
    public DeviceReading withState(DeviceState value) {
        return new DeviceReading(value, labels, problems, conditions);
    }
}
