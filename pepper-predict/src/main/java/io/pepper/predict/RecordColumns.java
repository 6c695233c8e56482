package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.GpuState;
import io.pepper.cluster.Platform;
import io.pepper.measure.ModelTiming;
import io.pepper.predict.internal.csv.PaperTime;
import io.pepper.predict.internal.csv.Row;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The columns of a data set, which {@code docs/latency-data.md} describes. Unknown values are empty. */
final class RecordColumns {
    private static final String CORE_SEPARATOR = "+";
    static final String KERNELS = "kernels";
    private static final Map<WorkloadMeasure, String> MEASURES = measures();

    private static final List<String> PLATFORM =
            List.of("instruction_set", "runtime", "runtime_version", "execution_provider");

    private static final List<String> GPU =
            List.of("gpu_load_percent", "gpu_memory_free_bytes", "gpu_memory_total_bytes");

    private RecordColumns() {}

    private static Map<WorkloadMeasure, String> measures() {
        Map<WorkloadMeasure, String> names = new LinkedHashMap<>();
        names.put(WorkloadMeasure.CONV_LAYERS, "conv_layers");
        names.put(WorkloadMeasure.POOL_LAYERS, "pool_layers");
        names.put(WorkloadMeasure.FC_LAYERS, "fully_conn_layers");
        names.put(WorkloadMeasure.FILTERS, "filter_details");
        names.put(WorkloadMeasure.PARAMETERS, "total_parameters");
        names.put(WorkloadMeasure.INPUT_BYTES, "disk_io_read_bytes");
        names.put(WorkloadMeasure.OUTPUT_BYTES, "disk_io_write_bytes");
        for (WorkloadMeasure measure : WorkloadMeasure.values()) {
            names.putIfAbsent(measure, measure.name().toLowerCase(Locale.ROOT));
        }
        return names;
    }

    /**
     * Returns the names of all columns.
     *
     * @return the names in the order of the file
     */
    public static List<String> names() {
        List<String> names = new ArrayList<>(List.of(
                "model",
                "piece",
                "device",
                "device_model",
                "device_cpu_cores",
                "threads",
                "load_target_percent",
                "load_threads",
                "load_cores",
                "load_achieved_percent",
                "device_load_percent",
                "runnable_threads",
                "device_disk_usage_percent",
                "memory_free_bytes",
                "execution_number",
                "measured_at",
                "runs",
                "execution_time",
                "execution_time_seconds",
                "min_seconds",
                "p25_seconds",
                "p75_seconds",
                "p90_seconds",
                "p99_seconds",
                "median_uncertainty",
                "session_seconds",
                "peak_memory_bytes"));
        names.addAll(PLATFORM);
        names.addAll(GPU);
        names.addAll(MEASURES.values());
        names.addAll(ConditionColumns.names());
        names.add(KERNELS);
        return names;
    }

    /**
     * Returns the values of a record.
     *
     * @param record the record
     * @return one value for each column
     */
    public static List<String> values(LatencyRecord record) {
        DeviceState device = record.device();
        ModelTiming timing = record.timing();
        List<String> values = new ArrayList<>(List.of(
                record.model(),
                record.piece(),
                device.device(),
                device.model().orElse(""),
                number(device.cores()),
                String.valueOf(record.threads()),
                plain(record.load().percent()),
                String.valueOf(record.load().threads()),
                cores(record.load()),
                number(record.achievedPercent()),
                number(device.cpuLoadPercent()),
                number(device.runnableThreads()),
                number(device.diskUsagePercent()),
                whole(device.memoryFreeBytes()),
                String.valueOf(record.execution()),
                device.readAt().map(Instant::toString).orElse(""),
                String.valueOf(timing.runs()),
                PaperTime.format(timing.medianSeconds()),
                plain(timing.medianSeconds()),
                plain(timing.minSeconds()),
                plain(timing.p25Seconds()),
                plain(timing.p75Seconds()),
                plain(timing.p90Seconds()),
                plain(timing.p99Seconds()),
                plain(timing.medianUncertainty()),
                number(timing.sessionSeconds()),
                whole(timing.peakMemoryBytes())));
        values.addAll(platform(device.platform()));
        values.addAll(gpu(device.gpu()));
        MEASURES.keySet().forEach(measure -> values.add(number(record.work().get(measure))));
        values.addAll(ConditionColumns.values(record));
        values.add(KernelText.write(record.work().kernels()));
        return values;
    }

    /** The values of the columns that describe the work, by column; empty for unknown values. */
    static Map<String, String> work(Workload work) {
        Map<String, String> values = new LinkedHashMap<>();
        MEASURES.forEach((measure, column) -> values.put(column, number(work.get(measure))));
        values.put(KERNELS, KernelText.write(work.kernels()));
        return values;
    }

