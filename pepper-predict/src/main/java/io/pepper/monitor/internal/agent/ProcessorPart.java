package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.ProcessorTicks;
import io.pepper.monitor.internal.machine.SystemFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Times, clocks and thermal throttling of the processors. */
final class ProcessorPart implements NodePart {
    private static final double HERTZ = 1e3;
    private static final String NUMBERED = "cpu[0-9]*";

    private final SystemFiles files;

    ProcessorPart(SystemFiles files) {
        this.files = files;
    }

    @Override
    public void read(Families families) {
        List<String> stat = files.lines(files.path("/proc/stat"));
        ProcessorTicks.of(stat).forEach((number, ticks) -> {
            for (int i = 0; i < ticks.size(); i++) {
                families.counter(
                        "node_cpu_seconds_total",
                        "Seconds that a processor spent in a mode.",
                        ticks.get(i) * ProcessorTicks.TICK_SECONDS,
                        "cpu",
                        String.valueOf(number),
                        "mode",
                        ProcessorTicks.MODES.get(i));
            }
        });
        for (Path processor : files.list("/sys/devices/system/cpu", NUMBERED)) {
            String number = String.valueOf(processor.getFileName()).substring("cpu".length());
            clocks(families, processor.resolve("cpufreq"), number);
            throttling(families, processor, number);
        }
    }

    private void clocks(Families families, Path clock, String cpu) {
        families.gauge(
                "node_cpu_scaling_frequency_hertz",
                "Current clock of a processor, in hertz.",
                files.scaled(clock.resolve("scaling_cur_freq"), HERTZ),
                "cpu",
                cpu);
        families.gauge(
                "node_cpu_scaling_frequency_max_hertz",
                "Highest clock that the system permits, in hertz.",
                files.scaled(clock.resolve("scaling_max_freq"), HERTZ),
                "cpu",
                cpu);
        families.gauge(
                "node_cpu_frequency_max_hertz",
                "Highest clock of the processor, in hertz.",
                files.scaled(clock.resolve("cpuinfo_max_freq"), HERTZ),
                "cpu",
                cpu);
    }

    /** The counts of an x86 processor; those of a core are in the directories of all its threads. */
    private void throttling(Families families, Path processor, String number) {
        OptionalLong core = files.number(processor.resolve("thermal_throttle/core_throttle_count"));
        if (core.isEmpty()) {
            return;
        }
        String unit = files.word(processor.resolve("topology/physical_package_id"));
        String coreId = files.word(processor.resolve("topology/core_id"));
        families.counter(
                "node_cpu_core_throttles_total",
                "Number of times that a core was throttled because of its temperature.",
                core,
                "core",
                coreId.isEmpty() ? number : coreId,
                "package",
                unit);
        families.counter(
                "node_cpu_package_throttles_total",
                "Number of times that a package of cores was throttled because of its temperature.",
                files.number(processor.resolve("thermal_throttle/package_throttle_count")),
                "package",
                unit);
    }
}
