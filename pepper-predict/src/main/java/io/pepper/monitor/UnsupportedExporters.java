package io.pepper.monitor;

import io.pepper.monitor.internal.SafeText;
import io.pepper.monitor.internal.Sample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Exporters that watch machines but are not supported. They are named, so that no machine is missing silently. */
final class UnsupportedExporters {
    private static final Map<String, String> BY_METRIC = new LinkedHashMap<>();

    static {
        BY_METRIC.put("windows_os_info", "windows_exporter");
        BY_METRIC.put("windows_cs_logical_processors", "windows_exporter");
        BY_METRIC.put("windows_memory_physical_total_bytes", "windows_exporter");
        BY_METRIC.put("wmi_os_info", "wmi_exporter");
        BY_METRIC.put("wmi_cs_logical_processors", "wmi_exporter");
        BY_METRIC.put("node_memory_MemTotal", "node_exporter before version 0.16");
        BY_METRIC.put("system_n_cpus", "Telegraf");
        BY_METRIC.put("netdata_info", "Netdata");
        BY_METRIC.put("netdata_system_load_load_average", "Netdata");
        BY_METRIC.put("collectd_load_shortterm", "collectd");
        BY_METRIC.put("system_cpu_logical_count", "the OpenTelemetry collector");
        BY_METRIC.put("system_memory_usage_bytes", "the OpenTelemetry collector");
        BY_METRIC.put("machine_cpu_cores", "cAdvisor");
        BY_METRIC.put("hrProcessorLoad", "snmp_exporter");
    }

    /** The query for a series of each instance of such an exporter, with the metric's name. */
    static final String QUERY =
            "count by (__name__, instance, node, job) ({__name__=~\"" + String.join("|", BY_METRIC.keySet()) + "\"})";

    private UnsupportedExporters() {}

    /** Returns the exporters by the machine's host, without those of known machines. */
    static Map<String, String> byHost(List<Sample> samples, Set<String> known) {
        Map<String, String> byHost = new TreeMap<>();
        for (Sample sample : samples) {
            String exporter = BY_METRIC.get(sample.labels().getOrDefault("__name__", ""));
            String instance =
                    sample.labels().getOrDefault("instance", sample.labels().get("node"));
            if (exporter != null && instance != null) {
                String host = BoardNames.host(instance);
                boolean isKnown = known.contains(BoardNames.folded(host))
                        || known.contains(BoardNames.folded(sample.labels().getOrDefault("node", host)));
                if (!isKnown) {
                    byHost.putIfAbsent(host, exporter);
                }
            }
        }
        return byHost;
    }

    /** Returns the problem of such a machine. */
    static String problem(String exporter) {
        return "is watched by " + exporter + ", which is not supported; run node_exporter";
    }

    /** Returns a list of the exporters, for people. */
    static String shown(Map<String, String> byHost) {
        return byHost.entrySet().stream()
                .map(each -> SafeText.of(each.getKey()) + " is watched by " + each.getValue())
                .collect(Collectors.joining(", "));
    }
}
