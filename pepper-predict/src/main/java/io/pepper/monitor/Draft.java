package io.pepper.monitor;

import io.pepper.cluster.Conditions;
import io.pepper.cluster.DeviceState;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

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

    /** Numbers that cannot both be true are not known: they may be of two machines. */
    void dropContradictions(List<String> problems) {
        Double free = taken.get(Fact.FREE);
        Double all = taken.get(Fact.MEMORY);
        if (free != null && all != null && free > all) {
            problems.add("memory: Prometheus has " + state.memoryFreeBytes().orElse(0) + " bytes free of "
                    + state.memoryTotalBytes().orElse(0) + ", which cannot both be true");
            state = new DeviceState(
                    state.device(),
                    state.readAt(),
                    state.model(),
                    state.cores(),
                    state.cpuLoadPercent(),
                    state.runnableThreads(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    state.diskUsagePercent(),
                    state.powerWatts());
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
