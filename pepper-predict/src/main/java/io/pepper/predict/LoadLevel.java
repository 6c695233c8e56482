package io.pepper.predict;

import io.pepper.monitor.internal.machine.Machine;
import io.pepper.session.CoreAffinity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A load on the processor.
 *
 * @param percent how much of all cores together it takes, 0 to 100
 * @param threads how many threads make it, each as much as the others; more than there are cores for threads that queue
 * @param cores the cores that the threads are bound to, in turn, so that the system cannot move one out of another's way;
 *     empty for threads that run wherever the system puts them
 */
public record LoadLevel(double percent, int threads, List<Integer> cores) {
    private static final double ALL = 100;
    private static final Pattern WRITTEN =
            Pattern.compile("(\\d{1,3}(?:\\.\\d{1,9})?)(?:x(\\d{1,4}))?(?:@(\\d{1,4}(?:\\+\\d{1,4}){0,1023}))?");

    /** No load. */
    public static final LoadLevel NONE = new LoadLevel(0, 0);

    /**
     * Checks the numbers.
     *
     * @param percent see the record
     * @param threads see the record
     * @param cores see the record
     * @throws IllegalArgumentException if one is out of its range
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
     * By threads that run wherever the system puts them.
     *
     * @param percent see the record
     * @param threads see the record
     * @throws IllegalArgumentException if one is out of its range
     */
    public LoadLevel(double percent, int threads) {
        this(percent, threads, List.of());
    }

    /**
     * As much on each core that work here may use, by a thread that is bound to it where that can be done (on Linux, with
     * {@code taskset}, and without a quota of fewer cores).
     *
     * @param percent 0 to 100
     * @return that load, by as many threads as there are cores
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
     * Reads a load as the command line has it: {@code 50} is on all cores, {@code 50x4} by four threads wherever the system puts
     * them, {@code 25x1@0} by one that is bound to core 0, {@code 50x4@0+1} by four on cores 0 and 1.
     *
     * @param text the load
     * @return the level
     * @throws IllegalArgumentException if the text is not one
     */
    public static LoadLevel parse(String text) {
        Matcher parts = WRITTEN.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no load: write PERCENT, PERCENTxTHREADS or PERCENTxTHREADS@CORE+CORE");
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

    /** For instance {@code 50 % by 2 threads on cores [0, 1]}. */
    @Override
    public String toString() {
        String number =
                percent == Math.rint(percent) ? String.format(Locale.ROOT, "%.0f", percent) : String.valueOf(percent);
        return number + " %"
                + (threads == 0 ? "" : " by " + threads + " threads")
                + (cores.isEmpty() ? "" : " on cores " + cores);
    }
}
