package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import io.pepper.model.ProgressListener;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One file for the predictors of several devices, and data sets that are divided by kinds of devices. */
class DevicePredictorsFileTest {
    private static final TrainingOptions QUICK = TrainingOptions.EXTENDED.withTrees(5, 3, 0.3);

    /** Enough models to hold one out, and few enough to train quickly. */
    private static final int FEW = 6;

    private static TrainedPredictor trained;
    private static CalibratedPredictor calibrated;
    private static List<LatencyRecord> records;

    @TempDir
    Path directory;

    @BeforeAll
    static void train() throws IOException {
        LatencyDataset boards = BoardData.boards();
        records = boards.group(entry -> entry.device().device()).getOrDefault("raspberry-pi-4", List.of());
        trained = LatencyTrainer.train(LatencyDataset.of(records), QUICK, ProgressListener.NONE)
                .predictor();
        calibrated = DeviceCalibration.of(List.of(trained), LatencyDataset.of(records.subList(0, 5)))
                .predictor();
    }

    private Path save() throws IOException {
        Path file = directory.resolve("several.predictor");
        StoredPredictor.save(
                DevicePredictors.NONE
                        .withPredictor("Raspberry Pi 4", trained, "trained")
                        .withPredictor("camera", calibrated, "calibrated"),
                file);
        return file;
    }

    private static String document(Path file) throws IOException {
        String text = Files.readString(file);
        return text.substring(text.indexOf('\n') + 1);
    }

    @Test
    void predictsEachDeviceAsItsOwnPredictorDoes() throws IOException {
        LatencyPredictor read = StoredPredictor.load(save());
        assertThat(read).isInstanceOfSatisfying(DevicePredictors.class, several -> {
            assertThat(several.byName().keySet()).containsExactly("Raspberry Pi 4", "camera");
            assertThat(several.byName().get("camera")).hasToString(calibrated.toString());
            for (LatencyRecord entry : records) {
                DeviceState pi = entry.device().withPlatform(Platform.of("Raspberry Pi 4 Model B"));
                Prediction expected = trained.predict(entry.work(), 1, pi);
                assertThat(several.predict(entry.work(), 1, pi).medianSeconds()).isEqualTo(expected.medianSeconds());
                DeviceState camera = DeviceState.of("camera");
                assertThat(several.of(Device.of("camera"), camera)
                                .predict(entry.work(), 1, camera)
                                .medianSeconds())
                        .isEqualTo(calibrated.predict(entry.work(), 1, camera).medianSeconds());
            }
        });
    }

    @Test
    void writesTheSameFileAgain() throws IOException {
        Path file = save();
        Path again = directory.resolve("again.predictor");
        StoredPredictor.save((DevicePredictors) StoredPredictor.load(file), again);
        assertThat(Files.readString(again)).isEqualTo(Files.readString(file));
    }

    @Test
    void filesOfOneDeviceAreReadAsBefore() throws IOException {
        Path one = directory.resolve("one.predictor");
        trained.save(one);
        assertThat(StoredPredictor.load(one)).isInstanceOf(TrainedPredictor.class);
        calibrated.save(one);
        assertThat(StoredPredictor.load(one)).isInstanceOf(CalibratedPredictor.class);
    }

    @Test
    void readersOfOneDeviceRefuseTheFileOfSeveralByName() throws IOException {
        Path file = save();
        assertThatThrownBy(() -> TrainedPredictor.load(file))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("predictors of several devices, which StoredPredictor reads");
        assertThatThrownBy(() -> CalibratedPredictor.load(file))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("holds no calibrated predictor");
    }

