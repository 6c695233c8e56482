package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cluster.DeviceState;
import io.pepper.model.InputShapes;
import io.pepper.onnx.OnnxModel;
import io.pepper.predict.FeatureSchema;
import io.pepper.predict.TreeEnsemble;
import io.pepper.predict.XgboostPredictor;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the original does in one call: a model's characteristics and the devices' state give the fastest device. */
class DeviceRankingTest {
    @TempDir
    private Path directory;

    private Workload work() throws IOException {
        Path file = directory.resolve("classifier.onnx");
        try (InputStream in =
                DeviceRankingTest.class.getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            Files.copy(in, file);
        }
        try (OnnxModel model = OnnxModel.load(file)) {
            return model.costs(model.shapes(InputShapes.NONE.withInputShape("x", 1, 3, 48, 192)))
                    .workload();
        }
    }

    private static DeviceReading reading(String name, String model, double load, double disk) {
        DeviceState state = DeviceState.of(name)
                .withModel(model)
                .withCores(4)
                .withCpuLoadPercent(load)
                .withDiskUsagePercent(disk);
        return new DeviceReading(state, Map.of("class", "edge"), List.of());
    }

    @Test
    void ranksByTheOriginalsFeaturesAndPredictor() throws Exception {
        Path json = Path.of(Objects.requireNonNull(DeviceRankingTest.class.getResource("/xgboost-1.7-python.json"))
                .toURI());
        LatencyPredictor original = XgboostPredictor.read(json, FeatureSchema.PAPER, XgboostPredictor.Target.SECONDS);
        Map<String, DeviceReading> readings = new TreeMap<>(Map.of(
                "pi", reading("pi", "Raspberry Pi 4 Model B", 5, 0.4),
                "nano", reading("nano", "NVIDIA Jetson Nano", 0.5, 0.8),
                "desk", reading("desk", "Desktop", 9, 0.1)));
        Workload work = work();
        DeviceRanking ranking = DeviceRanking.of(work, 1, () -> readings, original);

        assertThat(ranking.problems()).isEmpty();
        assertThat(ranking.devices()).hasSize(3);
        TreeEnsemble trees = TreeEnsemble.read(json);
        double before = 0;
        for (DeviceRanking.Forecast forecast : ranking.devices()) {
            DeviceState device = forecast.reading().state();
            float jetson = device.device().equals("nano") ? 1 : 0;
            float[] row = {
                (float) work.get(WorkloadMeasure.CONV_LAYERS).orElseThrow(),
                (float) device.cpuLoadPercent().orElseThrow(),
                3 * 48 * 192 * 4,
                2 * 4,
                (float) device.diskUsagePercent().orElseThrow(),
                (float) work.get(WorkloadMeasure.FILTERS).orElseThrow(),
                (float) work.get(WorkloadMeasure.FC_LAYERS).orElseThrow(),
                jetson,
                (float) work.get(WorkloadMeasure.POOL_LAYERS).orElseThrow(),
                (float) work.get(WorkloadMeasure.PARAMETERS).orElseThrow()
            };
            assertThat(forecast.prediction().medianSeconds()).isEqualTo(trees.predict(row));
            assertThat(forecast.prediction().medianSeconds()).isGreaterThanOrEqualTo(before);
            assertThat(forecast.reading().labels()).containsEntry("class", "edge");
            before = forecast.prediction().medianSeconds();
        }
        assertThat(work.get(WorkloadMeasure.POOL_LAYERS))
                .as("as the original counts")
                .hasValue(11);
        assertThat(ranking.fastest()).contains(ranking.devices().get(0));
    }

    @Test
    void namesEquallyFastDevicesInOrder() throws IOException {
        Map<String, DeviceReading> readings =
                Map.of("b", reading("b", "x", 1, 1), "a", reading("a", "x", 1, 1), "c", reading("c", "x", 1, 1));
        DeviceRanking ranking = DeviceRanking.of(
                Workload.builder().build(), 1, () -> readings, (piece, threads, device) -> new Prediction(1, 1, false));
        assertThat(ranking.devices())
                .extracting(forecast -> forecast.reading().state().device())
                .containsExactly("a", "b", "c");
    }

    @Test
    void saysWhichLoadsAreNotKnown() throws IOException {
        DeviceReading unknown = new DeviceReading(DeviceState.of("b").withCores(4), Map.of(), List.of("is old"));
        DeviceRanking ranking = DeviceRanking.of(
                Workload.builder().build(),
                1,
                () -> Map.of("a", reading("a", "x", 1, 1), "b", unknown),
                (piece, threads, device) -> new Prediction(1, 1, false));
        assertThat(ranking.devices()).hasSize(2);
        assertThat(ranking.problems())
                .isEqualTo(Map.of("b", List.of("is old", "its load is not known: predicted as idle")));
    }

    @Test
    void ranksNothingWhereNothingIsPredicted() throws IOException {
        DeviceRanking ranking = DeviceRanking.of(
                Workload.builder().build(), 1, () -> Map.of("a", reading("a", "x", 1, 1)), (piece, threads, device) -> {
                    throw new IllegalArgumentException("never measured");
                });
        assertThat(ranking.fastest()).isEmpty();
        assertThat(ranking.problems()).isEqualTo(Map.of("a", List.of("no prediction: never measured")));
    }
}
