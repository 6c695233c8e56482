package io.pepper.monitor;

/**
 * What to ask Prometheus. An empty query is not asked.
 *
 * @param cpuLoadPercent how much of all cores is in use, 0 to 100
 * @param runnableThreads how many threads want to run
 * @param memoryFreeBytes memory that is free or can be freed
 * @param memoryTotalBytes the memory there is
 * @param diskUsagePercent how much of the root file system is used
 * @param cores how many cores there are
 * @param powerWatts what the device draws
 * @param deviceModel a series for each node whose label {@code char_node_device_model_name} is the kind of device
 * @param nodeName a series for each instance with the name of its node in a label, as {@code node_uname_info} has it
 * @param age how many seconds ago each instance was scraped, or was tried to
 * @param up 0 for each instance that could not be scraped
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
        String up) {
    private static final String DISK = "(1 - (node_filesystem_avail_bytes{mountpoint=\"/\",fstype!=\"rootfs\"}"
            + " / node_filesystem_size_bytes{mountpoint=\"/\",fstype!=\"rootfs\"})) * 100";

    /** For node_exporter and the characterization agent, over half a minute. */
    public static final PrometheusQueries DEFAULTS = over("30s");

    /** The original PEPPER's: its CPU load averages over idle and busy modes alike, and reads about 87.5 % on any machine. */
    public static final PrometheusQueries ORIGINAL = new PrometheusQueries(
            "100 - (avg by (instance) (rate(node_cpu_seconds_total[1m])) * 100)",
            "",
            "",
            "",
            DISK,
            "",
            "",
            "char_node_device_model",
            "node_uname_info",
            "",
            "");

    /**
     * The default queries over a span of time: long enough to hold two scrapes, short enough to follow the load. For the first
     * such span of a server's life the load reads too high.
     *
     * @param window as Prometheus writes it, for instance {@code 30s}
     * @return the queries
     */
    public static PrometheusQueries over(String window) {
        return new PrometheusQueries(
                "100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode=\"idle\"}[" + window + "])))",
                "avg_over_time(node_procs_running[" + window + "])",
                "node_memory_MemAvailable_bytes",
                "node_memory_MemTotal_bytes or char_node_ram_total_bytes",
                DISK,
                "count by (instance) (node_cpu_seconds_total{mode=\"idle\"}) or char_node_cpu_total_cores",
                "char_node_cpu_energy_watt",
                "char_node_device_model",
                "node_uname_info or on (instance) last_over_time(node_uname_info[1h])",
                "time() - timestamp(up)",
                "up == 0");
    }
}
