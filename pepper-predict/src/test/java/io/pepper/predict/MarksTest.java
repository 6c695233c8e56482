package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.Conditions;
import io.pepper.cluster.DeviceState;
import io.pepper.measure.ModelTiming;
import io.pepper.predict.internal.csv.CsvTable;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measurements that are not to be believed are marked, stay marked in files, and are not learned from. */
class MarksTest {
    private static final Conditions CALM = conditions(0, 100);

    @TempDir
    Path directory;

    private static Conditions conditions(double throttled, double clock) {
        return new Conditions(
                OptionalDouble.of(0.5),
                OptionalDouble.of(throttled),
                OptionalDouble.of(clock),
                OptionalDouble.of(61.5),
                OptionalDouble.of(12.25),
                OptionalDouble.of(0),
                OptionalDouble.empty());
    }

    private static Surroundings around(double before, double during, Conditions conditions) {
        return new Surroundings(OptionalDouble.of(before), OptionalDouble.of(during), CALM, conditions, true);
    }

    private static ModelTiming timing(double median, double least) {
        return ModelTiming.builder(9, median)
                .minSeconds(least)
                .medianUncertainty(0.01)
                .build();
    }

    private static LatencyRecord record(String piece, double load, int round, double seconds, Mark... marks) {
        DeviceState state = DeviceState.of("pi").withCores(0.5).withCpuLoadPercent(load);
        return LatencyRecord.builder("m", piece, state, timing(seconds, seconds))
                .load(load == 0 ? LoadLevel.NONE : new LoadLevel(load, 1))
                .execution(round)
                .surroundings(around(0, 0, CALM))
                .marks(Set.of(marks))
                .build();
    }

    private static Set<Mark> marks(Surroundings around, double load, double median, double least) {
        return Marks.of(around, load == 0 ? LoadLevel.NONE : new LoadLevel(load, 1), timing(median, least));
    }

    @Test
    void marksFollowFromTheMeasurementItself() {
        assertThat(marks(around(0, 9, CALM), 0, 1.9, 1)).isEmpty();
        assertThat(marks(around(0, 10, CALM), 0, 1, 1)).containsExactly(Mark.BUSY);
        assertThat(marks(around(80, 0, CALM), 50, 1, 1)).containsExactly(Mark.BUSY);
        assertThat(marks(around(0, 0, conditions(1, 100)), 0, 1, 1)).containsExactly(Mark.THROTTLED);
        assertThat(marks(around(0, 0, conditions(0, 60)), 0, 1, 1)).containsExactly(Mark.SLOW_CLOCK);
        assertThat(marks(around(0, 0, CALM), 0, 2.1, 1)).containsExactly(Mark.UNSTEADY);
        assertThat(marks(around(0, 0, CALM), 50, 2.1, 1))
                .as("runs under load differ by nature")
                .isEmpty();
        assertThat(marks(Surroundings.UNKNOWN, 0, 1, 1))
                .as("what is not known is no reason")
                .isEmpty();
    }

    @Test
    void partsThatAreSlowerThanTheWhole() {
        List<LatencyRecord> marked = Marks.compare(List.of(
                record("whole", 0, 1, 0.010),
                record("cuts-0-1", 0, 1, 0.0109),
                record("cuts-1-2", 0, 1, 0.012),
                record("cuts-1-2", 50, 1, 0.012),
                record("whole", 50, 1, 0.020)));
        assertThat(marked)
                .extracting(LatencyRecord::marks)
                .containsExactly(Set.of(), Set.of(), Set.of(Mark.PART_SLOWER_THAN_WHOLE), Set.of(), Set.of());
    }

    @Test
    void theLongestRunOfSegmentsIsTheWhole() {
        List<LatencyRecord> marked = Marks.compare(List.of(
                record("segments-1-1", 0, 1, 0.001),
                record("segments-1-10", 0, 1, 0.010),
                record("segments-2-9", 0, 1, 0.013),
                record("segments-1-9", 0, 1, 0.010)));
        assertThat(marked.get(2).marks()).containsExactly(Mark.PART_SLOWER_THAN_WHOLE);
        assertThat(marked).filteredOn(record -> !record.marks().isEmpty()).hasSize(1);
    }

