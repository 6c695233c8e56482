package io.pepper.monitor;

/**
 * PromQL queries for the conditions under which a machine computes. An empty query is skipped. Few machines report all
 * conditions.
 *
 * @param clockPercent clock of the fastest processor, in percent of its maximum
 * @param temperatureCelsius the highest temperature, in degrees Celsius
 * @param cpuPressurePercent share of the time in which some task waited for a processor, in percent
 * @param memoryPressurePercent share of the time in which some task waited for memory, in percent
 * @param ioPressurePercent share of the time in which some task waited for disks, in percent
 */
public record ConditionQueries(
        String clockPercent,
        String temperatureCelsius,
        String cpuPressurePercent,
        String memoryPressurePercent,
        String ioPressurePercent) {
    /** No queries. */
    public static final ConditionQueries NONE = new ConditionQueries("", "", "", "", "");

    /** Returns the queries for node_exporter over a validated window. */
    static ConditionQueries over(String window) {
        return new ConditionQueries(
                "100 * max without (cpu) (node_cpu_scaling_frequency_hertz / node_cpu_scaling_frequency_max_hertz)",
                "max without (type, zone) (node_thermal_zone_temp)",
                waiting("cpu", window),
                waiting("memory", window),
                waiting("io", window));
    }

    /** While the window is not yet full, both rates are too low by the same factor, so that their quotient is right. */
    private static String waiting(String what, String window) {
        return "100 * rate(node_pressure_" + what + "_waiting_seconds_total[" + window + "]) / rate(node_time_seconds["
                + window + "])";
    }
}
