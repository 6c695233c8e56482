package io.pepper.monitor;

import com.sun.management.OperatingSystemMXBean;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import io.pepper.monitor.internal.machine.Machine;
import io.pepper.monitor.internal.machine.MachineSample;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A monitor of this machine, or of the container of this process. On Linux, the cores, memory and load are those of the
 * tightest control group (version 1 or 2) above this process and of the processors that it may run on. On other systems
 * they come from the JDK. Thread-safe.
 */
public final class LocalDeviceMonitor implements DeviceMonitor {
    private static final double PERCENT = 100;

    private final String name;
    private final Duration window;

    private LocalDeviceMonitor(String name, Duration window) {
        this.name = name;
        this.window = window;
    }

    /**
     * Returns a monitor of this machine.
     *
     * @param name the device's name in readings
     * @param window period over which load and {@linkplain io.pepper.cluster.Conditions conditions} are measured; each
     *     reading takes this long
     * @return a monitor of one device
     */
    public static LocalDeviceMonitor of(String name, Duration window) {
        return new LocalDeviceMonitor(name, window);
    }

    @Override
    public Map<String, DeviceReading> read() throws IOException {
        List<String> problems = new ArrayList<>();
        Machine machine = Machine.here();
        MachineSample before = machine.sample();
        system().getCpuLoad(); // The first call starts the JDK's window.
        sleep();
        MachineSample now = machine.sample();
        DeviceState state = DeviceState.of(name).withReadAt(Instant.now()).withCores(now.cores());
        OptionalDouble load = load(before, now);
        if (load.isPresent()) {
            state = state.withCpuLoadPercent(load.getAsDouble());
        } else {
            problems.add("the system does not report the CPU load");
        }
        OptionalLong running = machine.runnableThreads();
        if (running.isPresent()) {
            state = state.withRunnableThreads(Math.max(0, running.getAsLong() - 1.0));
        }
        Platform platform = Platform.UNKNOWN.withInstructionSet(System.getProperty("os.arch", ""));
        Optional<String> model = machine.model();
        state = state.withPlatform(model.isPresent() ? platform.withKind(model.get()) : platform);
        state = state.withMemoryFreeBytes(machine.memoryFreeBytes().orElseGet(() -> system().getFreeMemorySize()))
                .withMemoryTotalBytes(machine.memoryTotalBytes().orElseGet(() -> system().getTotalMemorySize()));
        return Map.of(
                name, new DeviceReading(withDisk(state.withGpu(machine.gpu())), Map.of(), problems, now.since(before)));
    }

    private static DeviceState withDisk(DeviceState state) throws IOException {
        FileStore disk = Files.getFileStore(Path.of("/").toAbsolutePath());
        return disk.getTotalSpace() > 0
                ? state.withDiskUsagePercent(
                        PERCENT * (disk.getTotalSpace() - disk.getUsableSpace()) / disk.getTotalSpace())
                : state;
    }

    private static OperatingSystemMXBean system() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    }

    private void sleep() throws InterruptedIOException {
        try {
            Thread.sleep(window.toMillis());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("the reading was interrupted").initCause(stopped);
        }
    }

    /** Returns the load in percent; from the JDK if the window is empty or the system does not report it. */
    private static OptionalDouble load(MachineSample before, MachineSample now) {
        OptionalDouble load = now.loadPercent(before, 0);
        if (load.isPresent()) {
            return load;
        }
        double known = system().getCpuLoad();
        return known >= 0 ? OptionalDouble.of(Math.min(PERCENT, PERCENT * known)) : OptionalDouble.empty();
    }
}
