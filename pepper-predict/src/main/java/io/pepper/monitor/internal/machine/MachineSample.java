package io.pepper.monitor.internal.machine;

import io.pepper.cluster.Conditions;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Counters of a machine at a moment. Immutable and therefore thread-safe.
 */
public final class MachineSample {
    private static final double ALL = 100;
    private static final double NANOS = 1e-9;

    private final long nanos;
    private final double cores;
    private final ProcessorTimes times;
    private final List<CpuGroups.Level> levels;
    private final boolean quotasKnown;
    private final Pressure pressure;
    private final OptionalDouble clockPercent;
    private final OptionalDouble celsius;

    MachineSample(
            long nanos,
            double cores,
            ProcessorTimes times,
            List<CpuGroups.Level> levels,
            boolean quotasKnown,
            Pressure pressure,
            OptionalDouble clockPercent,
            OptionalDouble celsius) {
        this.nanos = nanos;
        this.cores = cores;
        this.times = times;
        this.levels = List.copyOf(levels);
        this.quotasKnown = quotasKnown;
        this.pressure = pressure;
        this.clockPercent = clockPercent;
        this.celsius = celsius;
    }

    /**
     * When it was taken.
     *
     * @return as {@link System#nanoTime()} counts
     */
    public long nanos() {
        return nanos;
    }

    /**
     * The cores that work here may use.
     *
     * @return more than 0
     */
    public double cores() {
        return cores;
    }

    /**
     * The processors that this process may run on, as far as the system counts their time.
     *
     * @return 0 or more
     */
    public int processorCount() {
        return times.count();
    }

    /**
     * The seconds since another sample.
     *
     * @param before an earlier sample
     * @return seconds, 0 or more
     */
    public double secondsSince(MachineSample before) {
        return Math.max(0, (nanos - before.nanos) * NANOS);
    }

    /**
     * How much of the processors that this process may run on was busy, whoever used them.
     *
     * @param before an earlier sample
     * @return processors, on average; empty if it is not known, or no time went by
     */
    public OptionalDouble busyCores(MachineSample before) {
        double seconds = secondsSince(before);
        return seconds > 0 && times.count() > 0
                ? OptionalDouble.of(times.count() - times.idleSince(before.times, seconds))
                : OptionalDouble.empty();
    }

    /**
     * The same as a share of these processors, without what some used.
     *
     * @param before an earlier sample
     * @param withoutSeconds the processor time that is left out
     * @return percent, 0 to 100; empty if it is not known
     */
    public OptionalDouble busyPercent(MachineSample before, double withoutSeconds) {
        OptionalDouble busy = busyCores(before);
        if (busy.isEmpty()) {
            return busy;
        }
        double others = busy.getAsDouble() - withoutSeconds / secondsSince(before);
        return OptionalDouble.of(Math.max(0, Math.min(ALL, ALL * others / times.count())));
    }

    /**
     * The share of the {@link #cores} that was not to be had, since others used the processors or the quotas.
     *
     * @param before an earlier sample
     * @param withoutSeconds the processor time of this process that does not count
     * @return percent, 0 to 100; empty if it is not known
     */
    public OptionalDouble loadPercent(MachineSample before, double withoutSeconds) {
        double seconds = secondsSince(before);
        if (!(seconds > 0) || (times.count() == 0 && levels.isEmpty())) {
            return OptionalDouble.empty();
        }
        double own = withoutSeconds / seconds;
        double room = cores;
        OptionalDouble busy = busyCores(before);
        if (busy.isPresent()) {
            room = Math.min(room, times.count() - Math.max(0, busy.getAsDouble() - own));
        }
        for (int i = 0; i < levels.size(); i++) {
            room = Math.min(room, room(levels.get(i), before, i, own, seconds));
        }
        return OptionalDouble.of(ALL * (1 - Math.max(0, room) / cores));
    }

    /** What is left of a quota: by the time that was used, or, where that is not counted, by how often it was spent. */
    private static double room(CpuGroups.Level level, MachineSample before, int index, double own, double seconds) {
        if (index >= before.levels.size()) {
            return level.quotaCores();
        }
        CpuGroups.Level earlier = before.levels.get(index);
        if (level.usedSeconds().isPresent() && earlier.usedSeconds().isPresent()) {
            double used =
                    (level.usedSeconds().getAsDouble() - earlier.usedSeconds().getAsDouble()) / seconds;
            return level.quotaCores() - Math.max(0, used - own);
        }
        return level.quotaCores() * (1 - throttled(level, earlier).orElse(0) / ALL);
    }

    private static OptionalDouble throttled(CpuGroups.Level now, CpuGroups.Level before) {
        if (now.periods().isEmpty() || before.periods().isEmpty()) {
            return OptionalDouble.empty();
        }
        double periods = now.periods().getAsLong() - (double) before.periods().getAsLong();
        double stopped = now.throttled().orElse(0) - (double) before.throttled().orElse(0);
        return OptionalDouble.of(periods > 0 ? Math.max(0, Math.min(ALL, ALL * stopped / periods)) : 0);
    }

    /** The share of periods in which the most throttled of all groups was stopped. */
    private OptionalDouble throttledPercent(MachineSample before) {
        if (levels.isEmpty()) {
            return quotasKnown ? OptionalDouble.of(0) : OptionalDouble.empty();
        }
        OptionalDouble most = OptionalDouble.empty();
        for (int i = 0; i < Math.min(levels.size(), before.levels.size()); i++) {
            OptionalDouble share = throttled(levels.get(i), before.levels.get(i));
            if (share.isPresent() && share.getAsDouble() >= most.orElse(0)) {
                most = share;
            }
        }
        return most;
    }

    /**
     * The conditions since another sample; clock and temperature are those of this one.
     *
     * @param before an earlier sample
     * @return what is known of them
     */
    public Conditions since(MachineSample before) {
        double seconds = secondsSince(before);
        OptionalDouble quota =
                levels.stream().mapToDouble(CpuGroups.Level::quotaCores).min();
        return new Conditions(
                quota,
                seconds > 0 ? throttledPercent(before) : OptionalDouble.empty(),
                clockPercent,
                celsius,
                Pressure.percent(before.pressure.cpuMicros(), pressure.cpuMicros(), seconds),
                Pressure.percent(before.pressure.memoryMicros(), pressure.memoryMicros(), seconds),
                Pressure.percent(before.pressure.ioMicros(), pressure.ioMicros(), seconds));
    }
}
