package io.pepper.monitor.internal.agent;

import com.sun.management.OperatingSystemMXBean;
import io.pepper.monitor.internal.machine.SystemFiles;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The operating system, its load, and the agent's own process. */
final class SystemPart implements NodePart {
    private static final double MILLIS = 1e-3;
    private static final double NANOS = 1e-9;
    private static final double KILOBYTE = 1024;

    private final SystemFiles files;
    private final Clock clock;
    private final String[] uname;

    SystemPart(SystemFiles files, Clock clock, String name, String arch) {
        this.files = files;
        this.clock = clock;
        this.uname = new String[] {
            "domainname", kernel("domainname"),
            "machine", arch,
            "nodename", name,
            "release", kernel("osrelease"),
            "sysname", kernel("ostype"),
            "version", kernel("version")
        };
    }

    private String kernel(String what) {
        return files.word(files.path("/proc/sys/kernel/" + what));
    }

    @Override
    public void read(Families families) {
        families.info("node_uname_info", "The system; nodename is the name of the agent.", uname);
        families.gauge("node_time_seconds", "Time of the node, in seconds since 1970.", clock.millis() * MILLIS);
        List<String> stat = files.lines(files.path("/proc/stat"));
        families.gauge(
                "node_boot_time_seconds",
                "Time of the node's start, in seconds since 1970.",
                SystemFiles.number(stat, "btime"));
        families.gauge(
                "node_procs_running",
                "Number of threads that run or are ready to run.",
                SystemFiles.number(stat, "procs_running"));
        families.gauge(
                "node_procs_blocked",
                "Number of threads that wait for a disk.",
                SystemFiles.number(stat, "procs_blocked"));
        families.counter(
                "node_context_switches_total", "Number of context switches.", SystemFiles.number(stat, "ctxt"));
        families.counter("node_forks_total", "Number of forks.", SystemFiles.number(stat, "processes"));
        load(families);
        own(families);
    }

    private void load(Families families) {
        String[] loads = files.word(files.path("/proc/loadavg")).split("\\s+", -1);
        int[] minutes = {1, 5, 15};
        for (int i = 0; i < minutes.length && i < loads.length; i++) {
            if (loads[i].matches("\\d{1,9}(\\.\\d{1,9})?")) {
                families.gauge(
                        "node_load" + minutes[i],
                        "Mean number of threads that run or wait, over " + minutes[i] + " min.",
                        Double.parseDouble(loads[i]));
            }
        }
    }

    private void own(Families families) {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        families.counter(
                "process_cpu_seconds_total",
                "Processor time of the agent's process, in seconds.",
                system.getProcessCpuTime() * NANOS);
        families.gauge(
                "process_start_time_seconds",
                "Start of the agent's process, in seconds since 1970.",
                ManagementFactory.getRuntimeMXBean().getStartTime() * MILLIS);
        OptionalLong resident = files.number(files.path("/proc/self/status"), "VmRSS");
        families.gauge(
                "process_resident_memory_bytes",
                "Resident memory of the agent's process, in bytes.",
                resident.isPresent() ? OptionalDouble.of(resident.getAsLong() * KILOBYTE) : OptionalDouble.empty());
    }
}
