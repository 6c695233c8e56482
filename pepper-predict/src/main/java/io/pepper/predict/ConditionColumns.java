package io.pepper.predict;

import io.pepper.cluster.Conditions;
import io.pepper.predict.internal.csv.Row;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The columns for the conditions around a measurement. Files without these columns are accepted; their conditions are
 * unknown.
 */
final class ConditionColumns {
    private static final String MARKS = "marks";
    private static final String BETWEEN = "+";
    private static final String IN_PROCESS = "load_in_process";
    private static final List<String> NAMES = List.of(
            "quota_cores",
            "foreign_before_percent",
            "foreign_percent",
            "throttled_before_percent",
            "throttled_percent",
            "clock_before_percent",
            "clock_percent",
            "temperature_before_celsius",
            "temperature_celsius",
            "cpu_pressure_before_percent",
            "cpu_pressure_percent",
            "memory_pressure_before_percent",
            "memory_pressure_percent",
            "io_pressure_before_percent",
            "io_pressure_percent",
            IN_PROCESS,
            MARKS);

    private ConditionColumns() {}

    static List<String> names() {
        return NAMES;
    }

    static List<String> values(LatencyRecord record) {
        Surroundings around = record.surroundings();
        Conditions before = around.before();
        Conditions during = around.during();
        return List.of(
                number(during.quotaCores()),
                number(around.foreignBeforePercent()),
                number(around.foreignPercent()),
                number(before.throttledPercent()),
                number(during.throttledPercent()),
                number(before.clockPercent()),
                number(during.clockPercent()),
                number(before.temperatureCelsius()),
                number(during.temperatureCelsius()),
                number(before.cpuPressurePercent()),
                number(during.cpuPressurePercent()),
                number(before.memoryPressurePercent()),
                number(during.memoryPressurePercent()),
                number(before.ioPressurePercent()),
                number(during.ioPressurePercent()),
                around.equals(Surroundings.UNKNOWN) ? "" : around.loadInProcess() ? "1" : "0",
                record.marks().stream().map(Mark::label).collect(Collectors.joining(BETWEEN)));
    }

    private static String number(OptionalDouble value) {
        return value.isPresent() ? KernelText.plain(value.getAsDouble()) : "";
    }

    static Surroundings surroundings(Row row) {
        return new Surroundings(
                row.optional("foreign_before_percent"),
                row.optional("foreign_percent"),
                conditions(row, "_before"),
                conditions(row, ""),
                row.optional(IN_PROCESS).orElse(0) > 0);
    }

    private static Conditions conditions(Row row, String when) {
        return new Conditions(
                row.optional("quota_cores"),
                row.optional("throttled" + when + "_percent"),
                row.optional("clock" + when + "_percent"),
                row.optional("temperature" + when + "_celsius"),
                row.optional("cpu_pressure" + when + "_percent"),
                row.optional("memory_pressure" + when + "_percent"),
                row.optional("io_pressure" + when + "_percent"));
    }

    static Set<Mark> marks(Row row) {
        Set<Mark> marks = EnumSet.noneOf(Mark.class);
        String text = row.values().getOrDefault(MARKS, "");
        for (String label : text.isEmpty() ? new String[0] : text.split("\\+", -1)) {
            marks.add(Mark.of(label)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "column '" + MARKS + "': '" + label + "' is not a mark of this version")));
        }
        return marks;
    }
}
