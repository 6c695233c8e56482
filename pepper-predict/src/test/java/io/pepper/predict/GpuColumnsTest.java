package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.GpuState;
import io.pepper.predict.internal.csv.CsvTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The load and memory of a graphics processor in data sets, and data sets of versions that did not know them. */
class GpuColumnsTest {
    private static final GpuState GPU =
            new GpuState(OptionalDouble.of(37.5), OptionalLong.of(3L << 30), OptionalLong.of(4L << 30));

    @TempDir
    Path directory;

    private static LatencyRecord entry(int execution, GpuState gpu) {
        LatencyRecord like = LatencyDatasetTest.entry("net", 1e9, 1, 0, 0.5);
        return like.toBuilder()
                .device(DeviceState.of("nano").withGpu(gpu))
                .execution(execution)
                .build();
    }

    @Test
    void knownValuesAreWrittenAndReadAndUnknownOnesAreEmpty() throws IOException {
        Path file = directory.resolve("data.csv");
        GpuState loadAlone = GpuState.UNKNOWN.withLoadPercent(5);
        LatencyDataset.of(List.of(entry(1, GPU), entry(2, GpuState.UNKNOWN), entry(3, loadAlone)))
                .write(file);
        assertThat(LatencyDataset.read(file).records())
                .extracting(record -> record.device().gpu())
                .containsExactly(GPU, GpuState.UNKNOWN, loadAlone);
        assertThat(RecordColumns.names())
                .contains("gpu_load_percent", "gpu_memory_free_bytes", "gpu_memory_total_bytes");
    }

    /** Returns a line as earlier versions wrote it. */
    private static String earlier(List<String> values) {
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            if (!RecordColumns.names().get(i).startsWith("gpu_")) {
                kept.add(values.get(i));
            }
        }
        return CsvTable.line(kept);
    }

    @Test
    void filesOfEarlierVersionsAreReadAndTheirCampaignsGoOn() throws IOException {
        Path file = directory.resolve("old.csv");
        Files.writeString(
                file, earlier(RecordColumns.names()) + earlier(RecordColumns.values(entry(1, GpuState.UNKNOWN))));
        LatencyDataset old = LatencyDataset.read(file);
        assertThat(old.problems()).isEmpty();
        assertThat(old.records())
                .singleElement()
                .satisfies(record -> assertThat(record.device().gpu()).isEqualTo(GpuState.UNKNOWN));
        try (RecordFile campaign = RecordFile.open(file)) {
            assertThat(campaign.holds(old.records().get(0).key(), 1)).isTrue();
            campaign.append(entry(2, GPU));
        }
        assertThat(LatencyDataset.read(file).records())
                .extracting(record -> record.device().gpu())
                .containsExactly(GpuState.UNKNOWN, GPU);
    }

    @Test
    void impossibleValuesAreRefusedByName() throws IOException {
        Path file = directory.resolve("data.csv");
        LatencyDataset.of(List.of(entry(1, GPU))).write(file);
        Files.writeString(file, Files.readString(file).replace("37.5", "137.5"));
        assertThat(LatencyDataset.read(file).problems())
                .singleElement()
                .asString()
                .contains(file + ":2: ", "GPU load 137.5");
        assertThatThrownBy(() -> GPU.withMemoryFreeBytes(-1)).hasMessageContaining("GPU memory -1");
    }
}
