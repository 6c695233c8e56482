package io.pepper.distributed.internal.control;

import java.lang.management.ManagementFactory;
import java.util.OptionalDouble;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.ObjectName;

/** The load of the processors that this process may use, measured regularly. Thread-safe. */
final class MachineLoad {
    private static final long PERIOD_MILLIS = 2_000;
    private static final double PERCENT = 100;

    private volatile double share = Double.NaN;

    private MachineLoad() {}

    /** Measures the load on a thread from now on. */
    static MachineLoad watch(ScheduledExecutorService thread) {
        MachineLoad made = new MachineLoad();
        Future<?> unused = thread.scheduleWithFixedDelay(
                () -> made.share = made.isFirst() ? made.begin() : read(), 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        return made;
    }

    private boolean isFirst() {
        return Double.isNaN(share);
    }

    /** Begins the first period, whose load is unknown before its end. */
    private double begin() {
        return Double.isNaN(read()) ? Double.NaN : -1;
    }

    /** Returns the share of busy processors since the last call; NaN if this Java does not tell. */
    private static double read() {
        try {
            Object value = ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME), "CpuLoad");
            return value instanceof Double load ? load : Double.NaN;
        } catch (JMException untold) {
            return Double.NaN;
        }
    }

    /** Returns the load of all processors together in the last period, 0 to 100; empty before its end. */
    OptionalDouble percent() {
        double now = share;
        return now >= 0 && now <= 1 ? OptionalDouble.of(PERCENT * now) : OptionalDouble.empty();
    }
}
