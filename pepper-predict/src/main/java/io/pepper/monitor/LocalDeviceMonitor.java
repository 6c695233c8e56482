package io.pepper.monitor;

import com.sun.management.OperatingSystemMXBean;
import io.pepper.cluster.DeviceState;
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

/** This machine, as the JDK and, on Linux, {@code /proc} know it. Thread-safe. */
public final class LocalDeviceMonitor implements DeviceMonitor {
    private static final double PERCENT = 100;
    private static final Path BOARD = Path.of("/proc/device-tree/model");
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Path RUNNING = Path.of("/proc/loadavg");

    private final String name;
    private final Duration window;

    private LocalDeviceMonitor(String name, Duration window) {
        this.name = name;
        this.window = window;
    }

    /**
     * Watches this machine.
     *
     * @param name what to call it
     * @param window over how long the load is taken; a reading takes as long
     * @return a monitor of one device
     */
    public static LocalDeviceMonitor of(String name, Duration window) {
        return new LocalDeviceMonitor(name, window);
    }

    @Override
    public Map<String, DeviceReading> read() throws IOException {
        List<String> problems = new ArrayList<>();
        DeviceState state = DeviceState.of(name)
                .withReadAt(Instant.now())
                .withCores(Runtime.getRuntime().availableProcessors());
        OptionalDouble load = load();
        if (load.isPresent()) {
            state = state.withCpuLoadPercent(load.getAsDouble());
        } else {
            problems.add("the system does not tell the CPU load");
        }
        Optional<String> running = line(RUNNING, "");
        if (running.isPresent()) {
            String[] words = running.get().split(" ", -1);
            int all = Integer.parseInt(words[3].substring(0, words[3].indexOf('/')));
            state = state.withRunnableThreads(Math.max(0, all - 1));
        }
        Optional<String> model = model();
        if (model.isPresent()) {
            state = state.withModel(model.get());
        }
        FileStore disk = Files.getFileStore(Path.of("/").toAbsolutePath());
        if (disk.getTotalSpace() > 0) {
            state = state.withDiskUsagePercent(
                    PERCENT * (disk.getTotalSpace() - disk.getUsableSpace()) / disk.getTotalSpace());
        }
        return Map.of(
                name,
                new DeviceReading(
                        state.withMemoryFreeBytes(memory()).withMemoryTotalBytes(system().getTotalMemorySize()),
                        Map.of(),
                        problems));
    }

    private static OperatingSystemMXBean system() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    }

    /** The first call begins the window. */
    private OptionalDouble load() throws InterruptedIOException {
        system().getCpuLoad();
        try {
            Thread.sleep(window.toMillis());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("the reading was interrupted").initCause(stopped);
        }
        double load = system().getCpuLoad();
        return load >= 0 ? OptionalDouble.of(Math.min(PERCENT, PERCENT * load)) : OptionalDouble.empty();
    }

    /** What is free, or can be freed. */
    private static long memory() {
        return line(MEMORY, "MemAvailable:")
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .orElseGet(() -> system().getFreeMemorySize());
    }

    private static Optional<String> model() {
        Optional<String> board = line(BOARD, "").map(text -> text.replace("\0", ""));
        return board.isPresent()
                ? board
                : line(PROCESSOR, "model name")
                        .map(line -> line.substring(line.indexOf(':') + 1).strip());
    }

    private static Optional<String> line(Path file, String prefix) {
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(prefix))
                    .findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
