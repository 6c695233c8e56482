package io.pepper.predict;

import com.sun.management.OperatingSystemMXBean;
import io.pepper.monitor.internal.machine.Machine;
import io.pepper.monitor.internal.machine.MachineSample;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The counters of this machine at a moment, with the processor time of this process and of the load generator.
 *
 * @param machine the machine's counters
 * @param runnable number of threads that run or are ready to run
 * @param ownSeconds processor time of this process without the load, in seconds
 * @param loadSeconds processor time of the load, in seconds
 */
record MachineMoment(MachineSample machine, OptionalLong runnable, double ownSeconds, OptionalDouble loadSeconds)
        implements CampaignMoment {
    private static final double NANOS = 1e-9;
    private static final double PERCENT = 100;

    static MachineMoment now(LoadGenerator load) throws IOException {
        Machine machine = Machine.here();
        Optional<Duration> used = load.used();
        double loadSeconds = used.map(MachineMoment::seconds).orElse(0.0);
        double process =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() * NANOS;
        return new MachineMoment(
                machine.sample(),
                machine.runnableThreads(),
                process - (load.whyInProcess().isPresent() ? loadSeconds : 0),
                used.isPresent() ? OptionalDouble.of(loadSeconds) : OptionalDouble.empty());
    }

    private static double seconds(Duration time) {
        return time.toNanos() * NANOS;
    }

    @Override
    public double secondsSince(CampaignMoment earlier) {
        return machine.secondsSince(((MachineMoment) earlier).machine);
    }

    @Override
    public Span since(CampaignMoment other) {
        MachineMoment earlier = (MachineMoment) other;
        double seconds = secondsSince(earlier);
        double own = Math.max(0, ownSeconds - earlier.ownSeconds);
        double load = loadSeconds.orElse(0) - earlier.loadSeconds.orElse(0);
        OptionalDouble achieved = loadSeconds.isEmpty() || !(seconds > 0)
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.min(PERCENT, PERCENT * load / (seconds * machine.cores())));
        OptionalDouble foreign = machine.busyPercent(earlier.machine, own + load);
        OptionalDouble all = machine.loadPercent(earlier.machine, own);
        double cores = foreign.orElse(0) / PERCENT * machine.processorCount();
        double waiting = runnable.orElse(1) - 1.0 - (seconds > 0 ? (own + load) / seconds : 0);
        return new Span(
                achieved,
                foreign,
                all.isPresent() && achieved.isPresent()
                        ? OptionalDouble.of(Math.max(all.getAsDouble(), achieved.getAsDouble()))
                        : achieved,
                foreign.orElse(0) >= Marks.BUSY_PERCENT ? Math.max(cores, waiting) : cores,
                machine.since(earlier.machine));
    }
}
