package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.pepper.cluster.DeviceState;
import io.pepper.measure.OperatorSweep;
import io.pepper.model.ProgressListener;
import io.pepper.predict.CrossValidation.Folds;
import io.pepper.predict.TrainingOptions.Target;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On latencies that were measured on a machine of two cores. */
class LatencyTrainerTest {
    private static final TrainingOptions QUICK = TrainingOptions.EXTENDED.withTrees(60, 4, 0.1);

    private static LatencyDataset data;
    private static LatencyTrainer trained;
    private static TrainedPredictor predictor;

    @TempDir
    Path directory;

    @BeforeAll
    static void train() throws Exception {
        LatencyDataset all = LatencyDataset.read(Path.of(LatencyTrainerTest.class
                        .getResource("/latencies-two-cores.csv.gz")
                        .toURI()))
                .averaged();
        assertThat(all.problems()).isEmpty();
        data = LatencyDataset.of(all.records().stream()
                .filter(entry -> entry.load().percent() % 50 == 0)
                .toList());
        trained = LatencyTrainer.train(data, QUICK, ProgressListener.NONE);
        predictor = trained.predictor();
    }

    @Test
    void predictorsHaveTheProvenanceOfTheirData() {
        Provenance facts = predictor.facts();
        assertThat(facts.dataSha256()).isEqualTo(data.sha256());
        assertThat(facts.records()).isEqualTo(data.records().size()).isGreaterThan(3_000);
        assertThat(facts.models()).contains("minilm", "light-resnet50", "sweep").hasSize(17);
        assertThat(facts.xgboostVersion()).isEqualTo("3.0.4");
        assertThat(facts.accuracy()).containsOnlyKeys("rows", "models");
        assertThat(facts.accuracy().get("rows").medianApe())
                .as("rows have near twins among those learned from")
                .isLessThan(facts.accuracy().get("models").medianApe())
                .isLessThan(0.2);
        assertThat(facts.accuracy().get("models").rankCorrelation().orElseThrow())
                .isGreaterThan(0.9);
    }

    @Test
    void predictsUnseenModelsFarBetterThanWithTheOriginalsFeatures() throws InterruptedIOException {
        Accuracy extended = trained.validations().get(Folds.MODELS).accuracy();
        Accuracy paper = CrossValidation.run(data, TrainingOptions.PAPER, Folds.MODELS, ProgressListener.NONE)
                .accuracy();
        assertThat(extended.medianApe()).isLessThan(0.5 * paper.medianApe());
        assertThat(extended.p90Coverage().orElseThrow()).isBetween(0.75, 1.0);
    }

    @Test
    void predictsWhatItLearned() {
        int close = 0;
        for (LatencyRecord entry : data.records()) {
            Prediction prediction = predictor.predict(entry.work(), entry.threads(), entry.device());
            assertThat(prediction.p90Seconds()).isGreaterThanOrEqualTo(prediction.medianSeconds());
            assertThat(prediction.extrapolated()).isFalse();
            double ratio = prediction.medianSeconds() / entry.timing().medianSeconds();
            close += ratio > 0.7 && ratio < 1.4 ? 1 : 0;
        }
        assertThat(close / (double) data.records().size()).isGreaterThan(0.75);
    }

    @Test
    void importanceOfFeaturesIsReported() {
        Map<String, Double> importance = predictor.importance();
        List<String> inputs = new ArrayList<>(predictor.schema().features());
        inputs.add("sum_seconds");
        assertThat(inputs).containsAll(importance.keySet());
        assertThat(importance).hasSizeGreaterThan(10);
        assertThat(List.copyOf(importance.values())).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(importance.values().stream().mapToDouble(Double::doubleValue).sum())
                .isCloseTo(1, Offset.offset(1e-9));
    }