    @Test
    void aWholeThatWasDisturbedIsNotWhatPartsAreComparedWith() {
        List<LatencyRecord> marked = Marks.compare(List.of(
                record("whole", 0, 1, 0.050, Mark.BUSY),
                record("whole", 0, 2, 0.010),
                record("cuts-0-1", 0, 1, 0.015)));
        assertThat(marked.get(2).marks()).containsExactly(Mark.PART_SLOWER_THAN_WHOLE);
        assertThat(marked.get(0).marks()).containsExactly(Mark.BUSY, Mark.ROUNDS_DISAGREE);
    }

    @Test
    void differencesOfMicrosecondsAreNotMarked() {
        assertThat(Marks.compare(List.of(record("whole", 0, 1, 10e-6), record("cuts-0-1", 0, 1, 25e-6))))
                .allSatisfy(record -> assertThat(record.marks()).isEmpty());
    }

    @Test
    void roundsThatDisagreeAndAgreeAgain() {
        List<LatencyRecord> once = Marks.compare(
                List.of(record("whole", 0, 1, 1), record("whole", 0, 2, 1.6), record("whole", 0, 3, 1.4)));
        assertThat(once)
                .extracting(LatencyRecord::marks)
                .containsExactly(Set.of(), Set.of(Mark.ROUNDS_DISAGREE), Set.of());
        assertThat(Marks.compare(once)).as("the same again").isEqualTo(once);
        assertThat(Marks.compare(once.subList(1, 3)).get(0).marks())
                .as("what is compared no more is marked no more")
                .isEmpty();
        assertThat(Marks.descriptions(once))
                .containsExactly("rounds-disagree: another round took less than two thirds of the time,"
                        + " in 1 of 3 measurements (m whole)");
    }

    @Test
    void filesKeepMarksAndSurroundings() throws IOException {
        Path file = directory.resolve("data.csv");
        List<LatencyRecord> records =
                List.of(record("whole", 0, 1, 1, Mark.BUSY, Mark.PART_SLOWER_THAN_WHOLE), record("whole", 50, 1, 1));
        LatencyDataset.of(records).write(file);
        LatencyDataset read = LatencyDataset.read(file);
        assertThat(read.problems()).isEmpty();
        assertThat(read.records())
                .extracting(LatencyRecord::marks)
                .containsExactly(Set.of(Mark.BUSY, Mark.PART_SLOWER_THAN_WHOLE), Set.of());
        assertThat(read.records().get(0).surroundings().during()).isEqualTo(CALM);
        assertThat(read.records().get(0).surroundings().loadInProcess()).isTrue();
        assertThat(read.records().get(0).device().cores()).hasValue(0.5);
        String text = Files.readString(file);
        Files.writeString(file, text.replace("busy+", "hexed+").replace(",0.5,", ",-0.5,"));
        assertThat(LatencyDataset.read(file).problems()).hasSize(2);
        Files.writeString(file, text.replace("busy+", "hexed+"));
        assertThat(LatencyDataset.read(file).problems())
                .singleElement()
                .asString()
                .contains(file + ":2: column 'marks': 'hexed' is not a mark of this version");
    }

    /** A file as earlier versions wrote it: without the columns of surroundings. */
    private Path old(List<LatencyRecord> records) throws IOException {
        List<String> names = RecordColumns.names();
        int from = names.indexOf("quota_cores");
        int to = names.indexOf("marks") + 1;
        StringBuilder csv = new StringBuilder();
        List<List<String>> rows = new ArrayList<>(List.of(names));
        records.forEach(record -> rows.add(RecordColumns.values(record)));
        for (List<String> row : rows) {
            List<String> kept = new ArrayList<>(row);
            kept.subList(from, to).clear();
            csv.append(CsvTable.line(kept));
        }
        return Files.writeString(directory.resolve("old.csv"), csv);
    }

    @Test
    void oldFilesAreReadAndOldCampaignsGoOn() throws IOException {
        Path file = old(List.of(record("whole", 0, 1, 1)));
        LatencyDataset read = LatencyDataset.read(file);
        assertThat(read.problems()).isEmpty();
        assertThat(read.records().get(0).surroundings()).isEqualTo(Surroundings.UNKNOWN);
        assertThat(read.marks()).isEmpty();
        try (RecordFile campaign = RecordFile.open(file)) {
            assertThat(campaign.holds(read.records().get(0).key(), 1)).isTrue();
            campaign.append(record("whole", 0, 2, 1, Mark.BUSY));
        }
        assertThat(LatencyDataset.read(file).records())
                .extracting(LatencyRecord::marks)
                .containsExactly(Set.of(), Set.of(Mark.BUSY));
    }

