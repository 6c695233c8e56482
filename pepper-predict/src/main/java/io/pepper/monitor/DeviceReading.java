package io.pepper.monitor;

import io.pepper.cluster.Conditions;
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
 * @param labels what else is said of it, sorted: the labels of the series that were read, and the {@code class} and {@code uuid} that
 *     the characterization agent gives it
 * @param problems why something is not known, for people; empty if all was read
 * @param conditions what slows it down beside load
 * @param identity what the monitor knows the device by, for instance {@code {instance="10.0.0.1:9100"}}; empty if by its name alone
 * @param notes what a person should know of values that were read, for instance which of two jobs they are of
 * @param ambiguous whether it cannot be said which device is meant, or whose values they are; the state is then empty, and the problems
 *     name what may be meant
 */
public record DeviceReading(
        DeviceState state,
        Map<String, String> labels,
        List<String> problems,
        Conditions conditions,
        String identity,
        List<String> notes,
        boolean ambiguous) {
    /**
     * Copies the map and the lists.
     *
     * @param state see the record
     * @param labels see the record
     * @param problems see the record
     * @param conditions see the record
     * @param identity see the record
     * @param notes see the record
     * @param ambiguous see the record
     */
    public DeviceReading {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        problems = List.copyOf(problems);
        Objects.requireNonNull(conditions);
        Objects.requireNonNull(identity);
        notes = List.copyOf(notes);
    }

    /**
     * A reading of a device that is known by its name, without notes.
     *
     * @param state see the record
     * @param labels see the record
     * @param problems see the record
     * @param conditions see the record
     */
    public DeviceReading(DeviceState state, Map<String, String> labels, List<String> problems, Conditions conditions) {
        this(state, labels, problems, conditions, "", List.of(), false);
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
        return new DeviceReading(value, labels, problems, conditions, identity, notes, ambiguous);
    }

    /**
     * Whether anything is known of the device but its name.
     *
     * @return false if the state is empty
     */
    public boolean isKnown() {
        return !state.equals(DeviceState.of(state.device()));
    }
}
