package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.ModelTiming;
import io.pepper.measure.OperatorSweep;
import io.pepper.measure.TimingOptions;
import io.pepper.model.InputShapes;
import io.pepper.model.ProgressListener;
import io.pepper.predict.internal.csv.CsvTable;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands under the name of a campaign's file, or happens to it, is said by name and loses nothing. */
class CampaignFileTest {
    private static final TimingOptions ONCE =
            TimingOptions.DEFAULTS.withRuns(1, 2).withBudget(Duration.ofMillis(1));

    @TempDir
    Path directory;

    private static Workload work(double flops) {
        return Workload.builder()
                .set(WorkloadMeasure.PARAMETERS, 10)
                .add(Kernel.builder(KernelFamily.CONVOLUTION)
                        .flops(flops)
                        .inputBytes(4)
                        .outputBytes(4)
                        .weightBytes(4)
                        .depth(3)
                        .channels(8)
                        .window(9)
                        .groups(1)
                        .build())
                .build();
    }

    private static LatencyRecord record(int execution, double seconds, Workload work) {
        ModelTiming timing =
                ModelTiming.builder(7, seconds).medianUncertainty(0.1).build();
        return LatencyRecord.builder("net", "whole", DeviceState.of("here"), timing)
                .work(work)
                .achievedPercent(0)
                .execution(execution)
                .build();
    }

    private ProfileTarget piece(String name, Workload work) {
        return new ProfileTarget("net", name, directory.resolve(name + ".onnx"), InputShapes.NONE, work);
    }

    private static void append(Path csv, LatencyRecord... records) throws IOException {
        try (RecordFile file = RecordFile.open(csv)) {
            for (LatencyRecord record : records) {
                file.append(record);
            }
        }
    }