    @Test
    void otherFilesAreNotRewritten() throws IOException {
        Path file = old(List.of(record("whole", 0, 1, 1)));
        String text = Files.readString(file) + "wrong\n";
        Files.writeString(file, text);
        assertThatThrownBy(() -> RecordFile.open(file)).hasMessageContaining("choose another file");
        assertThat(Files.readString(file)).isEqualTo(text);
    }

    private static LatencyDataset data(int clean, int marked) {
        List<LatencyRecord> records = new ArrayList<>();
        IntStream.range(0, clean).forEach(i -> records.add(record("p" + i, 0, 1, 1)));
        IntStream.range(0, marked).forEach(i -> records.add(record("q" + i, 0, 1, 1, Mark.UNSTEADY)));
        return LatencyDataset.of(records);
    }

    @Test
    void marksAreLeftOutWhereEnoughRemains() {
        LatencyDataset data = data(30, 10);
        MarkedRecords some = MarkedRecords.of(data, false);
        assertThat(some.leftOut()).isEqualTo(10);
        assertThat(some.select(data).records()).hasSize(30).allMatch(record -> record.marks()
                .isEmpty());
        assertThat(some.description()).hasValue("10 of 40 measurements are marked (unsteady 10): they are left out");
        MarkedRecords asked = MarkedRecords.of(data, true);
        assertThat(asked.select(data)).isSameAs(data);
        assertThat(asked.description().orElseThrow()).endsWith("as was asked for");
        assertThat(MarkedRecords.of(data(3, 0), false).description()).isEmpty();
    }

    @Test
    void marksAreUsedWithAWarningWhereTooFewWouldRemain() {
        for (LatencyDataset data : List.of(data(30, 31), data(19, 1), data(0, 40))) {
            MarkedRecords marked = MarkedRecords.of(data, false);
            assertThat(marked.tooFew()).isTrue();
            assertThat(marked.leftOut()).isZero();
            assertThat(marked.select(data)).isSameAs(data);
            assertThat(marked.description().orElseThrow())
                    .startsWith("warning: ")
                    .contains("too few would remain");
        }
    }

    @Test
    void plansHaveACaveatAboutMarkedTimes() {
        LatencyDataset busy = LatencyDataset.of(List.of(record("whole", 0, 1, 1, Mark.BUSY)));
        assertThat(MeasuredPredictor.of(busy).on("pi").caveats())
                .containsExactly("has 1 of 1 times marked (busy): they may not be those of a quiet machine");
        assertThat(MeasuredPredictor.of(busy.plus(LatencyDataset.of(List.of(record("whole", 0, 2, 1)))))
                        .caveats())
                .isEmpty();
    }

    @Test
    void noMachineIsEverQuiteIdle() {
        MeasuredPredictor latencies =
                MeasuredPredictor.of(LatencyDataset.of(List.of(record("whole", 4, 1, 1), record("whole", 60, 1, 2))));
        assertThat(latencies.predict(Workload.builder().build(), 1, idle(0)).extrapolated())
                .isFalse();
        assertThat(latencies.predict(Workload.builder().build(), 1, idle(70)).extrapolated())
                .isTrue();
        MeasuredPredictor busy = MeasuredPredictor.of(LatencyDataset.of(List.of(record("whole", 40, 1, 1))));
        assertThat(busy.predict(Workload.builder().build(), 1, idle(0)).extrapolated())
                .isTrue();
    }

    private static DeviceState idle(double load) {
        return DeviceState.of("pi").withCpuLoadPercent(load);
    }

    @Test
    void lookedUpTimesAreThoseWithoutMarks() {
        MeasuredPredictor latencies = MeasuredPredictor.of(
                LatencyDataset.of(List.of(record("whole", 0, 1, 9, Mark.BUSY), record("whole", 0, 2, 1))));
        assertThat(latencies
                        .predict(Workload.builder().build(), 1, DeviceState.of("pi"))
                        .medianSeconds())
                .isEqualTo(1);
    }
}
