package io.pepper.predict;

import io.pepper.monitor.internal.machine.Machine;
import io.pepper.session.internal.CoreAffinity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A load on the processor.
 *
 * @param percent the load, in percent of all cores together, 0 to 100
 * @param threads number of threads that share the load equally; more threads than cores make a queue
 * @param cores the cores to which the threads are bound in turn, so that the system cannot move a thread out of
 *     another's way; empty to let the system place the threads
 */
public record LoadLevel(double percent, int threads, List<Integer> cores) {
    private static final double ALL = 100;
    private static final Pattern WRITTEN =
            Pattern.compile("(\\d{1,3}(?:\\.\\d{1,9})?)(?:x(\\d{1,4}))?(?:@(\\d{1,4}(?:\\+\\d{1,4}){0,1023}))?");

    /** No load. */
    public static final LoadLevel NONE = new LoadLevel(0, 0);

    /**
     * Creates a load.
     *
     * @param percent the load, in percent of all cores together, 0 to 100
     * @param threads number of threads that share the load equally, 0 or more; at least 1 if {@code percent} is more
     *     than 0
     * @param cores the cores to which the threads are bound in turn; empty to let the system place the threads
     * @throws IllegalArgumentException if a value is out of its range
     */
    public LoadLevel {
        if (!(percent >= 0 && percent <= ALL) || threads < 0 || (percent > 0 && threads == 0)) {
            throw new IllegalArgumentException("no load: " + percent + " % by " + threads + " threads");
        }
        cores = List.copyOf(cores);
        if (cores.stream().anyMatch(core -> core < 0)) {
            throw new IllegalArgumentException("no core: " + cores);
        }
    }

    /**
     * Creates a load of threads that the system places.
     *
     * @param percent the load, in percent of all cores together, 0 to 100
     * @param threads number of threads that share the load equally, 0 or more; at least 1 if {@code percent} is more
     *     than 0
     * @throws IllegalArgumentException if a value is out of its range
     */
    public LoadLevel(double percent, int threads) {
        this(percent, threads, List.of());
    }

    /**
     * Returns an equal load on each core that this process may use. Each thread is bound to its core where that is
     * possible: on Linux, with {@code taskset}, and without a quota of fewer cores.
     *
     * @param percent 0 to 100
     * @return the load, with one thread for each core
     * @throws IllegalArgumentException if {@code percent} is out of its range
     */
    public static LoadLevel onAllCores(double percent) {
        if (percent == 0) {
            return NONE;
        }
        int count = (int) Math.ceil(Machine.here().cores());
        List<Integer> allowed = CoreAffinity.cores();
        return new LoadLevel(percent, count, allowed.size() == count ? allowed : List.of());
    }

    /**
     * Parses a load in the syntax of the command line: {@code 50} is on all cores, {@code 50x4} is made by four threads
     * that the system places, {@code 25x1@0} by one thread bound to core 0, {@code 50x4@0+1} by four threads on cores 0
     * and 1.
     *
     * @param text the load
     * @return the level
     * @throws IllegalArgumentException if the text does not follow the syntax or a number is out of its range
     */
    public static LoadLevel parse(String text) {
        Matcher parts = WRITTEN.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a load: write PERCENT, PERCENTxTHREADS or PERCENTxTHREADS@CORE+CORE");
        }
        double percent = Double.parseDouble(parts.group(1));
        List<Integer> cores = new ArrayList<>();
        if (parts.group(3) != null) {
            for (String core : parts.group(3).split("\\+", -1)) {
                cores.add(Integer.valueOf(core));
            }
        }
        if (parts.group(2) == null && cores.isEmpty()) {
            return onAllCores(percent);
        }
        return new LoadLevel(percent, parts.group(2) == null ? cores.size() : Integer.parseInt(parts.group(2)), cores);
    }

    /** Returns for instance {@code 50 % by 2 threads on cores [0, 1]}. */
    @Override
    public String toString() {
        String number =
                percent == Math.rint(percent) ? String.format(Locale.ROOT, "%.0f", percent) : String.valueOf(percent);
        return number + " %"
                + (threads == 0 ? "" : " by " + threads + " threads")
                + (cores.isEmpty() ? "" : " on cores " + cores);
    }
}
