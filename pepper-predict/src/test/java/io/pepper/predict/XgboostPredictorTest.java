package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.DeviceState;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees that XGBoost saved elsewhere: {@code xgboost-1.7-python.py} and {@code XgboostVersions.java} made the files. */
class XgboostPredictorTest {
    private static Path resource(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(XgboostPredictorTest.class.getResource(name), name)
                .toURI());
    }

    @ParameterizedTest
    @ValueSource(strings = {"xgboost-1.7-python", "xgboost-2.1-java", "xgboost-3.4-java"})
    void scoresAsThatVersionDid(String name) throws IOException, URISyntaxException {
        TreeEnsemble trees = TreeEnsemble.read(resource("/" + name + ".json"));
        assertThat(trees.trees()).isEqualTo(30);
        List<String> lines = Files.readAllLines(resource("/" + name + ".csv"));
        assertThat(lines).hasSize(60);
        for (String line : lines) {
            String[] cells = line.split(",", -1);
            float[] row = new float[10];
            for (int i = 0; i < row.length; i++) {
                row[i] = cells[i].isEmpty() ? Float.NaN : Float.parseFloat(cells[i]);
            }
            assertThat(trees.predict(row)).as(line).isEqualTo(Float.parseFloat(cells[10]));
        }
    }

    @Test
    void predictsByTheSchemaThatItIsGiven() throws IOException, URISyntaxException {
        Path file = resource("/xgboost-1.7-python.json");
        Workload work = Workload.builder()
                .set(WorkloadMeasure.PARAMETERS, 61_000_000)
                .set(WorkloadMeasure.CONV_LAYERS, 5)
                .build();
        DeviceState device = DeviceState.of("pi").withCores(4).withCpuLoadPercent(50);
        float[] row = new float[FeatureSchema.PAPER.size()];
        FeatureSchema.PAPER.fill(work, 1, device, row, 0);
        float score = TreeEnsemble.read(file).predict(row);
        Prediction seconds = XgboostPredictor.read(file, FeatureSchema.PAPER, XgboostPredictor.Target.SECONDS)
                .predict(work, 1, device);
        assertThat(seconds.medianSeconds()).isEqualTo(score).isPositive();
        assertThat(seconds.extrapolated()).isFalse();
        assertThat(XgboostPredictor.read(file, FeatureSchema.PAPER, XgboostPredictor.Target.LOG_SECONDS)
                        .predict(work, 1, device)
                        .medianSeconds())
                .isEqualTo(Math.exp(score));
        assertThatThrownBy(() -> XgboostPredictor.read(file, FeatureSchema.EXTENDED, XgboostPredictor.Target.SECONDS))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("looks at 10 features, extended");
    }
}
