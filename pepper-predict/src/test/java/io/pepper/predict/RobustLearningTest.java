package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cluster.DeviceState;
import io.pepper.model.ProgressListener;
import io.pepper.predict.CrossValidation.Folds;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Learning on measurements of which many are of a busy board. */
class RobustLearningTest {
    private static final TrainingOptions QUICK = TrainingOptions.EXTENDED.withTrees(60, 4, 0.1);

    @TempDir
    Path directory;

    private static List<LatencyRecord> encoders() throws IOException {
        return BoardData.encoders("raspberry-pi-4").records();
    }

    private static LatencyTrainer train(List<LatencyRecord> records) throws IOException {
        return LatencyTrainer.train(LatencyDataset.of(records), QUICK, ProgressListener.NONE);
    }

    private static double medianError(TrainedPredictor predictor, List<LatencyRecord> records) {
        double[] errors = records.stream()
                .mapToDouble(entry -> Math.abs(predictor.medianSeconds(entry.work(), entry.threads(), entry.device())
                                / entry.timing().medianSeconds()
                        - 1))
                .sorted()
                .toArray();
        return errors[errors.length / 2];
    }

    /** Of the first hundred records, 84 are some ten times as slow as the others. */
    @ParameterizedTest
    @CsvSource({"100, 0.08", "150, 0.06", "250, 0.06"})
    void busyRecordsAtTheBeginningDoNotSpoilAPredictor(int count, double most) throws IOException {
        List<LatencyRecord> all = encoders();
        LatencyTrainer trained = train(all.subList(0, count));
        assertThat(medianError(trained.predictor(), all.subList(count, all.size())))
                .isLessThan(most);
        assertThat(trained.far().leftOut()).isBetween(80, 90);
    }

    @Test
    void busyRecordsBetweenOthersDoNotSpoilAPredictor() throws IOException {
        List<LatencyRecord> all = new ArrayList<>(encoders());
        Collections.shuffle(all, new Random(3));
        List<LatencyRecord> steady = all.subList(150, 300).stream()
                .filter(entry -> entry.timing().medianSeconds() < 0.4)
                .toList();
        assertThat(medianError(train(all.subList(0, 150)).predictor(), steady)).isLessThan(0.08);
    }

    @Test
    void warnsOfBusyRecordsByTheirNumbers() throws IOException {
        FarRecords far = FarRecords.of(LatencyDataset.of(encoders().subList(0, 100)), false);
        assertThat(far.leftOut()).isEqualTo(84);
        assertThat(far.warnings())
                .singleElement()
                .asString()
                .startsWith("warning: 84 of 100 measurements (1-8, 10-13, 15, 17, 19-23, … up to 100)")
                .endsWith("They are left out");
        FarRecords wanted = FarRecords.of(LatencyDataset.of(encoders().subList(0, 100)), true);
        assertThat(wanted.leftOut()).isZero();
        assertThat(wanted.warnings().get(0)).endsWith("They are used, as was asked for");
    }

    @Test
    void aSteadyMachineHasNoFarRecords() throws IOException {
        FarRecords far = FarRecords.of(BoardData.encoders("xeon"), false);
        assertThat(far.far()).isZero();
        assertThat(far.warnings()).isEmpty();
    }

    @Test
    void aSlowerDeviceIsNotABusyOne() throws IOException {
        List<LatencyRecord> both = new ArrayList<>(BoardData.encoders("xeon").records());
        both.addAll(encoders().subList(200, 300).stream()
                .filter(entry -> entry.timing().medianSeconds() < 0.4)
                .toList());
        assertThat(FarRecords.of(LatencyDataset.of(both), false).leftOut()).isZero();
    }

    @Test
    void aFewSlowRecordsAreNamedAndKept() throws IOException {
        List<LatencyRecord> records = new ArrayList<>(BoardData.encoders("xeon").records());
        LatencyRecord slow = LatencyRecord.mean(List.of(records.get(7)));
        records.set(7, slower(slow, 3));
        FarRecords far = FarRecords.of(LatencyDataset.of(records), false);
        assertThat(far.far()).isEqualTo(1);
        assertThat(far.leftOut()).isZero();
        assertThat(far.warnings()).singleElement().asString().contains("such as 8 (" + slow.model() + " whole)");
    }

    private static LatencyRecord slower(LatencyRecord entry, double factor) {
        double seconds = factor * entry.timing().medianSeconds();
        LatencyRecord timed = LatencyDatasetTest.entry(entry.model(), 1, 1, 0, seconds);
        return LatencyRecord.builder(entry.model(), entry.piece(), entry.device(), timed.timing())
                .work(entry.work())
                .build();
    }

    @Test
    void treesAreKeptOnlyIfTheyBeatTheSumOnHeldOutModels() throws IOException {
        for (List<LatencyRecord> records :
                List.of(encoders().subList(0, 100), BoardData.encoders("xeon").records())) {
            LatencyTrainer trained = train(records);
            CrossValidation models = trained.validations().get(Folds.MODELS);
            double sum = models.sumAccuracy().orElseThrow().medianApe();
            double trees = models.treesAccuracy().medianApe();
            assertThat(models.keepsTrees()).isEqualTo(trees < sum);
            assertThat(models.accuracy().medianApe()).isEqualTo(Math.min(trees, sum));
            assertThat(trained.predictor().importance().isEmpty()).isEqualTo(!models.keepsTrees());
            assertThat(trained.validations().get(Folds.ROWS).keepsTrees()).isEqualTo(models.keepsTrees());
        }
    }

    @Test
    void aSumWithoutTreesIsSavedAndReadAgain() throws IOException {
        LatencyTrainer trained = train(encoders().subList(0, 100));
        assertThat(trained.validations().get(Folds.MODELS).keepsTrees()).isFalse();
        Path file = directory.resolve("sum.predictor");
        trained.predictor().save(file);
        assertThat(Files.readString(file)).doesNotContain("\"median\":");
        TrainedPredictor read = TrainedPredictor.load(file);
        double[] together = new double[1];
        for (LatencyRecord entry : encoders()) {
            assertThat(read.predict(entry.work(), 1, entry.device()))
                    .isEqualTo(trained.predictor().predict(entry.work(), 1, entry.device()));
            read.predictAll(List.of(entry.work()), 1, List.of(entry.device()), together);
            assertThat(together[0])
                    .isEqualTo(read.predict(entry.work(), 1, entry.device()).medianSeconds());
        }
    }

    @Test
    void familiesOfWhichLittleIsMeasuredBorrowTheirCosts() throws IOException {
        Map<KernelFamily, KernelFamily> borrowed =
                train(BoardData.encoders("xeon").records()).borrowed();
        assertThat(borrowed)
                .containsEntry(KernelFamily.CONVOLUTION, KernelFamily.PRODUCT)
                .doesNotContainKey(KernelFamily.PRODUCT);
        DeviceState idle = DeviceState.of("x").withCpuLoadPercent(0);
        TrainedPredictor predictor = train(BoardData.encoders("xeon").records()).predictor();
        double product = predictor.medianSeconds(work(KernelFamily.PRODUCT), 1, idle);
        assertThat(predictor.medianSeconds(work(KernelFamily.CONVOLUTION), 1, idle))
                .isEqualTo(product);
    }

    private static Workload work(KernelFamily family) {
        return Workload.builder().add(Kernel.of(family, 1e8, 1e5, 1e5)).build();
    }
}
