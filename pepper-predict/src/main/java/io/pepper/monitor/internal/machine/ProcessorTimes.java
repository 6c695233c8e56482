package io.pepper.monitor.internal.machine;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The idle time of each processor since the machine started, from {@code /proc/stat} (proc_stat(5)). Linux counts idle
 * time exactly. It only samples the time of tasks, which is wrong for threads that sleep and wake with the clock tick.
 *
 * @param idle idle time by processor in ticks of a hundredth of a second, including waiting for disks
 */
record ProcessorTimes(Map<Integer, Long> idle) {
    private static final int IDLE = ProcessorTicks.MODES.indexOf("idle");
    private static final int WAITING = ProcessorTicks.MODES.indexOf("iowait");

    static ProcessorTimes read(SystemFiles files) {
        Map<Integer, Long> idle = new LinkedHashMap<>();
        ProcessorTicks.of(files.lines(files.path("/proc/stat")))
                .forEach((number, ticks) -> idle.put(number, ticks.get(IDLE) + ticks.get(WAITING)));
        return new ProcessorTimes(idle);
    }

    BitSet numbers() {
        BitSet numbers = new BitSet();
        idle.keySet().forEach(numbers::set);
        return numbers;
    }

    ProcessorTimes of(BitSet processors) {
        Map<Integer, Long> some = new LinkedHashMap<>(idle);
        some.keySet().removeIf(number -> !processors.get(number));
        return new ProcessorTimes(some);
    }

    int count() {
        return idle.size();
    }

    /** Returns the mean number of idle processors over some seconds, at most the number of processors. */
    double idleSince(ProcessorTimes before, double seconds) {
        double sum = 0;
        for (Map.Entry<Integer, Long> entry : idle.entrySet()) {
            long ticks = entry.getValue() - before.idle.getOrDefault(entry.getKey(), entry.getValue());
            sum += Math.min(seconds, Math.max(0, ticks * ProcessorTicks.TICK_SECONDS));
        }
        return sum / seconds;
    }
}
