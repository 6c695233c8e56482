package io.pepper.monitor;

import io.pepper.cluster.Conditions;
import io.pepper.cluster.DeviceState;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A reading of one device.
 *
 * @param state the device's state; unknown values are empty
 * @param labels further facts about the device, sorted: the labels of the series that were read, and the {@code class}
 *     and {@code uuid} of the characterization agent
 * @param problems the reasons why values are unknown, for people; empty if everything was read
 * @param conditions what slows the device down besides load
 * @param identity the monitor's identity of the device, for instance {@code {instance="10.0.0.1:9100"}}; empty if it is
 *     only known by its name
 * @param notes remarks on values that were read, for people, for instance which of two jobs they come from
 * @param ambiguous whether several devices may be meant, or the values may belong to several devices. The state is then
 *     empty, and the problems name the candidates
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
     * Creates a reading.
     *
     * @param state the device's state
     * @param labels further facts about the device
     * @param problems the reasons why values are unknown, for people
     * @param conditions what slows the device down besides load
     * @param identity the monitor's identity of the device; empty if it is only known by its name
     * @param notes remarks on values that were read, for people
     * @param ambiguous whether several devices may be meant
     */
    public DeviceReading {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        problems = List.copyOf(problems);
        Objects.requireNonNull(conditions);
        Objects.requireNonNull(identity);
        notes = List.copyOf(notes);
    }

    /**
     * Creates a reading of a device that is known by its name, without notes.
     *
     * @param state the device's state
     * @param labels further facts about the device
     * @param problems the reasons why values are unknown, for people
     * @param conditions what slows the device down besides load
     */
    public DeviceReading(DeviceState state, Map<String, String> labels, List<String> problems, Conditions conditions) {
        this(state, labels, problems, conditions, "", List.of(), false);
    }

    /**
     * Creates a reading without conditions.
     *
     * @param state the device's state
     * @param labels further facts about the device
     * @param problems the reasons why values are unknown, for people
     */
    public DeviceReading(DeviceState state, Map<String, String> labels, List<String> problems) {
        this(state, labels, problems, Conditions.UNKNOWN);
    }

    /**
     * Replaces the state.
     *
     * @param value the state
     * @return a copy with this state
     */
    public DeviceReading withState(DeviceState value) {
        return new DeviceReading(value, labels, problems, conditions, identity, notes, ambiguous);
    }

    /**
     * Returns whether anything besides the device's name is known.
     *
     * @return false if the state is empty
     */
    public boolean isKnown() {
        return !state.equals(DeviceState.of(state.device()));
    }
}
