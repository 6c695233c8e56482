package io.pepper.monitor;

/**
 * What to ask Prometheus of the conditions under which a machine computes. An empty query is not asked, and few machines tell all.
 *
 * @param clockPercent the clock of the fastest processor, against the most that it can do
 * @param temperatureCelsius the highest temperature
 * @param cpuPressurePercent the share of the time in which some task waited for a processor
 * @param memoryPressurePercent the same for memory
 * @param ioPressurePercent the same for disks
 */
public record ConditionQueries(
        String clockPercent,
        String temperatureCelsius,
        String cpuPressurePercent,
        String memoryPressurePercent,
        String ioPressurePercent) {
    /** Nothing is asked. */
    public static final ConditionQueries NONE = new ConditionQueries("", "", "", "", "");

    /** For node_exporter, over a span of time that was checked. */
    static ConditionQueries over(String window) {
        return new ConditionQueries(
                "100 * max without (cpu) (node_cpu_scaling_frequency_hertz / node_cpu_scaling_frequency_max_hertz)",
                "max without (type, zone) (node_thermal_zone_temp)",
                waiting("cpu", window),
                waiting("memory", window),
                waiting("io", window));
    }

    /** Both rates are too low by as much while the span is not yet full. */
    private static String waiting(String what, String window) {
        return "100 * rate(node_pressure_" + what + "_waiting_seconds_total[" + window + "]) / rate(node_time_seconds["
                + window + "])";
    }
}
