package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.ModelTiming;
import io.pepper.predict.internal.learn.CostTerms;
import io.pepper.predict.internal.learn.LogCosts;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Calibrations for devices on which some kinds of work cost far more or less than on all known devices, such as a board
 * without vector units. Their times follow from drawn costs.
 */
class UnlikeDevicesTest {
    private static final double NOISE = 0.1;
    private static final int DEVICES = 8;
    private static final DeviceState IDLE = DeviceState.of("sim").withCpuLoadPercent(0);

    private static List<Workload> candidates = List.of();
    private static CalibratedPredictor base;

    /** The mean over devices of the error, and the shares of times below the 90th percentile and within both bounds. */
    private record Outcome(double error, double below, double within) {}

    @BeforeAll
    static void read() throws Exception {
        base = (CalibratedPredictor) StarterPredictors.of("raspberry-pi-4").orElseThrow();
        List<String> names = MeasuredCalibration.names();
        candidates =
                LatencyDataset.read(Path.of("src/test/resources/latencies-two-cores.csv.gz"))
                        .averaged()
                        .records()
                        .stream()
                        .filter(entry -> names.contains(entry.piece())
                                && entry.threads() == 1
                                && entry.load().percent() == 0)
                        .map(LatencyRecord::work)
                        .toList();
        assertThat(candidates).hasSizeGreaterThan(80);
    }

    private static LatencyRecord measured(Workload work, double seconds) {
        return LatencyRecord.builder(
                        "m",
                        "p" + WorkKey.of(work),
                        IDLE,
                        ModelTiming.builder(9, seconds).build())
                .work(work)
                .threads(1)
                .build();
    }

    private static double seconds(LogCosts costs, Workload work, Random random) {
        return Math.exp(costs.logSeconds(CostTerms.amounts(work)) + NOISE * random.nextGaussian());
    }

    /** Calibrates with the records that calibrations ask for, on devices whose costs differ by a standard deviation. */
    private static Outcome calibrated(double deviation, int count) {
        double below = 0;
        double within = 0;
        List<Double> errors = new ArrayList<>();
        for (int device = 0; device < DEVICES; device++) {
            Random random = new Random(device);
            double[] costs = base.costs().costs();
            for (int i = 0; i < costs.length; i++) {
                costs[i] += 3 + deviation * random.nextGaussian();
            }
            LogCosts truth = LogCosts.known(costs);
            List<LatencyRecord> rest = new ArrayList<>();
            candidates.forEach(work -> rest.add(measured(work, seconds(truth, work, random))));
            LatencyPredictor predictor = predictor(rest, count);
            for (Workload network : StarterNetworks.all()) {
                double real = seconds(truth, network, random);
                Prediction found = predictor.predict(network, 1, IDLE);
                double factor = found.p90Seconds() / found.medianSeconds();
                below += real <= found.p90Seconds() ? 1 : 0;
                within += real <= found.p90Seconds() && real >= found.medianSeconds() / factor ? 1 : 0;
                errors.add(Math.abs(found.medianSeconds() / real - 1));
            }
        }
        errors.sort(null);
        return new Outcome(errors.get(errors.size() / 2), below / errors.size(), within / errors.size());
    }

    /** Moves the chosen records from the rest into a calibration. */
    private static LatencyPredictor predictor(List<LatencyRecord> rest, int count) {
        List<LatencyRecord> chosen = new ArrayList<>();
        LatencyRecord next =
                DeviceCalibration.first(rest, LatencyRecord::work, List.of()).orElseThrow();
        while (true) {
            chosen.add(next);
            rest.remove(next);
            DeviceCalibration calibration = DeviceCalibration.of(List.of(base), LatencyDataset.of(chosen));
            if (chosen.size() == count) {
                return calibration.predictor();
            }
            next = calibration.next(rest, LatencyRecord::work, List.of()).orElseThrow();
        }
    }

    @Test
    void boundsHoldOnDevicesWithQuiteOtherCosts() {
        for (double deviation : new double[] {1, 1.5}) {
            Outcome nine = calibrated(deviation, 9);
            assertThat(nine.below()).as("deviation " + deviation).isGreaterThan(0.75);
            Outcome fifteen = calibrated(deviation, 15);
            assertThat(fifteen.below()).as("deviation " + deviation).isGreaterThan(0.85);
            assertThat(fifteen.within()).as("deviation " + deviation).isGreaterThan(0.75);
            assertThat(fifteen.error()).as("deviation " + deviation).isLessThan(0.2);
        }
    }

    @Test
    void boundsAndErrorsOfSimilarDevicesRemainNarrow() {
        Outcome few = calibrated(0.25, 5);
        assertThat(few.below()).isGreaterThan(0.85);
        assertThat(few.error()).isLessThan(0.16);
        assertThat(calibrated(0.1, 9).error()).isLessThan(0.13);
    }
}
