package io.pepper.monitor.internal.machine;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How long each processor was idle since the machine started, from {@code /proc/stat} (proc_stat(5)). Linux counts idle time exactly;
 * the time of tasks it samples, which threads that sleep and wake with the clock tick fool.
 *
 * @param idle ticks of a hundredth of a second, waiting for disks included, by processor
 */
record ProcessorTimes(Map<Integer, Long> idle) {
    private static final double TICK_SECONDS = 0.01;
    private static final String PREFIX = "cpu";
    private static final int IDLE = 4;

    static ProcessorTimes read(SystemFiles files) {
        Map<Integer, Long> idle = new LinkedHashMap<>();
        for (String line : files.lines(files.path("/proc/stat"))) {
            String[] words = line.split("\\s+", -1);
            OptionalLong number = line.startsWith(PREFIX)
                    ? SystemFiles.number(words[0].substring(PREFIX.length()))
                    : OptionalLong.empty();
            if (number.isPresent() && number.getAsLong() < Short.MAX_VALUE && words.length > IDLE + 1) {
                long ticks = SystemFiles.number(words[IDLE]).orElse(0)
                        + SystemFiles.number(words[IDLE + 1]).orElse(0);
                idle.put((int) number.getAsLong(), ticks);
            }
        }
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

    /** Idle processors on average over some seconds; no more than there are. */
    double idleSince(ProcessorTimes before, double seconds) {
        double sum = 0;
        for (Map.Entry<Integer, Long> entry : idle.entrySet()) {
            long ticks = entry.getValue() - before.idle.getOrDefault(entry.getKey(), entry.getValue());
            sum += Math.min(seconds, Math.max(0, ticks * TICK_SECONDS));
        }
        return sum / seconds;
    }
}
