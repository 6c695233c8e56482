package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.DeviceState;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StarterPredictorsTest {
    @TempDir
    Path directory;

    private static List<CalibratedPredictor> boards() {
        List<CalibratedPredictor> boards = new ArrayList<>();
        for (LatencyPredictor predictor : StarterPredictors.all()) {
            if (predictor instanceof CalibratedPredictor board) {
                boards.add(board);
            }
        }
        assertThat(boards).hasSize(8);
        return boards;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Raspberry Pi 4",
                "raspberry-pi-4",
                "Raspberry Pi 4 Model B Rev 1.4",
                "RASPBERRY_PI_5",
                "jetson nano developer kit",
                "jetson-nano-cpu",
                "NVIDIA Jetson Nano Developer Kit",
                "Intel(R) Celeron(R) N5105 @ 2.00GHz",
                "StarFive VisionFive 2 v1.3B",
                "Raspberry Pi 4B",
                "snapdragon 855 plus",
                "rk3588s",
                "x86-64",
                "x86_64",
                "AMD64"
            })
    void kindsAreFoundHoweverTheyAreWritten(String kind) {
        assertThat(StarterPredictors.of(kind)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Raspberry Pi 40",
                "Raspberry Pi",
                "Raspberry Pi 3",
                "",
                "celeron",
                "x86",
                "x86-640",
                "Snapdragon 855"
            })
    void otherKindsAreNotTakenForThem(String kind) {
        assertThat(StarterPredictors.of(kind)).isEmpty();
    }

    @Test
    void theyAreThoseOfThePublishedTables() throws IOException {
        assertThat(StarterPredictors.all()).hasSameSizeAs(StarterPredictors.names());
        for (CalibratedPredictor predictor : boards()) {
            for (LatencyRecord entry : BoardData.boards().records()) {
                if (entry.device().device().equals(predictor.device())) {
                    Prediction found = predictor.predict(entry.work(), entry.threads(), entry.device());
                    double measured = entry.timing().medianSeconds();
                    assertThat(found.medianSeconds() / measured)
                            .as(predictor.device() + " " + entry.model())
                            .isBetween(0.85, 1.2);
                }
            }
        }
    }

    /** Whoever changes the terms of calibrations has to write the files anew: the resources' README says how. */
    @Test
    void theFilesAreWhatTheLibraryMakesOfTheTablesToday() throws IOException {
        LatencyDataset tables = BoardData.boards();
        Map<String, List<LatencyRecord>> boards =
                tables.group(entry -> entry.device().device());
        for (CalibratedPredictor starter : boards()) {
            List<LatencyRecord> records = boards.get(starter.device());
            CalibratedPredictor today =
                    DeviceCalibration.of(List.of(), LatencyDataset.of(records)).predictor();
            for (LatencyRecord entry : records) {
                double expected = today.predict(entry.work(), entry.threads(), entry.device())
                        .medianSeconds();
                assertThat(starter.predict(entry.work(), entry.threads(), entry.device())
                                .medianSeconds())
                        .as(starter.device() + " " + entry.model())
                        .isCloseTo(expected, within(1e-6 * expected));
            }
        }
    }

    @Test
    void theySayThatTheirRuntimeIsAnotherAlsoAfterSaving() throws IOException {
        CalibratedPredictor pi =
                (CalibratedPredictor) StarterPredictors.of("raspberry-pi-4").orElseThrow();
        assertThat(pi.caveats()).anySatisfy(caveat -> assertThat(caveat).contains("ncnn", "ONNX Runtime differ"));
        Path file = directory.resolve("pi.predictor");
        pi.save(file);
        assertThat(CalibratedPredictor.load(file).caveats()).isEqualTo(pi.caveats());
    }

    @Test
    void theMachineOfTheCampaignStandsForItsInstructionSetWithWiderBoundsAndACaveat() throws IOException {
        StarterMachine machine = (StarterMachine) StarterPredictors.of("x86-64").orElseThrow();
        assertThat(machine.platforms()).singleElement().satisfies(platform -> {
            assertThat(platform.kind()).contains("x86-64");
            assertThat(platform.instructionSet()).contains("x86_64");
        });
        assertThat(machine.caveats()).anySatisfy(caveat -> assertThat(caveat).contains("one x86-64 machine"));
        DeviceState idle =
                DeviceState.of("x").withCores(2).withCpuLoadPercent(0).withRunnableThreads(0);
        DeviceState busy = idle.withCpuLoadPercent(100).withRunnableThreads(2);
        for (Workload network : StarterNetworks.all()) {
            Prediction own = machine.trained().predict(network, 1, idle);
            Prediction wider = machine.predict(network, 1, idle);
            assertThat(wider.medianSeconds()).isEqualTo(own.medianSeconds());
            assertThat(wider.p90Seconds()).isGreaterThan(own.p90Seconds()).isGreaterThan(1.8 * own.medianSeconds());
            assertThat(machine.predict(network, 1, busy).medianSeconds()).isGreaterThan(own.medianSeconds());
        }
    }

    @Test
    void theMachineOfTheCampaignIsABaseOfACalibrationAndTellsItTheEffectOfLoad() throws IOException {
        List<LatencyRecord> pi =
                BoardData.boards().group(entry -> entry.device().device()).getOrDefault("raspberry-pi-4", List.of());
        LatencyPredictor machine = StarterPredictors.of("x86-64").orElseThrow();
        CalibratedPredictor calibrated = DeviceCalibration.of(List.of(machine), LatencyDataset.of(pi.subList(0, 5)))
                .predictor();
        assertThat(calibrated.parts().base()).isPresent();
        DevicePredictors several = DevicePredictors.NONE.withPredictor("x", machine, "x");
        CalibratedPredictor same = DeviceCalibration.of(List.of(several), LatencyDataset.of(pi.subList(0, 5)))
                .predictor();
        LatencyRecord other = pi.get(10);
        assertThat(same.predict(other.work(), 1, other.device()))
                .isEqualTo(calibrated.predict(other.work(), 1, other.device()));
    }
}
