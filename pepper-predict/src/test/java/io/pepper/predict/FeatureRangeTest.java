package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cluster.DeviceState;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The values of features that count as measured. A quiet machine is never quite idle while a campaign looks at it. */
class FeatureRangeTest {
    private static final Workload WORK = Workload.builder()
            .add(Kernel.of(KernelFamily.ELEMENTWISE, 1e6, 1e5, 1e5))
            .build();

    @TempDir
    Path directory;

    private static DeviceState state(double load, double runnable) {
        return DeviceState.of("board").withCores(4).withCpuLoadPercent(load).withRunnableThreads(runnable);
    }

    private static FeatureRange range(FeatureSchema schema, DeviceState... measured) {
        return FeatureRange.of(
                schema,
                Arrays.stream(measured)
                        .map(state -> row(schema, WORK, 1, state))
                        .toList());
    }

    private static float[] row(FeatureSchema schema, Workload work, int threads, DeviceState state) {
        float[] row = new float[schema.size()];
        schema.fill(work, threads, state, row, 0);
        return row;
    }

    private static List<String> reasons(FeatureRange range, FeatureSchema schema, DeviceState state) {
        float[] row = row(schema, WORK, 1, state);
        List<String> reasons = range.reasons(row);
        assertThat(range.isOutside(row)).isEqualTo(!reasons.isEmpty());
        return reasons;
    }

    @ParameterizedTest
    @ValueSource(strings = {"paper", "extended"})
    void anIdleDeviceIsMeasuredOnceRecordsWithoutLoadExist(String name) {
        FeatureSchema schema = FeatureSchema.named(name).orElseThrow();
        FeatureRange range = range(schema, state(0.194, 0.9), state(60, 3));
        assertThat(reasons(range, schema, state(0, 0))).isEmpty();
        assertThat(reasons(range, schema, state(0.05, 0.1))).isEmpty();
        assertThat(reasons(range, schema, state(60, 3))).isEmpty();
    }

    @Test
    void theUpperEndsOfLoadFeaturesRemain() {
        FeatureRange range = range(FeatureSchema.EXTENDED, state(0.194, 0.9), state(40, 2));
        assertThat(reasons(range, FeatureSchema.EXTENDED, state(80, 6)))
                .containsExactly(
                        "device_load_percent is 80, measured from 0.194 to 40",
                        "runnable_threads is 6, measured from 0.9 to 2",
                        "contention is 1.75, measured from 0.475 to 0.75");
    }

    @ParameterizedTest
    @ValueSource(strings = {"paper", "extended"})
    void anIdleDeviceIsNotMeasuredByRecordsUnderLoadAlone(String name) {
        FeatureSchema schema = FeatureSchema.named(name).orElseThrow();
        FeatureRange range = range(schema, state(40, 2), state(100, 4));
        assertThat(reasons(range, schema, state(0, 0)))
                .first()
                .isEqualTo("device_load_percent is 0, measured from 40 to 100");
    }

    @Test
    void runnableThreadsKeepTheirLowerEndWhereTheLoadIsUnknown() {
        DeviceState unknown = DeviceState.of("board").withCores(4).withRunnableThreads(3);
        FeatureRange range = range(FeatureSchema.EXTENDED, unknown);
        assertThat(reasons(range, FeatureSchema.EXTENDED, unknown.withRunnableThreads(0)))
                .first()
                .isEqualTo("runnable_threads is 0, measured from 3 to 3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "device_cpu_cores", "flops", "bytes", "peak_bytes", "weight_bytes"})
    void otherFeaturesKeepTheirLowerEnds(String feature) {
        FeatureSchema schema = FeatureSchema.EXTENDED;
        int place = schema.features().indexOf(feature);
        float[] least = new float[schema.size()];
        Arrays.fill(least, 8);
        least[schema.features().indexOf("device_load_percent")] = 0.2F;
        float[] most = new float[schema.size()];
        Arrays.fill(most, 100);
        FeatureRange range = FeatureRange.of(schema, least, most);
        float[] row = least.clone();
        assertThat(range.isOutside(row)).isFalse();
        row[place] = 1;
        assertThat(range.isOutside(row)).isTrue();
        assertThat(range.reasons(row)).containsExactly(feature + " is 1, measured from 8 to 100");
    }

    @Test
    void theDiskOfThePapersFeaturesKeepsItsLowerEnd() {
        FeatureSchema schema = FeatureSchema.PAPER;
        FeatureRange range = range(
                schema,
                state(0.5, 0).toBuilder().diskUsagePercent(50).build(),
                state(90, 0).toBuilder().diskUsagePercent(60).build());
        assertThat(range.reasons(row(
                        schema,
                        WORK,
                        1,
                        state(0, 0).toBuilder().diskUsagePercent(5).build())))
                .containsExactly("device_disk_usage_percent is 5, measured from 50 to 60");
    }

    @Test
    void savedPredictorsKnowIdleDevicesToo() throws IOException {
        List<LatencyRecord> records = new ArrayList<>();
        for (LatencyRecord entry : BoardData.encoders("xeon").records().subList(0, 40)) {
            double load = records.size() % 2 == 0 ? 0.194 : 50;
            records.add(entry.toBuilder()
                    .device(entry.device().toBuilder()
                            .cores(2)
                            .cpuLoadPercent(load)
                            .runnableThreads(load / 50)
                            .build())
                    .build());
        }
        Path file = directory.resolve("quiet.predictor");
        new Learner(records, TrainingOptions.EXTENDED)
                .sumAlone(0, SomeFacts.NONE)
                .save(file);
        TrainedPredictor predictor = TrainedPredictor.load(file);
        LatencyRecord known = records.get(0);
        DeviceState idle = known.device().withCpuLoadPercent(0).withRunnableThreads(0);
        assertThat(predictor.extrapolations(known.work(), known.threads(), idle))
                .isEmpty();
        assertThat(predictor.predict(known.work(), known.threads(), idle).extrapolated())
                .isFalse();
        assertThat(predictor.extrapolations(known.work(), known.threads(), idle.withCpuLoadPercent(100)))
                .containsExactly("device_load_percent is 100, measured from 0.194 to 50");
    }

    @Test
    void theStarterOfThisInstructionSetKnowsIdleDevices() {
        StarterMachine machine = (StarterMachine) StarterPredictors.of("x86-64").orElseThrow();
        DeviceState idle =
                DeviceState.of("x").withCores(2).withCpuLoadPercent(0).withRunnableThreads(0);
        for (Workload network : StarterNetworks.all()) {
            assertThat(machine.trained().extrapolations(network, 1, idle))
                    .noneMatch(reason -> reason.startsWith("device_load_percent")
                            || reason.startsWith("runnable_threads")
                            || reason.startsWith("contention"));
        }
    }
}
