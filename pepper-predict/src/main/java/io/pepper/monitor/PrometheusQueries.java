package io.pepper.monitor;

/**
 * PromQL queries for a reading. An empty query is skipped. Queries should keep all labels of the target ({@code
 * without} instead of {@code by}), because they distinguish boards.
 *
 * <pre>{@code
 * PrometheusQueries own = PrometheusQueries.DEFAULTS.toBuilder().powerWatts("board_power_watts").build();
 * }</pre>
 *
 * @param cpuLoadPercent used share of all cores, 0 to 100
 * @param runnableThreads number of runnable threads
 * @param memoryFreeBytes memory that is free or can be freed, in bytes
 * @param memoryTotalBytes total memory, in bytes
 * @param diskUsagePercent used share of a file system, 0 to 100; among several, {@code mountpoint} and {@code fstype}
 *     select that of the system
 * @param cores number of cores
 * @param powerWatts power draw of the device, in watts
 * @param deviceModel a series for each node with the kind of device in the label {@code char_node_device_model_name}
 * @param nodeName a series for each instance with the name of its node in a label, as in {@code node_uname_info}; its
 *     value is 0 if the series has ended
 * @param age time since the last scrape of each instance, in seconds; if it is not empty, the offsets of the
 *     boards' clocks from that of Prometheus are read, too
 * @param up 0 for each instance that could not be scraped
 * @param resets number of recent counter resets of an instance; it is high where two boards share the labels
 * @param strangers series of exporters that are not supported, with the metric's {@code __name__}
 * @param gpuLoadPercent utilisation of the busiest graphics processor, 0 to 100
 * @param gpuMemoryFreeBytes free memory of the graphics processors, in bytes
 * @param gpuMemoryTotalBytes memory of the graphics processors, in bytes
 * @param conditions queries for what slows a device down besides load
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
        String gpuLoadPercent,
        String gpuMemoryFreeBytes,
        String gpuMemoryTotalBytes,
        ConditionQueries conditions) {
    private static final String IDLE = "node_cpu_seconds_total{mode=\"idle\"}";

    /** The queries for node_exporter and the characterization agent, over half a minute. */
    public static final PrometheusQueries DEFAULTS = over("30s");

    /**
     * The queries of the original PEPPER. Its CPU load averages over idle and busy modes alike, and is about 87.5 % on
     * any machine.
     */
    public static final PrometheusQueries PAPER = builder()
            .cpuLoadPercent("100 - (avg by (instance) (rate(node_cpu_seconds_total[1m])) * 100)")
            .diskUsagePercent("(1 - (node_filesystem_avail_bytes{mountpoint=\"/\",fstype!=\"rootfs\"}"
                    + " / node_filesystem_size_bytes{mountpoint=\"/\",fstype!=\"rootfs\"})) * 100")
            .deviceModel("char_node_device_model")
            .nodeName("node_uname_info")
            .build();

    /**
     * Returns the default queries over a window. The window must hold two scrapes and be short enough to follow the
     * load. The load is the idle time relative to the time in all modes, so that it is right before the window is full.
     *
     * @param window the window in Prometheus's syntax, for instance {@code 30s}
     * @return the queries
     * @throws IllegalArgumentException if {@code window} is not a duration
     */
    public static PrometheusQueries over(String window) {
        window(window);
        return builder()
                .cpuLoadPercent("100 * (1 - sum without (cpu, mode) (rate(" + IDLE + "[" + window + "]))"
                        + " / sum without (cpu, mode) (rate(node_cpu_seconds_total[" + window + "])))")
                .runnableThreads("avg_over_time(node_procs_running[" + window + "])")
                .memoryFreeBytes(
                        "node_memory_MemAvailable_bytes or (node_memory_MemFree_bytes + node_memory_Buffers_bytes"
                                + " + node_memory_Cached_bytes - node_memory_Shmem_bytes)")
                .memoryTotalBytes("node_memory_MemTotal_bytes or char_node_ram_total_bytes")
                .diskUsagePercent("100 * (1 - node_filesystem_avail_bytes{mountpoint=~\"" + FileSystems.MOUNT_POINTS
                        + "\"} / node_filesystem_size_bytes)")
                .cores("count without (cpu, mode) (" + IDLE + ") or char_node_cpu_total_cores")
                .powerWatts("char_node_cpu_energy_watt")
                .deviceModel("char_node_device_model")
                .nodeName("node_uname_info or 0 * last_over_time(node_uname_info[1h])")
                .age("time() - max without (cpu, mode) (timestamp(" + IDLE + "))"
                        + " or time() - timestamp(node_memory_MemTotal_bytes)")
                .up("up == 0")
                .resets("max without (cpu, mode) (resets(" + IDLE + "[10m]))")
                .strangers(UnsupportedExporters.QUERY)
                .gpuLoadPercent("max without (card) (node_drm_gpu_busy_percent)")
                .gpuMemoryFreeBytes(
                        "sum without (card) (node_drm_memory_vram_size_bytes - node_drm_memory_vram_used_bytes)")
                .gpuMemoryTotalBytes("sum without (card) (node_drm_memory_vram_size_bytes)")
                .conditions(ConditionQueries.over(window))
                .build();
    }

    /**
     * Returns a window after a check.
     *
     * @throws IllegalArgumentException if it is not a duration
     */
    static String window(String window) {
        if (!window.matches("([0-9]{1,9}(ms|s|m|h|d|w|y))+") || window.matches("[0a-z]+")) {
            throw new IllegalArgumentException("the window '" + window + "' is not a duration such as 30s or 5m");
        }
        return window;
    }

    /**
     * Returns a builder without queries.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns a builder with these queries.
     *
     * @return the builder
     */
    public Builder toBuilder() {
        return builder()
                .cpuLoadPercent(cpuLoadPercent)
                .runnableThreads(runnableThreads)
                .memoryFreeBytes(memoryFreeBytes)
                .memoryTotalBytes(memoryTotalBytes)
                .diskUsagePercent(diskUsagePercent)
                .cores(cores)
                .powerWatts(powerWatts)
                .deviceModel(deviceModel)
                .nodeName(nodeName)
                .age(age)
                .up(up)
                .resets(resets)
                .strangers(strangers)
                .gpuLoadPercent(gpuLoadPercent)
                .gpuMemoryFreeBytes(gpuMemoryFreeBytes)
                .gpuMemoryTotalBytes(gpuMemoryTotalBytes)
                .conditions(conditions);
    }

    /** A builder of queries. Not thread-safe. */
    public static final class Builder {
        private String cpuLoadPercent = "";
        private String runnableThreads = "";
        private String memoryFreeBytes = "";
        private String memoryTotalBytes = "";
        private String diskUsagePercent = "";
        private String cores = "";
        private String powerWatts = "";
        private String deviceModel = "";
        private String nodeName = "";
        private String age = "";
        private String up = "";
        private String resets = "";
        private String strangers = "";
        private String gpuLoadPercent = "";
        private String gpuMemoryFreeBytes = "";
        private String gpuMemoryTotalBytes = "";
        private ConditionQueries conditions = ConditionQueries.NONE;

        private Builder() {}

        /**
         * Sets the query of the used share of all cores, 0 to 100.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder cpuLoadPercent(String query) {
            cpuLoadPercent = query;
            return this;
        }

        /**
         * Sets the query of the number of runnable threads.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder runnableThreads(String query) {
            runnableThreads = query;
            return this;
        }

        /**
         * Sets the query of the memory that is free or can be freed, in bytes.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder memoryFreeBytes(String query) {
            memoryFreeBytes = query;
            return this;
        }

        /**
         * Sets the query of the total memory, in bytes.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder memoryTotalBytes(String query) {
            memoryTotalBytes = query;
            return this;
        }

        /**
         * Sets the query of the used share of a file system, 0 to 100.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder diskUsagePercent(String query) {
            diskUsagePercent = query;
            return this;
        }

        /**
         * Sets the query of the number of cores.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder cores(String query) {
            cores = query;
            return this;
        }

        /**
         * Sets the query of the power draw of the device, in watts.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder powerWatts(String query) {
            powerWatts = query;
            return this;
        }

        /**
         * Sets the query of the kind of device of each node.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder deviceModel(String query) {
            deviceModel = query;
            return this;
        }

        /**
         * Sets the query of the name of the node of each instance.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder nodeName(String query) {
            nodeName = query;
            return this;
        }

        /**
         * Sets the query of the time since the last scrape of each instance, in seconds.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder age(String query) {
            age = query;
            return this;
        }

        /**
         * Sets the query of 0 for each instance that could not be scraped.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder up(String query) {
            up = query;
            return this;
        }

        /**
         * Sets the query of the number of recent counter resets of an instance.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder resets(String query) {
            resets = query;
            return this;
        }

        /**
         * Sets the query of the series of exporters that are not supported.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder strangers(String query) {
            strangers = query;
            return this;
        }

        /**
         * Sets the query of the utilisation of the busiest graphics processor, 0 to 100.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder gpuLoadPercent(String query) {
            gpuLoadPercent = query;
            return this;
        }

        /**
         * Sets the query of the free memory of the graphics processors, in bytes.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder gpuMemoryFreeBytes(String query) {
            gpuMemoryFreeBytes = query;
            return this;
        }

        /**
         * Sets the query of the memory of the graphics processors, in bytes.
         *
         * @param query a query, or empty to skip it
         * @return this builder
         */
        public Builder gpuMemoryTotalBytes(String query) {
            gpuMemoryTotalBytes = query;
            return this;
        }

        /**
         * Sets the queries for what slows a device down besides load.
         *
         * @param queries the queries
         * @return this builder
         */
        public Builder conditions(ConditionQueries queries) {
            conditions = queries;
            return this;
        }

        /**
         * Returns the queries.
         *
         * @return the queries
         */
        public PrometheusQueries build() {
            return new PrometheusQueries(
                    cpuLoadPercent,
                    runnableThreads,
                    memoryFreeBytes,
                    memoryTotalBytes,
                    diskUsagePercent,
                    cores,
                    powerWatts,
                    deviceModel,
                    nodeName,
                    age,
                    up,
                    resets,
                    strangers,
                    gpuLoadPercent,
                    gpuMemoryFreeBytes,
                    gpuMemoryTotalBytes,
                    conditions);
        }
    }
}
