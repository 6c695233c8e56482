package io.pepper.monitor.internal.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The time of each processor in each mode since the machine started, from {@code /proc/stat} (proc_stat(5)). */
public final class ProcessorTicks {
    /** The modes in the order of the file. The time of guests is part of {@code user} and {@code nice}. */
    public static final List<String> MODES =
            List.of("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal");

    /** A tick in seconds. */
    public static final double TICK_SECONDS = 0.01;

    private static final String PREFIX = "cpu";
    private static final int FEWEST = 5;

    private ProcessorTicks() {}

    /**
     * Returns the ticks of each processor.
     *
     * @param stat the lines of {@code /proc/stat}
     * @return by processor, the ticks in the order of {@link #MODES}; old kernels report the first five modes or more
     */
    public static Map<Integer, List<Long>> of(List<String> stat) {
        Map<Integer, List<Long>> ticks = new LinkedHashMap<>();
        for (String line : stat) {
            if (!line.startsWith(PREFIX)) {
                continue;
            }
            String[] words = line.split("\\s+", -1);
            OptionalLong number = SystemFiles.number(words[0].substring(PREFIX.length()));
            if (number.isPresent() && number.getAsLong() < Short.MAX_VALUE && words.length > FEWEST) {
                List<Long> modes = new ArrayList<>();
                for (int i = 1; i < words.length && i <= MODES.size(); i++) {
                    modes.add(SystemFiles.number(words[i]).orElse(0));
                }
                ticks.put((int) number.getAsLong(), List.copyOf(modes));
            }
        }
        return ticks;
    }
}
