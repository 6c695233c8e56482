package io.pepper.monitor;

import io.pepper.cluster.DeviceState;

/** A value that a reading asks Prometheus for, and the field of the state that it fills. */
enum Fact {
    CPU_LOAD("CPU load", true),
    DISK("disk usage", true),
    RUNNABLE("runnable threads", true),
    FREE("free memory", true),
    MEMORY("memory", true),
    CORES("cores", true),
    POWER("power", false),
    CLOCK("clock", false),
    TEMPERATURE("temperature", false),
    CPU_PRESSURE("CPU pressure", false),
    MEMORY_PRESSURE("memory pressure", false),
    IO_PRESSURE("I/O pressure", false),
    GPU_LOAD("GPU load", false),
    GPU_FREE("free GPU memory", false),
    GPU_MEMORY("GPU memory", false);

    private static final double PERCENT = 100;

    /** A rate may miss the ends of its range by this many percent. */
    private static final double SLACK = 1;

    /** The largest accepted value: an exbibyte, which also exceeds any number of cores, threads and watts. */
    private static final double MOST = 1L << 60;

    private final String words;
    private final boolean expected;

    Fact(String words, boolean expected) {
        this.words = words;
        this.expected = expected;
    }

    String words() {
        return words;
    }

    String query(PrometheusQueries queries) {
        ConditionQueries conditions = queries.conditions();
        return switch (this) {
            case CPU_LOAD -> queries.cpuLoadPercent();
            case DISK -> queries.diskUsagePercent();
            case RUNNABLE -> queries.runnableThreads();
            case FREE -> queries.memoryFreeBytes();
            case MEMORY -> queries.memoryTotalBytes();
            case CORES -> queries.cores();
            case POWER -> queries.powerWatts();
            case CLOCK -> conditions.clockPercent();
            case TEMPERATURE -> conditions.temperatureCelsius();
            case CPU_PRESSURE -> conditions.cpuPressurePercent();
            case MEMORY_PRESSURE -> conditions.memoryPressurePercent();
            case IO_PRESSURE -> conditions.ioPressurePercent();
            case GPU_LOAD -> queries.gpuLoadPercent();
            case GPU_FREE -> queries.gpuMemoryFreeBytes();
            case GPU_MEMORY -> queries.gpuMemoryTotalBytes();
        };
    }

    /** Returns whether every node reports the value, so that its absence is a problem. */
    boolean isExpected() {
        return expected;
    }

    /** Returns whether the value is a share in percent. */
    boolean isShare() {
        return this != RUNNABLE
                && this != FREE
                && this != MEMORY
                && this != CORES
                && this != POWER
                && this != GPU_FREE
                && this != GPU_MEMORY
                && this != TEMPERATURE;
    }

    /**
     * Checks a value; clamps a share to 0 to 100.
     *
     * @throws IllegalArgumentException if the value is out of range
     */
    double checked(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("it is " + value);
        }
        if (!isShare()) {
            if (this != TEMPERATURE && value < 0) {
                throw new IllegalArgumentException("it is negative, " + value);
            }
            if (value > MOST) {
                throw new IllegalArgumentException(value + " is out of range");
            }
            return value;
        }
        if (value < -SLACK || value > PERCENT + SLACK) {
            throw new IllegalArgumentException(value + " % is out of range");
        }
        return Math.min(PERCENT, Math.max(0, value));
    }

    /** Returns a state with a checked value. Conditions are not part of the state. */
    DeviceState into(DeviceState state, double value) {
        return switch (this) {
            case CPU_LOAD -> state.withCpuLoadPercent(value);
            case DISK -> state.withDiskUsagePercent(value);
            case RUNNABLE -> state.withRunnableThreads(value);
            case FREE -> state.withMemoryFreeBytes((long) value);
            case MEMORY -> state.withMemoryTotalBytes((long) value);
            case CORES -> state.withCores(value);
            case POWER -> state.withPowerWatts(value);
            case GPU_LOAD -> state.withGpu(state.gpu().withLoadPercent(value));
            case GPU_FREE -> state.withGpu(state.gpu().withMemoryFreeBytes((long) value));
            case GPU_MEMORY -> state.withGpu(state.gpu().withMemoryTotalBytes((long) value));
            default -> state;
        };
    }
}
