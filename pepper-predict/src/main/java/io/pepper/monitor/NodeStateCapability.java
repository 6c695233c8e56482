package io.pepper.monitor;

import com.sun.management.OperatingSystemMXBean;
import io.pepper.cluster.DeviceState;
import io.pepper.distributed.CapabilityTask;
import io.pepper.distributed.NodeCapability;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The state of a node's device. The load and the runnable threads are those of other processes: the work of the node
 * itself is left out, and a note has it, since a planner that took it for other work would move parts away from
 * themselves. Questions within a second get the same answer. Thread-safe.
 */
public final class NodeStateCapability implements NodeCapability {
    /** The name of the capability. */
    public static final String NAME = "state";

    private static final Duration WINDOW = Duration.ofMillis(500);
    private static final long FRESH_NANOS = 1_000_000_000;
    private static final double PERCENT = 100;

    private Optional<String> last = Optional.empty();
    private long lastNanos;

    /** Creates the capability of one node. */
    public NodeStateCapability() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isProtected() {
        return false;
    }

    @Override
    public void perform(CapabilityTask task) throws IOException {
        task.answer(text(task));
    }

    private synchronized String text(CapabilityTask task) throws IOException {
        if (last.isPresent() && System.nanoTime() - lastNanos < FRESH_NANOS) {
            return last.get();
        }
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long cpuBefore = system.getProcessCpuTime();
        long begin = System.nanoTime();
        Map<String, DeviceReading> readings =
                LocalDeviceMonitor.of(task.device(), WINDOW).read();
        double own = (double) Math.max(0, system.getProcessCpuTime() - cpuBefore) / (System.nanoTime() - begin);
        DeviceReading reading = withKind(withoutOwn(readings.values().iterator().next(), own), task.kind());
        String text = ReadingText.write(reading);
        last = Optional.of(text);
        lastNanos = System.nanoTime();
        return text;
    }

    private static DeviceReading withKind(DeviceReading reading, Optional<String> kind) {
        return kind.isPresent()
                ? reading.withState(
                        reading.state().withPlatform(reading.state().platform().withKind(kind.get())))
                : reading;
    }

    /**
     * Returns a reading without the work of this process.
     *
     * @param reading the reading
     * @param ownCores the number of cores that this process kept busy
     */
    static DeviceReading withoutOwn(DeviceReading reading, double ownCores) {
        DeviceState state = reading.state();
        OptionalDouble load = state.cpuLoadPercent();
        double share = PERCENT * ownCores / state.cores().orElse(1);
        List<String> notes = new ArrayList<>(reading.notes());
        if (load.isPresent()) {
            state = state.withCpuLoadPercent(Math.max(0, load.getAsDouble() - share));
            if (share >= 1) {
                notes.add(String.format(
                        Locale.ROOT,
                        "the node itself takes %.0f %% of the processors, which its load leaves out",
                        share));
            }
        }
        OptionalDouble runnable = state.runnableThreads();
        if (runnable.isPresent()) {
            state = state.withRunnableThreads(Math.max(0, runnable.getAsDouble() - ownCores));
        }
        return new DeviceReading(
                state,
                reading.labels(),
                reading.problems(),
                reading.conditions(),
                reading.identity(),
                notes,
                reading.ambiguous());
    }
}