    @Test
    void predictorsThatNoFileHoldsAreRefusedBeforeItIsWritten() {
        Path file = directory.resolve("none.predictor");
        LatencyPredictor own = (work, threads, device) -> new Prediction(1, 1, false);
        assertThatThrownBy(() -> StoredPredictor.save(DevicePredictors.NONE, file))
                .hasMessageContaining("0 predictors");
        assertThatThrownBy(() -> StoredPredictor.save(DevicePredictors.of(trained), file))
                .hasMessageContaining("has a name of 1 to 200 characters");
        assertThatThrownBy(() -> StoredPredictor.save(DevicePredictors.NONE.withPredictor("pi", own, "own"), file))
                .hasMessageContaining("'pi' is neither trained nor calibrated");
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "'\"name\":\"camera\"', '\"name\":\"Raspberry Pi 4\"', 'another predictor for'",
        "'\"name\":\"camera\"', '\"name\":\"\"', 'its name has 0 characters'",
        "'\"name\":\"camera\"', '\"name\":{}', 'devices.[1].name'",
        "'\"trained\":', '\"learned\":', 'neither a trained nor a calibrated predictor'",
        "'\"schema\":{\"name\":\"extended\"', '\"schema\":{\"name\":\"wide\"', 'devices[0]: schema.name'",
        "'\"spread\":', '\"spread\":-', 'devices[1]: records, threads, spread'",
    })
    void refusesWrongFilesByTheDevice(String found, String wrong, String message) throws IOException {
        Path file = save();
        String document = document(file);
        assertThat(document).contains(found);
        SignedDocument.write(file, document.replace(found, wrong));
        assertThatThrownBy(() -> StoredPredictor.load(file))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void refusesAnEmptyListAndTooManyDevices() throws IOException {
        Path file = directory.resolve("hostile.predictor");
        SignedDocument.write(file, "{\"devices\":[]}");
        assertThatThrownBy(() -> StoredPredictor.load(file)).hasMessageContaining("there is no predictor in it");
        Path one = directory.resolve("one.predictor");
        DeviceCalibration.of(List.of(), LatencyDataset.of(records.subList(0, 2)))
                .predictor()
                .save(one);
        String inside = document(one);
        StringBuilder many = new StringBuilder("{\"devices\":[");
        for (int i = 0; i <= 1024; i++) {
            many.append(i == 0 ? "" : ",")
                    .append("{\"name\":\"d")
                    .append(i)
                    .append("\",")
                    .append(inside, 1, inside.length());
        }
        SignedDocument.write(file, many.append("]}").toString());
        assertThatThrownBy(() -> StoredPredictor.load(file)).hasMessageContaining("more than 1024 devices");
    }

    @Test
    void damagedFilesAreReadOrRefused() throws IOException {
        Path file = save();
        String document = document(file);
        Random random = new Random(7);
        int refused = 0;
        for (int trial = 0; trial < 500; trial++) {
            StringBuilder bad = new StringBuilder(document);
            for (int i = 0; i <= random.nextInt(5); i++) {
                bad.setCharAt(random.nextInt(bad.length()), (char) (32 + random.nextInt(95)));
            }
            SignedDocument.write(
                    file, random.nextInt(4) == 0 ? bad.substring(0, random.nextInt(bad.length())) : bad.toString());
            try {
                assertThat(StoredPredictor.load(file).toString()).isNotEmpty();
            } catch (PredictorFormatException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(50);
    }

    private static List<LatencyRecord> on(String device, Platform platform, int count) {
        List<LatencyRecord> own = new ArrayList<>();
        for (LatencyRecord entry : records.subList(0, count)) {
            own.add(entry.toBuilder()
                    .device(DeviceState.of(device).withPlatform(platform))
                    .build());
        }
        return own;
    }

    @Test
    void dataIsDividedByKindInstructionSetAndProvider() {
        Platform pi = Platform.of("Raspberry Pi 4");
        Platform nano = Platform.of("Jetson Nano").withInstructionSet("aarch64");
        List<LatencyRecord> all = new ArrayList<>();
        all.addAll(on("pi-1", pi, 2));
        all.addAll(on("pi-2", pi, 3));
        all.addAll(on("box", Platform.UNKNOWN, 1));
        all.addAll(on("nano", nano.withProvider("CPU"), 4));
        all.addAll(on("nano-gpu", nano.withProvider("CUDA"), 5));
        Map<String, LatencyDataset> kinds = LatencyDataset.of(all).byDeviceKind();
        assertThat(kinds.keySet())
                .containsExactly("Raspberry Pi 4", "box", "Jetson Nano aarch64 CPU", "Jetson Nano aarch64 CUDA");
        assertThat(kinds.values()).extracting(data -> data.records().size()).containsExactly(5, 1, 4, 5);
    }

    @Test
    void recordsOfADeviceThatDoNotStateItsKindBelongToItsOthers() {
        List<LatencyRecord> all = new ArrayList<>(on("pi", Platform.UNKNOWN, 2));
        all.addAll(on("pi", Platform.of("Raspberry Pi 4").withInstructionSet("aarch64"), 3));
        assertThat(LatencyDataset.of(all).byDeviceKind().keySet()).containsExactly("Raspberry Pi 4");
        assertThat(LatencyDataset.of(List.of()).byDeviceKind()).isEmpty();
    }

    @Test
    void choicesBetweenKindsUseThePredictorOfEach() throws IOException {
        LatencyDataset boards = BoardData.boards();
        Map<String, LatencyDataset> kinds = boards.byDeviceKind();
        List<CrossValidation> validations = new ArrayList<>();
        for (String kind : List.of("raspberry-pi-4", "azure-d64s-v6")) {
            List<LatencyRecord> all =
                    kinds.getOrDefault(kind, LatencyDataset.of(List.of())).records();
            LatencyDataset own = LatencyDataset.of(all.subList(0, FEW));
            validations.add(CrossValidation.run(own, QUICK, CrossValidation.Folds.MODELS, ProgressListener.NONE));
        }
        ChoiceAccuracy between = ChoiceAccuracy.betweenDevices(validations);
        assertThat(between.choices()).isEqualTo(FEW);
        assertThat(between.right().orElseThrow()).as("a server against a board").isEqualTo(1);
    }

    @Test
    void theErrorsOfEachHeldOutModelHaveADistribution() throws IOException {
        CrossValidation models = CrossValidation.run(
                LatencyDataset.of(records.subList(0, FEW)), QUICK, CrossValidation.Folds.MODELS, ProgressListener.NONE);
        assertThat(models.errors()).hasSize(FEW);
        assertThat(models.errors().keySet())
                .containsExactlyInAnyOrderElementsOf(records.subList(0, FEW).stream()
                        .map(LatencyRecord::model)
                        .toList());
        assertThat(models.errors().values()).allSatisfy(errors -> {
            assertThat(errors.records()).isEqualTo(1);
            assertThat(errors.p10()).isEqualTo(errors.median()).isEqualTo(errors.p90());
        });
        CrossValidation rows = CrossValidation.run(
                LatencyDataset.of(records.subList(0, FEW)), QUICK, CrossValidation.Folds.ROWS, ProgressListener.NONE);
        assertThat(rows.errors().keySet()).allMatch(name -> name.startsWith("fold "));
        assertThat(rows.errors().values())
                .allSatisfy(errors -> assertThat(errors.p10()).isLessThanOrEqualTo(errors.median()));
        assertThat(ErrorDistribution.of(0.1, 0.2, 0.3, 0.4, 1.4)).satisfies(errors -> {
            assertThat(errors.median()).isEqualTo(0.3);
            assertThat(errors.p90()).isGreaterThan(0.9).isLessThan(1.4);
        });
    }

    @Test
    void theReportHasASectionForEachKindOfDevice() throws IOException {
        LatencyTrainer one =
                LatencyTrainer.train(LatencyDataset.of(records.subList(0, FEW)), QUICK, ProgressListener.NONE);
        String html = TrainingReport.of(Map.of("Raspberry Pi 4", one)).html();
        assertThat(html)
                .contains("<h2>Raspberry Pi 4</h2>", "Median error by model", "light: to the 90th percentile")
                .contains("class=\"most\"");
        assertThat(TrainingReport.of(one).html()).doesNotContain("<h2>");
    }
}
