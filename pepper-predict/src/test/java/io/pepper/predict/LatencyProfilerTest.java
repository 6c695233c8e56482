package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.TimingOptions;
import io.pepper.model.InputShapes;
import io.pepper.model.ProgressListener;
import io.pepper.model.UnknownSizeException;
import io.pepper.onnx.OnnxModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyProfilerTest {
    private static final TimingOptions ONCE =
            TimingOptions.DEFAULTS.withRuns(1, 2).withBudget(Duration.ofMillis(1));

    @TempDir
    Path directory;

    private List<ProfileTarget> sweep(int count) throws IOException {
        return ProfileTargets.sweep(directory.resolve("sweep")).subList(0, count);
    }

    private static Campaign plan(List<ProfileTarget> pieces) {
        return new Campaign(pieces, List.of(LoadLevel.NONE, LoadLevel.onAllCores(50)), List.of(1, 2), 2, ONCE, 1);
    }

    private static DeviceState device() {
        return DeviceState.of("here");
    }

    @Test
    void measuresEachCombinationInEachRound() throws IOException {
        Path csv = directory.resolve("data.csv");
        List<String> heard = new ArrayList<>();
        Campaign plan = plan(sweep(2));
        LatencyDataset data = LatencyProfiler.run(
                plan, LatencyProfilerTest::device, csv, (task, done, total) -> heard.add(done + "/" + total));
        assertThat(data.problems()).isEmpty();
        assertThat(data.records()).hasSize(plan.size()).hasSize(16);
        assertThat(data.byKey()).hasSize(8).allSatisfy((key, alike) -> assertThat(alike)
                .hasSize(2));
        assertThat(heard).hasSize(16).startsWith("0/16").endsWith("15/16");
        assertThat(data.records())
                .filteredOn(record -> record.load().percent() == 0)
                .allSatisfy(record -> assertThat(record.device()
                                        .cpuLoadPercent()
                                        .orElseThrow()
                                - record.surroundings().foreignBeforePercent().orElse(0))
                        .as("no load but that of others")
                        .isLessThan(15));
        assertThat(data.records())
                .filteredOn(record -> record.load().percent() == 50)
                .allSatisfy(
                        record -> assertThat(record.device().cpuLoadPercent().orElseThrow())
                                .isGreaterThan(15));
    }

    @Test
    void continuesAnInterruptedCampaign() throws IOException {
        Path csv = directory.resolve("data.csv");
        Campaign plan = plan(sweep(2));
        ProgressListener stop = (task, done, total) -> {
            if (done == 5) {
                Thread.currentThread().interrupt();
            }
        };
        assertThatThrownBy(() -> LatencyProfiler.run(plan, LatencyProfilerTest::device, csv, stop))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
        List<String> before = Files.readAllLines(csv);
        assertThat(before).as("a header, and what was measured").hasSize(6);
        Files.writeString(csv, Files.readString(csv) + "sweep,torn");
        LatencyDataset data = LatencyProfiler.run(plan, LatencyProfilerTest::device, csv, ProgressListener.NONE);
        assertThat(data.records()).hasSize(16);
        assertThat(Files.readAllLines(csv).subList(0, 6))
                .extracting(LatencyProfilerTest::withoutMarks)
                .isEqualTo(
                        before.stream().map(LatencyProfilerTest::withoutMarks).toList());
        assertThat(data.problems()).containsExactly(csv + ": dropped a torn last line of 10 bytes");
    }

    /** Marks follow from all measurements together, at the end. */
    private static String withoutMarks(String line) {
        return line.replaceFirst("(?<=,)\"?[a-z+-]*\"?(?=,[^,]*$)", "");
    }

    @Test
    void drawsALoadForEachMeasurementAndGoesOnWithTheSameLoads() throws IOException {
        Path csv = directory.resolve("data.csv");
        Campaign plan = new Campaign(sweep(2), List.of(LoadLevel.NONE), List.of(1), 3, ONCE, 1)
                .withRandomLoads(new RandomLoads(10, 90));
        assertThat(plan.size()).isEqualTo(6);
        LatencyDataset data = LatencyProfiler.run(plan, LatencyProfilerTest::device, csv, ProgressListener.NONE);
        assertThat(data.records()).hasSize(6).allSatisfy(entry -> assertThat(entry.load())
                .isEqualTo(new RandomLoads(10, 90)
                        .draw(1, entry.model(), entry.piece(), "1", String.valueOf(entry.execution()))));
        assertThat(data.records().stream().map(LatencyRecord::load).distinct()).hasSizeGreaterThan(2);
        List<String> lines = Files.readAllLines(csv);
        Files.write(csv, lines.subList(0, 4));
        assertThat(LatencyProfiler.run(plan, LatencyProfilerTest::device, csv, ProgressListener.NONE)
                        .records())
                .as("three are kept, three are measured again under the same loads")
                .extracting(LatencyRecord::key)
                .containsExactlyInAnyOrderElementsOf(
                        data.records().stream().map(LatencyRecord::key).toList());
    }

    @Test
    void recordsWhatRanThePieces() throws IOException {
        LatencyDataset data = LatencyProfiler.run(
                new Campaign(sweep(1), List.of(LoadLevel.NONE), List.of(1), 1, ONCE, 1),
                () -> DeviceState.of("here").withModel("A board"),
                directory.resolve("data.csv"),
                ProgressListener.NONE);
        assertThat(data.platforms()).singleElement().satisfies(platform -> {
            assertThat(platform.kind()).as("the stated kind").contains("A board");
            assertThat(platform.instructionSet()).isPresent();
            assertThat(platform.runtime()).contains("ONNX Runtime");
            assertThat(platform.runtimeVersion().orElseThrow()).contains(".");
            assertThat(platform.provider()).contains("CPU");
        });
    }

    @Test
    void reportsPiecesThatCannotBeMeasured() throws IOException {
        Path broken = directory.resolve("broken.onnx");
        Files.writeString(broken, "no model");
        List<ProfileTarget> pieces = new ArrayList<>(sweep(1));
        pieces.add(new ProfileTarget(
                "broken", "whole", broken, InputShapes.NONE, pieces.get(0).work()));
        LatencyDataset data = LatencyProfiler.run(
                plan(pieces), LatencyProfilerTest::device, directory.resolve("data.csv"), ProgressListener.NONE);
        assertThat(data.records()).hasSize(8);
        assertThat(data.problems())
                .hasSize(1)
                .allMatch(problem -> problem.startsWith("broken whole: cannot be measured"));
    }

    @Test
    void refusesAFileOfSomethingElse() throws IOException {
        Path csv = directory.resolve("other.csv");
        Files.writeString(csv, "a,b\n1,2\n");
        List<ProfileTarget> pieces = sweep(1);
        assertThatThrownBy(() ->
                        LatencyProfiler.run(plan(pieces), LatencyProfilerTest::device, csv, ProgressListener.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("choose another file");
        assertThat(Files.readString(csv)).as("left as it was").isEqualTo("a,b\n1,2\n");
    }

    @Test
    void refusesAModelWhoseSizesAreOpen() throws IOException {
        Path file = directory.resolve("classifier.onnx");
        try (InputStream in =
                LatencyProfilerTest.class.getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            Files.copy(in, file);
        }
        try (OnnxModel model = OnnxModel.load(file)) {
            assertThatThrownBy(() -> ProfileTargets.of(
                            model, InputShapes.NONE, directory.resolve("pieces"), 5, 7, ProgressListener.NONE))
                    .isInstanceOf(UnknownSizeException.class);
        }
    }

    @Test
    void cutsPiecesOfARealModel() throws IOException {
        Path file = directory.resolve("classifier.onnx");
        try (InputStream in =
                LatencyProfilerTest.class.getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            Files.copy(in, file);
        }
        InputShapes sizes = InputShapes.NONE.withInputShape("x", 1, 3, 48, 192);
        try (OnnxModel model = OnnxModel.load(file)) {
            List<ProfileTarget> pieces =
                    ProfileTargets.of(model, sizes, directory.resolve("pieces"), 5, 7, ProgressListener.NONE);
            assertThat(pieces).hasSize(6);
            assertThat(pieces)
                    .extracting(ProfileTarget::piece)
                    .doesNotHaveDuplicates()
                    .startsWith("whole");
            double whole = pieces.get(0).work().total().flops().orElseThrow();
            assertThat(pieces.subList(1, 6))
                    .allSatisfy(piece -> assertThat(piece.work().total().flops().orElseThrow())
                            .isLessThan(whole));
            LatencyDataset data = LatencyProfiler.run(
                    new Campaign(pieces, List.of(LoadLevel.NONE), List.of(1), 1, ONCE, 1),
                    LatencyProfilerTest::device,
                    directory.resolve("data.csv"),
                    ProgressListener.NONE);
            assertThat(data.records()).as("each runs by itself").hasSize(6);
        }
    }

    @Test
    void holdsALoadThatTheSystemConfirms() throws IOException, InterruptedException {
        try (LoadGenerator load = LoadGenerator.start()) {
            load.set(LoadLevel.onAllCores(40));
            LoadGenerator.Meter busy = load.meter();
            Thread.sleep(1_000);
            assertThat(busy.achievedPercent().orElseThrow()).isBetween(5.0, 60.0);
            load.set(LoadLevel.NONE);
            LoadGenerator.Meter idle = load.meter();
            Thread.sleep(500);
            assertThat(idle.achievedPercent().orElseThrow()).isLessThan(5);
            assertThatThrownBy(() -> load.set(new LoadLevel(100, 1)))
                    .satisfies(refused -> assertThat(Runtime.getRuntime().availableProcessors())
                            .isGreaterThan(1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void reportsThatTheLoadProcessHasEnded() throws IOException {
        try (LoadGenerator load = LoadGenerator.start()) {
            LoadGenerator.Meter meter = load.meter();
            ProcessHandle.current()
                    .children()
                    .filter(child -> child.info().arguments().map(List::of).orElse(List.of()).stream()
                            .anyMatch(word -> word.endsWith("LoadWorker")))
                    .forEach(child -> {
                        child.destroyForcibly();
                        child.onExit().join();
                    });
            assertThatThrownBy(meter::achievedPercent)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the load generator has ended, with code 137");
            assertThatThrownBy(() -> load.set(LoadLevel.onAllCores(10)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the load generator has ended");
        }
    }

    @Test
    void bindsALoadToCores() throws IOException, InterruptedException {
        int cores = Runtime.getRuntime().availableProcessors();
        LoadLevel level = LoadLevel.onAllCores(40);
        assumeFalse(level.cores().isEmpty(), "threads can be bound with taskset only, which is not there");
        assertThat(level.cores()).hasSize(cores);
        try (LoadGenerator load = LoadGenerator.start()) {
            for (int percent : new int[] {90, 10, 60}) {
                load.set(LoadLevel.onAllCores(percent)); // Threads that end are not to be bound again.
            }
            load.set(level);
            LoadGenerator.Meter busy = load.meter();
            Thread.sleep(1_000);
            assertThat(busy.achievedPercent().orElseThrow()).isBetween(5.0, 60.0);
            assertThat(boundTo())
                    .containsExactlyInAnyOrderElementsOf(
                            level.cores().stream().map(String::valueOf).toList());
            assertThatThrownBy(() -> load.set(new LoadLevel(10, 1, List.of(4_000))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be bound to cores 4000");
        }
    }

    /** What each busy thread of the child process may run on. */
    private static List<String> boundTo() throws IOException {
        List<String> allowed = new ArrayList<>();
        for (ProcessHandle child : ProcessHandle.current().children().toList()) {
            try (Stream<Path> tasks = Files.list(Path.of("/proc", String.valueOf(child.pid()), "task"))) {
                for (Path task : tasks.toList()) {
                    if (Files.readString(task.resolve("comm")).startsWith("load-")) {
                        allowed.add(Files.readString(task.resolve("status"))
                                .replaceAll("(?s).*Cpus_allowed_list:\\s*(\\S+).*", "$1"));
                    }
                }
            }
        }
        return allowed;
    }

    @Test
    void readsLoadsAsTheyAreWritten() {
        assertThat(LoadLevel.parse("0")).isEqualTo(LoadLevel.NONE);
        assertThat(LoadLevel.parse("50")).isEqualTo(LoadLevel.onAllCores(50));
        assertThat(LoadLevel.parse("12.5x4")).isEqualTo(new LoadLevel(12.5, 4)).hasToString("12.5 % by 4 threads");
        assertThat(LoadLevel.parse("25x1@0"))
                .isEqualTo(new LoadLevel(25, 1, List.of(0)))
                .hasToString("25 % by 1 threads on cores [0]");
        assertThat(LoadLevel.parse("50x4@0+1")).isEqualTo(new LoadLevel(50, 4, List.of(0, 1)));
        for (String wrong : List.of("", "x", "101", "-1", "50x", "50x0", "50@", "50@0+", "50@a", "1e2", "50x99999")) {
            assertThatThrownBy(() -> LoadLevel.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
