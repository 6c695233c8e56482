package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.ModelTiming;
import io.pepper.predict.internal.csv.PaperTime;
import io.pepper.predict.internal.csv.Row;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.util.Optional;

/** A reader of rows of the original PEPPER's files. */
final class PaperRecords {
    private static final double MIDDLE_FROM = 35;
    private static final double MIDDLE_TO = 65;
    private static final int CORES = 4;

    private final boolean dropMiddleLoads;
    private final boolean normalizeToFourCores;

    /**
     * Creates a reader.
     *
     * @param dropMiddleLoads whether to leave out loads from 35 to 65 %
     * @param normalizeToFourCores whether to convert loads on fewer cores to a share of four cores
     */
    public PaperRecords(boolean dropMiddleLoads, boolean normalizeToFourCores) {
        this.dropMiddleLoads = dropMiddleLoads;
        this.normalizeToFourCores = normalizeToFourCores;
    }

    /**
     * Reads a row.
     *
     * @param row a row of a file of the original
     * @return its record; empty if the clean-up leaves it out
     * @throws IllegalArgumentException if a value is missing or wrong; the message names its column
     */
    public Optional<LatencyRecord> read(Row row) {
        double load = row.known("device_load_percent");
        int loadedCores = (int) row.optional("device_cpu_cores").orElse(CORES);
        if (normalizeToFourCores) {
            load = Math.min(100, load * loadedCores / CORES);
        }
        if (dropMiddleLoads && load >= MIDDLE_FROM && load <= MIDDLE_TO) {
            return Optional.empty();
        }
        String device = row.text("device");
        DeviceState state = DeviceState.of(device)
                .withModel(device)
                .withCores(CORES)
                .withCpuLoadPercent(load)
                .withDiskUsagePercent(row.known("device_disk_usage_percent"));
        double seconds = PaperTime.parse(row.text("execution_time"));
        String model = row.values().getOrDefault("model", "unnamed");
        return Optional.of(LatencyRecord.builder(
                        model,
                        row.values().getOrDefault("piece", model),
                        state,
                        ModelTiming.builder(1, seconds).build())
                .work(work(row))
                .threads(CORES)
                .load(new LoadLevel(load, load == 0 ? 0 : Math.max(1, loadedCores)))
                .execution((int) Math.max(1, row.optional("execution_number").orElse(1)))
                .build());
    }

    private static Workload work(Row row) {
        return Workload.builder()
                .set(WorkloadMeasure.CONV_LAYERS, row.known("conv_layers"))
                .set(WorkloadMeasure.POOL_LAYERS, row.known("pool_layers"))
                .set(WorkloadMeasure.FC_LAYERS, row.known("fully_conn_layers"))
                .set(WorkloadMeasure.FILTERS, row.known("filter_details"))
                .set(WorkloadMeasure.PARAMETERS, row.known("total_parameters"))
                .set(WorkloadMeasure.INPUT_BYTES, row.known("disk_io_read_bytes"))
                .set(WorkloadMeasure.OUTPUT_BYTES, row.known("disk_io_write_bytes"))
                .build();
    }
}
