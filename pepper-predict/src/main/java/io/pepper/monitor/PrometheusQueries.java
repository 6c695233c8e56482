package io.pepper.monitor;

/**
 * What to ask Prometheus. An empty query is not asked. Answers should keep all labels of their target ({@code without} in the place of
 * {@code by}): a board is told from another by them.
 *
 * @param cpuLoadPercent how much of all cores is in use, 0 to 100
 * @param runnableThreads how many threads want to run
 * @param memoryFreeBytes memory that is free or can be freed
 * @param memoryTotalBytes the memory there is
 * @param diskUsagePercent how much of a file system is used; of several, by {@code mountpoint} and {@code fstype}, that of the system is
 *     taken
 * @param cores how many cores there are
 * @param powerWatts what the device draws
 * @param deviceModel a series for each node whose label {@code char_node_device_model_name} is the kind of device
 * @param nodeName a series for each instance with the name of its node in a label, as {@code node_uname_info} has it; its value is 0
 *     where that is no longer told
 * @param age how many seconds ago the numbers of each instance were scraped; if it is asked, so is how far the clocks of boards are from
 *     that of Prometheus
 * @param up 0 for each instance that could not be scraped
 * @param resets how often the counters of an instance went back lately: often where two boards share its labels
 * @param strangers series of exporters that are not read, with the metric's {@code __name__}
 * @param conditions what slows a device down beside load
 */
public record PrometheusQueries(
        String cpuLoadPercent,
        String runnableThreads,
        String memoryFreeBytes,
        String memoryTotalBytes,
        String diskUsagePercent,
        String cores,
        String powerWatts,
        String deviceModel,
        String nodeName,
        String age,
        String up,
        String resets,
        String strangers,
        ConditionQueries conditions) {
    private static final String IDLE = "node_cpu_seconds_total{mode=\"idle\"}";

    /** For node_exporter and the characterization agent, over half a minute. */
    public static final PrometheusQueries DEFAULTS = over("30s");

    /** The original PEPPER's: its CPU load averages over idle and busy modes alike, and reads about 87.5 % on any machine. */
    public static final PrometheusQueries ORIGINAL = new PrometheusQueries(
            "100 - (avg by (instance) (rate(node_cpu_seconds_total[1m])) * 100)",
            "",
            "",
            "",
            "(1 - (node_filesystem_avail_bytes{mountpoint=\"/\",fstype!=\"rootfs\"}"
                    + " / node_filesystem_size_bytes{mountpoint=\"/\",fstype!=\"rootfs\"})) * 100",
            "",
            "",
            "char_node_device_model",
            "node_uname_info",
            "",
            "",
            "",
            "",
            ConditionQueries.NONE);

    /**
     * The default queries over a span of time: long enough to hold two scrapes, short enough to follow the load. The load is the idle
     * time against the time in all modes, so that it is right before the span is full, too.
     *
     * @param window as Prometheus writes it, for instance {@code 30s}
     * @return the queries
     * @throws IllegalArgumentException if it is no span of time
     */
    public static PrometheusQueries over(String window) {
        if (!window.matches("([0-9]{1,9}(ms|s|m|h|d|w|y))+") || window.matches("[0a-z]+")) {
            throw new IllegalArgumentException("the window '" + window + "' is no span of time such as 30s or 5m");
        }
        return new PrometheusQueries(
                "100 * (1 - sum without (cpu, mode) (rate(" + IDLE + "[" + window + "]))"
                        + " / sum without (cpu, mode) (rate(node_cpu_seconds_total[" + window + "])))",
                "avg_over_time(node_procs_running[" + window + "])",
                "node_memory_MemAvailable_bytes or (node_memory_MemFree_bytes + node_memory_Buffers_bytes"
                        + " + node_memory_Cached_bytes - node_memory_Shmem_bytes)",
                "node_memory_MemTotal_bytes or char_node_ram_total_bytes",
                "100 * (1 - node_filesystem_avail_bytes{mountpoint=~\"" + FileSystems.MOUNT_POINTS
                        + "\"} / node_filesystem_size_bytes)",
                "count without (cpu, mode) (" + IDLE + ") or char_node_cpu_total_cores",
                "char_node_cpu_energy_watt",
                "char_node_device_model",
                "node_uname_info or 0 * last_over_time(node_uname_info[1h])",
                "time() - max without (cpu, mode) (timestamp(" + IDLE + "))"
                        + " or time() - timestamp(node_memory_MemTotal_bytes)",
                "up == 0",
                "max without (cpu, mode) (resets(" + IDLE + "[10m]))",
                Strangers.QUERY,
                ConditionQueries.over(window));
    }
}
