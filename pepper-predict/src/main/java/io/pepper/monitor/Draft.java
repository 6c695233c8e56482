package io.pepper.monitor;

import io.pepper.cluster.DeviceState;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;

/** A reading that is being made. */
final class Draft {
    DeviceState state;
    private final Map<Fact, Double> taken = new EnumMap<>(Fact.class);

    Draft(DeviceState state) {
        this.state = state;
    }

    /**
     * Takes a number.
     *
     * @throws IllegalArgumentException if it makes no sense; the draft is then as it was
     */
    void take(Fact fact, double value) {
        double checked = fact.checked(value);
        state = fact.into(state, checked);
        taken.put(fact, checked);
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