    private static void refused(Path csv, String reason) {
        List<ThrowingCallable> ways = List.of(() -> RecordFile.open(csv).close(), () -> LatencyProfiler.check(csv));
        assertThat(ways).allSatisfy(way -> assertThatThrownBy(way)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(csv.toString())
                .hasMessageContaining(reason));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a thesis without an end",
                "a,b\n1,2",
                "model,piece\nnet,whole",
                "\u0000\u0001\n\u0002",
                "\n",
                "x\n\n\ny"
            })
    void aFileOfSomethingElseStaysAsItWas(String content) throws IOException {
        Path csv = directory.resolve("other.txt");
        Files.writeString(csv, content);
        refused(csv, "choose another file");
        assertThat(csv).hasContent(content);
    }

    @Test
    void bytesThatAreNoTextStayAsTheyWere() throws IOException {
        Path csv = directory.resolve("weights.bin");
        byte[] bytes = new byte[100_000];
        Arrays.fill(bytes, (byte) 0xff);
        Files.write(csv, bytes);
        refused(csv, "choose another file");
        assertThat(csv).hasBinaryContent(bytes);
    }

    @Test
    void directoriesPipesDevicesAndMissingDirectoriesAreNamed() throws IOException {
        refused(directory, "is a directory");
        refused(directory.resolve("none/data.csv"), "does not exist; create it first");
        refused(directory.resolve("data.csv.gz"), "choose a name without .gz");
        assertThat(directory).isEmptyDirectory();
        Path device = Path.of("/dev/null");
        assumeThat(device).exists();
        refused(device, "is a pipe or a device");
    }

    @Test
    void checkingCreatesNoFileAndKeepsWhatIsThere() throws IOException {
        Path csv = directory.resolve("data.csv");
        LatencyProfiler.check(csv);
        assertThat(csv).doesNotExist();
        append(csv, record(1, 0.5, work(3)));
        String whole = Files.readString(csv) + "net,torn";
        Files.writeString(csv, whole);
        LatencyProfiler.check(csv);
        assertThat(csv)
                .as("the torn line is dropped by a campaign, which says so")
                .hasContent(whole);
    }

    @Test
    void aFirstLineThatWasTornIsWrittenAgain() throws IOException {
        Path csv = directory.resolve("data.csv");
        append(csv);
        String header = Files.readString(csv);
        for (int length : new int[] {0, 1, 20, header.length() - 1}) {
            Files.writeString(csv, header.substring(0, length));
            append(csv, record(1, 0.5, work(3)));
            assertThat(LatencyDataset.read(csv).records())
                    .as("torn at " + length)
                    .hasSize(1);
        }
    }

    @Test
    void twoCampaignsDoNotWriteToOneFile() throws IOException {
        Path csv = directory.resolve("data.csv");
        try (RecordFile first = RecordFile.open(csv)) {
            refused(csv, "another campaign writes to this file");
            first.append(record(1, 0.5, work(3)));
            refused(csv, "another campaign writes to this file");
        }
        append(csv, record(2, 0.5, work(3)));
        assertThat(LatencyDataset.read(csv).records()).hasSize(2);
    }

    @Test
    void anotherProcessDoesNotWriteToTheFileOfACampaign() throws IOException, InterruptedException {
        Path csv = directory.resolve("data.csv");
        append(csv, record(1, 0.5, work(3)));
        Path program = directory.resolve("Locks.java");
        Files.writeString(
                program,
                """
                class Locks {
                    public static void main(String[] files) throws Exception {
                        try (var file = new java.io.RandomAccessFile(files[0], "rw")) {
                            System.exit(file.getChannel().tryLock() == null ? 7 : 8);
                        }
                    }
                }
                """);
        try (RecordFile held = RecordFile.open(csv)) {
            assertThat(held.holds(record(1, 0.5, work(3)).key(), 1))
                    .as("was read")
                    .isTrue();
            Process other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            program.toString(),
                            csv.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("said.txt").toFile())
                    .start();
            assertThat(other.waitFor()).as("7: locked").isEqualTo(7);
        }
    }

    @Test
    void aFileThatIsRemovedOrReplacedMeanwhileEndsTheCampaign() throws IOException {
        Path csv = directory.resolve("data.csv");
        List<Consumer<Path>> changes = new ArrayList<>();
        changes.add(path -> assertThat(path.toFile().delete()).isTrue());
        changes.add(path -> {
            Path other = path.resolveSibling("other");
            assertThat(other.toFile().mkdir()).isTrue();
            assertThat(path.toFile().renameTo(other.resolve("moved").toFile())).isTrue();
            assertThat(other.toFile().renameTo(path.toFile())).isTrue();
        });
        for (Consumer<Path> change : changes) {
            try (RecordFile file = RecordFile.open(csv)) {
                file.append(record(1, 0.5, work(3)));
                change.accept(csv);
                assertThatThrownBy(() -> file.append(record(2, 0.5, work(3))))
                        .isInstanceOf(FileSystemException.class)
                        .hasMessageContaining(csv + ": was removed or replaced");
            }
        }
    }

    @Test
    void rowsThatAreWrongAreKeptWhenMarksAreSet() throws IOException {
        Path csv = directory.resolve("data.csv");
        append(csv, record(1, 0.5, work(3)), record(2, 0.1, work(3)), record(3, 0.1, work(3)));
        List<String> lines = new ArrayList<>(Files.readAllLines(csv));
        lines.add(2, "net,a row that somebody edited");
        Files.write(csv, lines);
        try (RecordFile file = RecordFile.open(csv)) {
            LatencyDataset data = file.mark();
            assertThat(data.marks()).containsKey(Mark.ROUNDS_DISAGREE);
            assertThat(data.problems()).hasSize(2).last().asString().contains("has wrong rows");
        }
        assertThat(Files.readAllLines(csv)).isEqualTo(lines);
        lines.remove(2);
        Files.write(csv, lines);
        try (RecordFile file = RecordFile.open(csv)) {
            assertThat(file.mark().problems()).isEmpty();
        }
        assertThat(LatencyDataset.read(csv).marks()).containsKey(Mark.ROUNDS_DISAGREE);
    }

    /** A line without the columns that an earlier version did not know. */
    private static String earlier(List<String> values) {
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            if (!ConditionColumns.names().contains(RecordColumns.names().get(i))) {
                kept.add(values.get(i));
            }
        }
        return CsvTable.line(kept);
    }

    @Test
    void rowsOfAnEarlierVersionThatAreWrongAreNotDropped() throws IOException {
        Path csv = directory.resolve("data.csv");
        String columns = earlier(RecordColumns.names());
        String row = earlier(RecordColumns.values(record(1, 0.5, work(3))));
        String wrong = row.replace("here,", "here,,x");
        Files.writeString(csv, columns + row + wrong);
        assertThatThrownBy(() -> RecordFile.open(csv))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(csv + ":3: ")
                .hasMessageContaining("mend or remove this row");
        assertThat(csv).hasContent(columns + row + wrong);
        Files.writeString(csv, columns + row + "net,torn");
        try (RecordFile file = RecordFile.open(csv)) {
            assertThat(file.holds(record(1, 0.5, work(3)).key(), 1)).isTrue();
        }
        Files.writeString(csv, columns);
        append(csv, record(1, 0.5, work(3)));
        assertThat(LatencyDataset.read(csv).records()).hasSize(1);
    }

    @Test
    void measurementsOfAnotherModelUnderTheSameNameAreRefused() throws IOException {
        Path csv = directory.resolve("data.csv");
        append(csv, record(1, 0.5, work(3)));
        String before = Files.readString(csv);
        try (RecordFile file = RecordFile.open(csv)) {
            file.requireSameWork(piece("whole", work(3)));
            file.requireSameWork(piece("cuts-0-1", work(4)));
            assertThatThrownBy(() -> file.requireSameWork(piece("whole", work(4))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(csv + ": holds measurements of another model")
                    .hasMessageContaining("net whole: the kernels differ");
        }
        Workload more = Workload.builder().set(WorkloadMeasure.PARAMETERS, 11).build();
        Campaign plan = new Campaign(List.of(piece("whole", more)), List.of(LoadLevel.NONE), List.of(1), 1, ONCE, 1);
        assertThatThrownBy(() -> LatencyProfiler.run(plan, () -> DeviceState.of("here"), csv, ProgressListener.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("total_parameters was 10 and is 11")
                .hasMessageContaining("choose another file");
        assertThat(csv).as("nothing is lost").hasContent(before);
    }

    @Test
    void aPieceWhoseFileIsReplacedMeanwhileIsNotMeasured() throws IOException {
        List<String> names = OperatorSweep.names().subList(0, 2);
        List<ProfileTarget> pieces = new ArrayList<>();
        for (Path file : OperatorSweep.write(directory.resolve("sweep"), names)) {
            String name = names.get(pieces.size());
            pieces.add(new ProfileTarget(OperatorSweep.MODEL, name, file, OperatorSweep.sizes(name), work(3)));
        }
        Path csv = directory.resolve("data.csv");
        Campaign plan = new Campaign(pieces, List.of(LoadLevel.NONE), List.of(1), 4, ONCE, 1);
        ProgressListener exchange = (task, done, total) -> {
            if (done == 0) {
                replace(pieces.get(0).file(), pieces.get(1).file());
            }
        };
        LatencyDataset data = LatencyProfiler.run(plan, () -> DeviceState.of("here"), csv, exchange);
        assertThat(data.records())
                .as("three rounds in one visit, and the fourth of the other")
                .hasSize(7);
        assertThat(data.problems())
                .singleElement()
                .asString()
                .contains(pieces.get(0).piece() + ": cannot be measured: "
                        + pieces.get(0).file())
                .contains("was changed or replaced while the campaign ran");
    }

    private static void replace(Path file, Path by) {
        try {
            Path draft = file.resolveSibling("draft");
            Files.write(draft, Files.readAllBytes(by));
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void aFullDiskLeavesNoTornLine() throws IOException {
        Path csv = directory.resolve("data.csv");
        append(csv, record(1, 0.5, work(3)));
        String before = Files.readString(csv);
        OwnedFile.Writing full = (handle, bytes) -> {
            handle.write(bytes, 0, bytes.length / 2);
            throw new IOException("No space left on device");
        };
        try (OwnedFile file = OwnedFile.open(csv, full)) {
            assertThatThrownBy(() -> file.append("net,whole,here\n"))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessageContaining(csv + ": No space left on device");
        }
        assertThat(csv).hasContent(before);
    }
}