    private static String whole(OptionalLong value) {
        return value.isPresent() ? String.valueOf(value.getAsLong()) : "";
    }

    private static List<String> gpu(GpuState gpu) {
        return List.of(number(gpu.loadPercent()), whole(gpu.memoryFreeBytes()), whole(gpu.memoryTotalBytes()));
    }

    private static List<String> platform(Platform platform) {
        return Stream.of(platform.instructionSet(), platform.runtime(), platform.runtimeVersion(), platform.provider())
                .map(value -> value.orElse(""))
                .toList();
    }

    private static String cores(LoadLevel load) {
        return load.cores().stream().map(String::valueOf).collect(Collectors.joining(CORE_SEPARATOR));
    }

    private static List<Integer> cores(String text) {
        try {
            return text.isEmpty()
                    ? List.of()
                    : Stream.of(text.split(Pattern.quote(CORE_SEPARATOR), -1))
                            .map(Integer::valueOf)
                            .toList();
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException(
                    "load_cores: '" + text + "' is not numbers with a + between them", wrong);
        }
    }

    private static String number(OptionalDouble value) {
        return value.isPresent() ? plain(value.getAsDouble()) : "";
    }

    private static String plain(double value) {
        return KernelText.plain(value);
    }

    /**
     * Reads a record from its values.
     *
     * @param row the values by column
     * @return the record
     * @throws IllegalArgumentException if a value is missing or wrong; the message names its column
     */
    public static LatencyRecord read(Row row) {
        Workload.Builder work = Workload.builder();
        MEASURES.forEach((measure, column) -> work.set(measure, row.optional(column)));
        KernelText.read(KERNELS, row.text(KERNELS)).forEach(work::add);
        LatencyRecord.Builder entry = LatencyRecord.builder(
                        row.text("model"), row.text("piece"), device(row), timing(row))
                .work(work.build())
                .threads((int) row.known("threads"))
                .load(new LoadLevel(
                        row.known("load_target_percent"),
                        (int) row.known("load_threads"),
                        cores(row.text("load_cores"))))
                .execution((int) row.known("execution_number"))
                .surroundings(ConditionColumns.surroundings(row))
                .marks(ConditionColumns.marks(row));
        row.optional("load_achieved_percent").ifPresent(entry::achievedPercent);
        return entry.build();
    }

    private static DeviceState device(Row row) {
        DeviceState.Builder state = DeviceState.builder(row.text("device"));
        text(row, "measured_at").map(Instant::parse).ifPresent(state::readAt);
        state.platform(new Platform(
                text(row, "device_model"),
                added(row, "instruction_set"),
                added(row, "runtime"),
                added(row, "runtime_version"),
                added(row, "execution_provider")));
        row.optional("device_cpu_cores").ifPresent(state::cores);
        row.optional("device_load_percent").ifPresent(state::cpuLoadPercent);
        row.optional("runnable_threads").ifPresent(state::runnableThreads);
        whole(row, "memory_free_bytes").ifPresent(state::memoryFreeBytes);
        row.optional("device_disk_usage_percent").ifPresent(state::diskUsagePercent);
        state.gpu(new GpuState(row.optional(GPU.get(0)), whole(row, GPU.get(1)), whole(row, GPU.get(2))));
        return state.build();
    }

    private static Optional<String> text(Row row, String column) {
        return Optional.of(row.text(column)).filter(text -> !text.isEmpty());
    }

    /** Returns a text of a column that files of earlier versions lack. */
    private static Optional<String> added(Row row, String column) {
        return Optional.ofNullable(row.values().get(column)).filter(text -> !text.isEmpty());
    }

    private static OptionalLong whole(Row row, String column) {
        OptionalDouble value = row.optional(column);
        return value.isPresent() ? OptionalLong.of((long) value.getAsDouble()) : OptionalLong.empty();
    }

    private static ModelTiming timing(Row row) {
        ModelTiming.Builder timing = ModelTiming.builder((int) row.known("runs"), row.known("execution_time_seconds"))
                .minSeconds(row.known("min_seconds"))
                .p25Seconds(row.known("p25_seconds"))
                .p75Seconds(row.known("p75_seconds"))
                .p90Seconds(row.known("p90_seconds"))
                .p99Seconds(row.known("p99_seconds"));
        row.optional("median_uncertainty").ifPresent(timing::medianUncertainty);
        row.optional("session_seconds").ifPresent(timing::sessionSeconds);
        whole(row, "peak_memory_bytes").ifPresent(timing::peakMemoryBytes);
        return timing.build();
    }
}
