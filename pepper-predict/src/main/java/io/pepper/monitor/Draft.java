package io.pepper.monitor;

import io.pepper.cluster.Conditions;
import io.pepper.cluster.DeviceState;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** A reading under construction. */
final class Draft {
    DeviceState state;
    private final Map<Fact, Double> taken = new EnumMap<>(Fact.class);

    Draft(DeviceState state) {
        this.state = state;
    }

    /**
     * Adds a value.
     *
     * @throws IllegalArgumentException if the value is out of range; the draft then stays unchanged
     */
    void take(Fact fact, double value) {
        double checked = fact.checked(value);
        state = fact.into(state, checked);
        taken.put(fact, checked);
    }

    /** Removes values that contradict each other: they may come from two machines. */
    void dropContradictions(String source, List<String> problems) {
        Double free = taken.get(Fact.FREE);
        Double all = taken.get(Fact.MEMORY);
        if (free != null && all != null && free > all) {
            problems.add("memory: " + source + " has " + state.memoryFreeBytes().orElse(0) + " bytes free of "
                    + state.memoryTotalBytes().orElse(0) + ", which cannot both be true");
            state = state.toBuilder().unknownMemory().build();
        }
    }

    Conditions conditions() {
        return new Conditions(
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                number(Fact.CLOCK),
                number(Fact.TEMPERATURE),
                number(Fact.CPU_PRESSURE),
                number(Fact.MEMORY_PRESSURE),
                number(Fact.IO_PRESSURE));
    }

    private OptionalDouble number(Fact fact) {
        Double value = taken.get(fact);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
