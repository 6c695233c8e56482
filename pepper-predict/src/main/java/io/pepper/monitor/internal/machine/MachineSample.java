package io.pepper.monitor.internal.machine;

import io.pepper.cluster.Conditions;
import java.util.List;
import java.util.OptionalDouble;

/** The counters of a machine at a moment. Immutable and therefore thread-safe. */
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
     * Returns the time of the sample.
     *
     * @return nanoseconds on the scale of {@link System#nanoTime()}
     */
    public long nanos() {
        return nanos;
    }

    /**
     * Returns the number of cores that this process may use.
     *
     * @return more than 0
     */
    public double cores() {
        return cores;
    }

    /**
     * Returns the number of processors that this process may run on and whose time the system counts.
     *
     * @return 0 or more
     */
    public int processorCount() {
        return times.count();
    }

    /**
     * Returns the time since another sample.
     *
     * @param before an earlier sample
     * @return seconds, 0 or more
     */
    public double secondsSince(MachineSample before) {
        return Math.max(0, (nanos - before.nanos) * NANOS);
    }

    /**
     * Returns how many of the processors that this process may run on were busy, for all processes together.
     *
     * @param before an earlier sample
     * @return the mean number of processors; empty if it is unknown, or no time has passed
     */
    public OptionalDouble busyCores(MachineSample before) {
        double seconds = secondsSince(before);
        return seconds > 0 && times.count() > 0
                ? OptionalDouble.of(times.count() - times.idleSince(before.times, seconds))
                : OptionalDouble.empty();
    }

    /**
     * Returns the busy share of these processors, without a given use.
     *
     * @param before an earlier sample
     * @param withoutSeconds the processor time to leave out, in seconds
     * @return percent, 0 to 100; empty if it is unknown
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
     * Returns the share of the {@link #cores} that was not available because others used the processors or the quotas.
     *
     * @param before an earlier sample
     * @param withoutSeconds the processor time of this process to leave out, in seconds
     * @return percent, 0 to 100; empty if it is unknown
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

    /**
     * Returns the unused cores of a quota: from the used time or, if that is not counted, from the share of throttled
     * periods.
     */
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

    /** Returns the share of throttled periods of the most throttled group, in percent. */
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
     * Returns the conditions since another sample; clock and temperature are those of this sample.
     *
     * @param before an earlier sample
     * @return the known conditions
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