    @Test
    void reportsOnAPageThatNeedsNothingElse() throws IOException {
        Path page = directory.resolve("report.html");
        TrainingReport.of(trained).write(page);
        String html = Files.readString(page);
        assertThat(html)
                .startsWith("<!DOCTYPE html>")
                .contains("<td>models</td>", "light-resnet50", data.sha256(), "Predicted and measured medians");
        assertThat(html.split("<svg ", -1)).hasSize(6);
        assertThat(html).as("nothing is fetched").doesNotContain("<script", "<img", "<link");
        assertThat(html.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http://", "https://");
    }

    /** The same machine under two names: which one is chosen is a matter of its load alone. */
    @Test
    void reportsByDevice() throws IOException {
        List<LatencyRecord> both = new ArrayList<>();
        for (LatencyRecord entry : data.records()) {
            if (Set.of("minilm", "light-squeezenet", "light-resnet50").contains(entry.model())) {
                both.add(entry);
                both.add(entry.toBuilder()
                        .device(entry.device().toBuilder().device("twin").build())
                        .build());
            }
        }
        LatencyTrainer two =
                LatencyTrainer.train(LatencyDataset.of(both), QUICK.withTrees(20, 3, 0.1), ProgressListener.NONE);
        assertThat(two.validations()).containsOnlyKeys(Folds.ROWS, Folds.MODELS, Folds.DEVICES);
        assertThat(two.validations().get(Folds.DEVICES).accuracy().medianApe())
                .as("the other device is its twin")
                .isLessThan(two.validations().get(Folds.MODELS).accuracy().medianApe());
        ChoiceAccuracy between = ChoiceAccuracy.betweenDevices(two.validations().get(Folds.MODELS));
        assertThat(between.choices()).isEqualTo(both.size() / 2);
        assertThat(between.pairs()).as("twins do not differ").isZero();
        assertThat(between.bestWays()).hasValue(1);
        assertThat(TrainingReport.of(two).html())
                .contains("<td>devices</td>", "<td>models</td><td>device</td>", "Median error by device");
    }

    @Test
    void neverPredictsLessForMoreLoad() {
        Workload work = data.records().get(0).work();
        double before = 0;
        for (int load = 0; load <= 100; load += 5) {
            DeviceState device =
                    DeviceState.of("here").withCores(2).withCpuLoadPercent(load).withRunnableThreads(load / 50.0);
            double seconds = predictor.predict(work, 1, device).medianSeconds();
            assertThat(seconds).isGreaterThanOrEqualTo(before);
            before = seconds;
        }
    }

    @Test
    void predictionsOutsideOfTheDataAreMarkedAsExtrapolated() {
        LatencyRecord known = data.records().get(0);
        Workload huge = LatencyDatasetTest.entry("x", 1e15, 1, 0, 1).work();
        assertThat(predictor.predict(huge, 1, known.device()).extrapolated()).isTrue();
        assertThat(predictor.predict(known.work(), 64, known.device()).extrapolated())
                .isTrue();
    }

    @Test
    void trainingIsDeterministic() throws InterruptedIOException {
        List<LatencyRecord> few = data.records().subList(0, 400);
        for (Target target : Target.values()) {
            TrainingOptions options =
                    QUICK.withTarget(target).withTrees(20, 3, 0.1).withEarlyStopping(true);
            TrainedPredictor one = LatencyTrainer.train(LatencyDataset.of(few), options, ProgressListener.NONE)
                    .predictor();
            TrainedPredictor other = LatencyTrainer.train(LatencyDataset.of(few), options, ProgressListener.NONE)
                    .predictor();
            for (LatencyRecord entry : few) {
                assertThat(one.predict(entry.work(), entry.threads(), entry.device()))
                        .isEqualTo(other.predict(entry.work(), entry.threads(), entry.device()));
            }
        }
    }

    @Test
    void predictsManyAsItPredictsOne() {
        List<Workload> works =
                data.records().subList(0, 100).stream().map(LatencyRecord::work).toList();
        List<DeviceState> devices = new ArrayList<>();
        for (int load = 0; load <= 100; load += 20) {
            devices.add(DeviceState.of("d" + load).withCores(2).withCpuLoadPercent(load));
        }
        double[] seconds = new double[works.size() * devices.size()];
        predictor.predictAll(works, 2, devices, seconds);
        for (int w = 0; w < works.size(); w++) {
            for (int d = 0; d < devices.size(); d++) {
                double one = predictor.predict(works.get(w), 2, devices.get(d)).medianSeconds();
                assertThat(seconds[w * devices.size() + d]).isEqualTo(one);
                assertThat(predictor.medianSeconds(works.get(w), 2, devices.get(d)))
                        .isEqualTo(one);
            }
        }
        assertThatThrownBy(() -> predictor.predictAll(works, 2, devices, new double[3]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void predictingAllocatesNothing() {
        List<LatencyRecord> records = data.records().subList(0, 50);
        List<Workload> pieces = records.stream().map(LatencyRecord::work).toList();
        List<DeviceState> devices =
                List.of(records.get(0).device(), records.get(1).device());
        double[] answers = new double[pieces.size() * devices.size()];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long rounds = 0;
        long before = 0;
        for (int i = 0; i < 6_000; i++) {
            if (i == 4_000) { // compiled by now
                before = threads.getCurrentThreadAllocatedBytes();
            }
            predictor.predictAll(pieces, 1, devices, answers);
            answers[0] += predictor.medianSeconds(pieces.get(i % pieces.size()), 1, devices.get(0));
            rounds += i >= 4_000 ? 1 : 0;
        }
        assertThat((threads.getCurrentThreadAllocatedBytes() - before) / rounds)
                .as("bytes for 101 predictions")
                .isLessThan(16);
    }

    @Test
    void learnsFromTheSweepAlone() throws InterruptedIOException {
        List<LatencyRecord> sweep = data.records().stream()
                .filter(entry -> entry.model().equals(OperatorSweep.MODEL))
                .limit(600)
                .toList();
        LatencyTrainer alone = LatencyTrainer.train(LatencyDataset.of(sweep), QUICK, ProgressListener.NONE);
        assertThat(alone.validations().get(Folds.MODELS).records())
                .as("each of its small models is held back once")
                .hasSameSizeAs(sweep);
        assertThat(alone.predictor().facts().models()).containsExactly("sweep");
        assertThat(alone.predictor().facts().dataSha256())
                .isEqualTo(LatencyDataset.of(sweep).sha256());
    }

    @Test
    void learnsFromTheSweepAndOneModel() throws InterruptedIOException {
        List<LatencyRecord> few = data.records().stream()
                .filter(entry -> Set.of(OperatorSweep.MODEL, "minilm").contains(entry.model()))
                .toList();
        assertThat(LatencyTrainer.train(LatencyDataset.of(few), QUICK, ProgressListener.NONE)
                        .validations())
                .as("there is no other model to learn from")
                .containsOnlyKeys(Folds.ROWS);
    }

    @Test
    void savedPredictorPredictsTheSame() throws IOException {
        Path file = directory.resolve("here.predictor");
        predictor.save(file);
        TrainedPredictor read = TrainedPredictor.load(file);
        assertThat(read.facts()).usingRecursiveComparison().isEqualTo(predictor.facts());
        for (LatencyRecord entry : data.records()) {
            assertThat(read.predict(entry.work(), entry.threads(), entry.device()))
                    .isEqualTo(predictor.predict(entry.work(), entry.threads(), entry.device()));
        }
        Path again = directory.resolve("again.predictor");
        read.save(again);
        assertThat(Files.readString(again)).isEqualTo(Files.readString(file));
        try (var files = Files.list(directory)) {
            assertThat(files).as("no drafts are left").hasSize(2);
        }
    }

    @Test
    void refusesAFileThatWasChanged() throws IOException {
        Path file = directory.resolve("here.predictor");
        predictor.save(file);
        Files.writeString(file, Files.readString(file).replace("\"records\":", "\"records\": "));
        assertThatThrownBy(() -> TrainedPredictor.load(file))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("the file was changed");
        Files.writeString(file, "{}");
        assertThatThrownBy(() -> TrainedPredictor.load(file)).hasMessageContaining("PEPPER-PREDICTOR 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"name\":\"extended\"|\"name\":\"wide\"|schema.name: 'wide' is unknown to this library",
                "\"name\":\"extended\",\"version\":2|\"name\":\"extended\",\"version\":7|with version 7 of 'extended'",
                "\"contention\"|\"crowd\"|schema.features: they are not those",
                "\"target\":\"LOG_RATIO\"|\"target\":\"CUBE\"|target: 'CUBE' is unknown to this library",
                "\"gbtree\"|\"dart\"|'dart' is not supported",
                "\"convolution_kernels\"|\"convolutions\"|linear: its terms are not those of this library",
                "\"least\":[|\"least\":[\"1\",|they are not all of "
            })
    void invalidPredictorFilesAreRefusedByName(String from, String to, String message) throws Exception {
        Path file = directory.resolve("here.predictor");
        predictor.save(file);
        String text = Files.readString(file);
        String document = text.substring(text.indexOf('\n') + 1);
        assertThat(document).contains(from);
        SignedDocument.write(file, document.replace(from, to));
        assertThatThrownBy(() -> TrainedPredictor.load(file))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void damagedPredictorFilesAreReadOrRefused() throws Exception {
        List<LatencyRecord> few = data.records().subList(0, 200);
        Path file = directory.resolve("small.predictor");
        LatencyTrainer.train(LatencyDataset.of(few), QUICK.withTrees(3, 2, 0.3), ProgressListener.NONE)
                .predictor()
                .save(file);
        String text = Files.readString(file);
        String document = text.substring(text.indexOf('\n') + 1);
        Random random = new Random(5);
        int refused = 0;
        for (int trial = 0; trial < 3_000; trial++) {
            StringBuilder bad = new StringBuilder(document);
            for (int i = 0; i <= random.nextInt(5); i++) {
                bad.setCharAt(random.nextInt(bad.length()), (char) (32 + random.nextInt(95)));
            }
            SignedDocument.write(
                    file, random.nextInt(4) == 0 ? bad.substring(0, random.nextInt(bad.length())) : bad.toString());
            try {
                LatencyRecord one = few.get(0);
                TrainedPredictor.load(file).medianSeconds(one.work(), one.threads(), one.device());
            } catch (PredictorFormatException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    @Test
    void measuredTimesAreLookedUp() {
        MeasuredPredictor measured = MeasuredPredictor.of(LatencyDataset.of(List.of(
                LatencyDatasetTest.entry("a", 1e9, 1, 0, 1.0),
                LatencyDatasetTest.entry("a", 1e9, 1, 50, 2.0),
                LatencyDatasetTest.entry("a", 1e9, 1, 50, 2.2),
                LatencyDatasetTest.entry("a", 1e9, 1, 50, 1.8))));
        Workload work = LatencyDatasetTest.entry("a", 1e9, 1, 0, 1).work();
        DeviceState pi = DeviceState.of("pi");
        assertThat(measured.predict(work, 1, pi.withCpuLoadPercent(25)))
                .isEqualTo(new Prediction(1.5, 0.5 * (1.1 + 2.0 * 1.1), false));
        assertThat(measured.predict(work, 1, pi.withCpuLoadPercent(90)))
                .isEqualTo(new Prediction(2.0, 2.0 * 1.1, true));
        assertThatThrownBy(() -> measured.predict(work, 2, pi)).hasMessageContaining("was not measured on 'pi' with 2");
        assertThatThrownBy(() -> measured.predict(work, 1, DeviceState.of("nano")))
                .hasMessageContaining("nothing was measured on 'nano', only on [pi]")
                .hasMessageContaining("predictor: pi");
    }

    @Test
    void aRooflineEstimatesWithoutTraining() {
        RooflinePredictor roofline = new RooflinePredictor(1e10, 1e9, 1e-6, 0.5);
        Workload work = LatencyDatasetTest.entry("a", 1e9, 1, 0, 1).work();
        DeviceState idle = DeviceState.of("pi").withCores(2).withCpuLoadPercent(0);
        assertThat(roofline.predict(work, 1, idle)).isEqualTo(new Prediction(0.100001, 1.5 * 0.100001, true));
        assertThat(roofline.predict(work, 2, idle).medianSeconds()).isEqualTo(1e9 / 1.5e10 + 1e-6);
        assertThat(roofline.predict(work, 1, idle.withRunnableThreads(3)).medianSeconds())
                .isEqualTo(2 * 0.100001);
        assertThatThrownBy(() -> new RooflinePredictor(0, 1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
