package io.pepper.monitor.internal.machine;

import io.pepper.cluster.GpuState;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * This machine, or the part of it that a container may use: the tightest limits of all control groups of this process
 * (version 1 and 2), and the processors that it may run on. Without Linux's files, the values come from the JDK.
 * Immutable and therefore thread-safe; values are read at each call.
 */
public final class Machine {
    private static final int KILOBYTE = 1 << 10;
    private static final long NONE = Long.MAX_VALUE;

    private final SystemFiles files;
    private final ControlGroups groups;
    private final CpuGroups quotas;
    private final MemoryGroups memory;

    private Machine(SystemFiles files) {
        this.files = files;
        this.groups = ControlGroups.read(files);
        this.quotas = new CpuGroups(files, groups);
        this.memory = new MemoryGroups(files, groups);
    }

    /**
     * Returns this machine with the current control groups of this process.
     *
     * @return the machine
     */
    public static Machine here() {
        return at(Path.of("/"));
    }

    /**
     * Returns a machine whose {@code /proc} and {@code /sys} are in a directory.
     *
     * @param root the directory
     * @return the machine
     */
    public static Machine at(Path root) {
        return new Machine(new SystemFiles(root));
    }

    /**
     * Returns the number of cores that this process may use.
     *
     * @return more than 0; a fraction if a quota grants part of a core's time
     */
    public double cores() {
        return Math.min(processors().cardinality(), quotaCores().orElse(Double.MAX_VALUE));
    }

    /**
     * Returns the tightest quota of processor time of all control groups.
     *
     * @return the quota in cores; empty if there is none, or none can be read
     */
    public OptionalDouble quotaCores() {
        return quotas.levels().stream().mapToDouble(CpuGroups.Level::quotaCores).min();
    }

    /**
     * Returns the limits of the control groups of this process, and what is used of them.
     *
     * @return the limits; empty where there is none, or none can be read
     */
    public GroupLimits limits() {
        Optional<CpuGroups.Level> tightest =
                quotas.levels().stream().min(Comparator.comparingDouble(CpuGroups.Level::quotaCores));
        return new GroupLimits(
                tightest.map(level -> OptionalDouble.of(level.quotaCores())).orElse(OptionalDouble.empty()),
                tightest.map(CpuGroups.Level::usedSeconds).orElse(OptionalDouble.empty()),
                tightest.map(CpuGroups.Level::periods).orElse(OptionalLong.empty()),
                tightest.map(CpuGroups.Level::throttled).orElse(OptionalLong.empty()),
                below(memory.limitBytes()),
                below(memory.leftBytes()));
    }

    /** Returns a limit of memory if it can matter: version 1 writes a number beyond any memory instead of none. */
    private OptionalLong below(long bytes) {
        long most = files.number(files.path("/proc/meminfo"), "MemTotal").orElse(NONE / KILOBYTE) * KILOBYTE;
        return bytes < most ? OptionalLong.of(bytes) : OptionalLong.empty();
    }

    /** Returns the processors that exist and that this process may run on. */
    BitSet processors() {
        BitSet all = ProcessorTimes.read(files).numbers();
        if (all.isEmpty()) {
            all.set(0, Runtime.getRuntime().availableProcessors());
        }
        BitSet allowed = (BitSet) all.clone();
        files.field(files.path("/proc/self/status"), "Cpus_allowed_list")
                .ifPresent(list -> allowed.and(CpuList.read(list)));
        for (Path directory :
                groups.of("cpuset").map(ControlGroups.Levels::directories).orElse(List.of())) {
            List.of("cpuset.cpus.effective", "cpuset.effective_cpus", "cpuset.cpus").stream()
                    .map(name -> files.text(directory.resolve(name)).orElse("").strip())
                    .filter(list -> !list.isEmpty())
                    .findFirst()
                    .ifPresent(list -> allowed.and(CpuList.read(list)));
        }
        return allowed.isEmpty() ? all : allowed; // Containers may renumber processors.
    }

    /**
     * Returns the total memory, or the limit of the tightest control group.
     *
     * @return bytes; empty if neither is known
     */
    public OptionalLong memoryTotalBytes() {
        return least(files.number(files.path("/proc/meminfo"), "MemTotal"), memory.limitBytes());
    }

    /**
     * Returns the memory that is free or can be freed, here and in every control group.
     *
     * @return bytes; empty if it is unknown
     */
    public OptionalLong memoryFreeBytes() {
        return least(files.number(files.path("/proc/meminfo"), "MemAvailable"), memory.leftBytes());
    }

    private static OptionalLong least(OptionalLong kilobytes, long limit) {
        long machine = kilobytes.isPresent() ? kilobytes.getAsLong() * KILOBYTE : NONE;
        return Math.min(machine, limit) == NONE ? OptionalLong.empty() : OptionalLong.of(Math.min(machine, limit));
    }

    /**
     * Returns the number of threads that run or are ready to run.
     *
     * @return the current number, including the calling thread; empty if it is unknown
     */
    public OptionalLong runnableThreads() {
        return files.number(files.path("/proc/stat"), "procs_running");
    }

    /**
     * Returns the kind of machine.
     *
     * @return the board's name, for instance {@code Raspberry Pi 4 Model B}, or the processor's name
     */
    public Optional<String> model() {
        Optional<String> board = files.text(files.path("/proc/device-tree/model"))
                .map(text -> text.replace("\0", "").strip());
        return board.filter(text -> !text.isEmpty())
                .or(() -> files.field(files.path("/proc/cpuinfo"), "model name"))
                .filter(text -> !text.isEmpty());
    }

    /**
     * Returns the load and the memory of the graphics processor.
     *
     * @return the current values, which are empty if no driver reports them
     */
    public GpuState gpu() {
        return Gpu.read(files);
    }

    /**
     * Returns the current counters. Two samples show what happened between them.
     *
     * @return a sample
     */
    public MachineSample sample() {
        return sample(System.nanoTime());
    }

    MachineSample sample(long nanos) {
        BitSet allowed = processors();
        List<CpuGroups.Level> levels = quotas.levels();
        double cores = Math.min(
                allowed.cardinality(),
                levels.stream()
                        .map(CpuGroups.Level::quotaCores)
                        .min(Comparator.naturalOrder())
                        .orElse(Double.MAX_VALUE));
        return new MachineSample(
                nanos,
                cores,
                ProcessorTimes.read(files).of(allowed),
                levels,
                quotas.isKnown(),
                Pressure.read(files, groups),
                Clock.percent(files, allowed),
                Temperature.celsius(files));
    }
}
