package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.ModelTiming;
import io.pepper.predict.internal.csv.CsvTable;
import io.pepper.predict.internal.csv.PaperTime;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyDatasetTest {
    private static final String ORIGINAL =
            """
            conv_layers,device,device_cpu_cores,device_load_percent,device_disk_usage_percent,disk_io_read_bytes,disk_io_write_bytes,execution_number,execution_time,filter_details,fully_conn_layers,pool_layers,total_parameters
            53,raspberrypi,4,80,41.5,602112,4000,1,00:00:01.250000,26560,1,2,25610155
            53,jetson,4,50,41.5,602112,4000,2,00:00:00.750000,26560,1,2,25610155
            53,jetson,2,90,41.5,602112,4000,3,00:00:00.700000,26560,1,2,25610155
            53,jetson,4,90,41.5,602112,4000,4,0.7 s,26560,1,2,25610155
            53,jetson,4,,41.5,602112,4000,5,00:00:00.700000,26560,1,2,25610155
            53,jetson,4,90
            """;

    @TempDir
    Path directory;

    static LatencyRecord entry(String model, double flops, int threads, double load, double seconds) {
        Workload work = Workload.builder()
                .set(WorkloadMeasure.CONV_LAYERS, 3)
                .set(WorkloadMeasure.INPUT_BYTES, 1000)
                .add(Kernel.builder(KernelFamily.CONVOLUTION)
                        .flops(flops)
                        .inputBytes(5e5)
                        .outputBytes(5e5)
                        .weightBytes(0)
                        .depth(576)
                        .channels(64)
                        .window(9)
                        .groups(1)
                        .build())
                .build();
        DeviceState state = DeviceState.builder("pi")
                .readAt(Instant.parse("2026-01-02T03:04:05Z"))
                .cores(4)
                .model("Raspberry Pi 4, rev. 2")
                .cpuLoadPercent(load)
                .memoryFreeBytes(123_456_789_012L)
                .build();
        ModelTiming timing = ModelTiming.builder(9, seconds)
                .minSeconds(seconds * 0.9)
                .p25Seconds(seconds * 0.95)
                .p75Seconds(seconds * 1.05)
                .p90Seconds(seconds * 1.1)
                .p99Seconds(seconds * 1.2)
                .medianUncertainty(0.01)
                .sessionSeconds(0.2)
                .peakMemoryBytes(7)
                .build();
        return LatencyRecord.builder(model, "whole, \"quoted\"", state, timing)
                .work(work)
                .threads(threads)
                .load(new LoadLevel(load, load == 0 ? 0 : 4))
                .build();
    }

    private Path write(List<LatencyRecord> records) throws IOException {
        StringBuilder csv = new StringBuilder(CsvTable.line(RecordColumns.names()));
        records.forEach(record -> csv.append(CsvTable.line(RecordColumns.values(record))));
        Path file = directory.resolve("data.csv");
        Files.writeString(file, csv);
        return file;
    }

    @Test
    void readsWhatItWrites() throws IOException {
        List<LatencyRecord> records = List.of(entry("a", 1e9, 1, 0, 0.012), entry("b", 12345.678, 2, 33.25, 1e-5));
        LatencyDataset read = LatencyDataset.read(write(records));
        assertThat(read.problems()).isEmpty();
        assertThat(read.records()).isEqualTo(records);
        assertThat(read.sha256()).isEqualTo(LatencyDataset.of(records).sha256()).hasSize(64);
    }

    @Test
    void saysWhichRowsAreWrong() throws IOException {
        Path file = write(List.of(entry("a", 1e9, 1, 0, 0.012), entry("b", 1e9, 1, 0, 0.012)));
        List<String> lines = Files.readAllLines(file);
        Files.write(
                file,
                List.of(lines.get(0), lines.get(1).replace("0.012", "NaN"), lines.get(1) + ",more", lines.get(2)));
        Files.writeString(file, Files.readString(file) + "torn,line");
        LatencyDataset read = LatencyDataset.read(file);
        assertThat(read.records()).hasSize(1);
        assertThat(read.problems())
                .hasSize(3)
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem)
                                .startsWith(file + ":2: ")
                                .contains("'execution_time_seconds'", "'NaN' is not a number"),
                        problem -> assertThat(problem).startsWith(file + ":3: ").contains("columns"),
                        problem -> assertThat(problem).isEqualTo(file + ":5: torn: the last line has no line end"));
    }

    @Test
    void manyWrongRowsLeadToABoundedNumberOfProblems() throws IOException {
        Path file = directory.resolve("wrong.csv");
        Files.writeString(file, "execution_time_seconds\n" + "nothing\n".repeat(5_000));
        List<String> problems = LatencyDataset.read(file).problems();
        assertThat(problems).hasSize(1_001);
        assertThat(problems.get(999)).startsWith(file + ":1001: ");
        assertThat(problems.get(1_000)).isEqualTo(file + ": 4000 more rows are wrong");
    }

    @Test
    void dataSetsThatDoNotFitInMemoryAreRefused() throws IOException {
        Path wide = directory.resolve("wide.csv");
        Files.writeString(wide, "execution_time_seconds\n" + "1".repeat(2_000_000));
        assertThatThrownBy(() -> LatencyDataset.read(wide))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("wide.csv:2: is longer than");
        Path tall = directory.resolve("tall.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(tall))) {
            out.write("execution_time_seconds\n".getBytes(StandardCharsets.UTF_8));
            out.write("\n".repeat(2_000_000).getBytes(StandardCharsets.UTF_8));
        }
        assertThatThrownBy(() -> LatencyDataset.read(tall))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tall.csv.gz: has more than 1048576 lines");
    }

    @Test
    void readsFilesOfTheOriginalTool() throws IOException {
        Path file = directory.resolve("original.csv");
        Files.writeString(file, ORIGINAL);
        LatencyDataset all = LatencyDataset.read(file, PaperCleanup.NONE);
        assertThat(all.records()).hasSize(3);
        assertThat(all.problems()).hasSize(3);
        assertThat(all.problems().get(0)).contains(":5: '0.7 s' is not a time in the form HH:MM:SS.micros");
        assertThat(all.problems().get(1)).contains(":6: column 'device_load_percent' is empty");
        LatencyRecord first = all.records().get(0);
        assertThat(first.timing().medianSeconds()).isEqualTo(1.25);
        assertThat(first.work().get(WorkloadMeasure.PARAMETERS)).hasValue(25610155);
        assertThat(first.device().cpuLoadPercent()).hasValue(80);
        LatencyDataset clean = LatencyDataset.read(file);
        assertThat(clean.records())
                .as("50 % is dropped, and so is 90 % of two cores, which are 45 % of four")
                .hasSize(1);
        assertThat(LatencyDataset.read(file, new PaperCleanup(false, true))
                        .records()
                        .get(2)
                        .device()
                        .cpuLoadPercent())
                .hasValue(45);
    }

    @Test
    void columnsIncludeThoseOfTheOriginal() {
        assertThat(RecordColumns.names())
                .contains(ORIGINAL.lines().findFirst().orElseThrow().split(","));
    }

    @Test
    void writesTimesInTheFormatOfTheOriginalTool() {
        assertThat(PaperTime.format(3661.5)).isEqualTo("01:01:01.500000");
        assertThat(PaperTime.parse("01:01:01.5")).isEqualTo(3661.5);
        assertThat(PaperTime.parse("00:00:00")).isZero();
        assertThatThrownBy(() -> PaperTime.parse("1:2:3")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesOtherFiles() throws IOException {
        Path file = directory.resolve("other.csv");
        Files.writeString(file, "a,b\n1,2\n");
        assertThatThrownBy(() -> LatencyDataset.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no column 'execution_time_seconds' or 'execution_time'");
    }

    @Test
    void averagesMeasurementsOfTheSame() {
        LatencyDataset data = LatencyDataset.of(List.of(
                entry("a", 1e9, 1, 0, 3),
                entry("a", 1e9, 1, 0, 1),
                entry("a", 1e9, 1, 0, 5),
                entry("a", 1e9, 2, 0, 9)));
        List<LatencyRecord> mean = data.averaged().records();
        assertThat(mean).extracting(record -> record.timing().medianSeconds()).containsExactly(3.0, 9.0);
        assertThat(mean.get(0).timing().medianUncertainty())
                .as("a standard error of 2 / sqrt(3) to either side, relative to 3")
                .isCloseTo(2 * 1.96 * 2 / Math.sqrt(3) / 3, within(1e-12));
        assertThat(mean.get(0).timing().runs())
                .isEqualTo(3 * data.records().get(0).timing().runs());
        assertThat(mean.get(1))
                .as("one alone stays as it is")
                .isEqualTo(data.records().get(3));
    }
}
