package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import io.pepper.workload.Workload;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of models and times that other tools measured. */
class PublishedTimesTest {
    private static final DeviceState NAMELESS = DeviceState.of("");

    @TempDir
    private Path directory;

    private final List<String> asked = new ArrayList<>();

    private Workload work(String model) {
        asked.add(model);
        if (model.startsWith("no")) {
            throw new IllegalArgumentException("there is no model " + model);
        }
        return LatencyDatasetTest.entry(model, 1e9, 1, 0, 1).work();
    }

    private LatencyDataset read(DeviceState device, String... lines) throws IOException {
        Path file = directory.resolve("times.csv");
        Files.writeString(file, String.join("\n", lines) + "\n");
        return PublishedTimes.read(file, device, 1, this::work);
    }

    @Test
    void aBoardIsTheNameAndTheKindOfTheDevice() throws IOException {
        LatencyDataset data = read(
                NAMELESS, "board,cores,threads,model,seconds", "pi-4,4,2,a,0.5", "pi-4,4,1,b,0.25", "n100,4,1,a,0.125");
        assertThat(data.problems()).isEmpty();
        assertThat(data.records()).hasSize(3);
        LatencyRecord first = data.records().get(0);
        assertThat(first.device().device()).isEqualTo("pi-4");
        assertThat(first.device().model()).contains("pi-4");
        assertThat(first.device().cores()).hasValue(4);
        assertThat(first.threads()).isEqualTo(2);
        assertThat(first.timing().medianSeconds()).isEqualTo(0.5);
        assertThat(first.work().total().operators()).isPositive();
        assertThat(asked).as("each model is read once").containsExactly("a", "b");
    }

    @Test
    void whatTheTableDoesNotStateIsGiven() throws IOException {
        DeviceState pi = DeviceState.of("kitchen")
                .withCores(4)
                .withPlatform(Platform.of("raspberry-pi-5").withRuntime("ncnn", "2024"));
        LatencyDataset data = read(pi, "model,milliseconds,load_percent", "a,12.5,", "a,20,50");
        LatencyRecord idle = data.records().get(0);
        assertThat(idle.timing().medianSeconds()).isEqualTo(0.0125);
        assertThat(idle.device().device()).isEqualTo("kitchen");
        assertThat(idle.device().platform().runtime()).contains("ncnn");
        assertThat(idle.load()).isEqualTo(LoadLevel.NONE);
        assertThat(data.records().get(1).device().cpuLoadPercent()).hasValue(50);
        assertThat(data.records().get(1).load().percent()).isEqualTo(50);
    }

    @Test
    void aDataSetOfTableTimesCalibratesAndSurvivesItsFile() throws IOException {
        LatencyDataset data = read(DeviceState.of("pi"), "model,seconds", "a,0.5", "b,0.6", "c,0.55");
        Path file = directory.resolve("data.csv");
        data.write(file);
        LatencyDataset again = LatencyDataset.read(file);
        assertThat(again.problems()).isEmpty();
        assertThat(again.records()).hasSize(3);
        assertThat(DeviceCalibration.of(List.of(), again)
                        .predictor()
                        .predict(data.records().get(0).work(), 1, DeviceState.of("pi"))
                        .medianSeconds())
                .isBetween(0.4, 0.7);
    }

    @Test
    void wrongRowsAreNamedByTheirLineAndTheOthersRemain() throws IOException {
        LatencyDataset data = read(
                NAMELESS,
                "device,model,seconds,threads",
                "pi,a,1,1",
                "pi,nowhere,1,1",
                "pi,nowhere,2,1",
                "pi,a,fast,1",
                "pi,a,-1,1",
                "pi,a,0,1",
                "pi,,1,1",
                "pi,a,1,1.5",
                ",a,1,1",
                "pi,a,1");
        assertThat(data.records()).hasSize(1);
        assertThat(data.problems()).hasSize(9);
        assertThat(data.problems().get(0)).contains("times.csv:3: there is no model nowhere");
        assertThat(data.problems().get(1)).contains(":4: there is no model nowhere");
        assertThat(data.problems().get(2)).contains(":5:", "'seconds'", "'fast'");
        assertThat(data.problems().get(3)).contains(":6:", "not more than 0");
        assertThat(data.problems().get(4)).contains(":7:", "not more than 0");
        assertThat(data.problems().get(5)).contains(":8:", "'model' is empty");
        assertThat(data.problems().get(6)).contains(":9:", "'threads'", "1.5");
        assertThat(data.problems().get(7)).contains(":10:", "names no device");
        assertThat(data.problems().get(8)).contains(":11:", "3 values where there are 4 columns");
        assertThat(asked).as("a model that is missing is looked for once").containsOnlyOnce("nowhere");
    }

    @Test
    void aTableWithoutTimesOrModelsIsRefused() {
        assertThatThrownBy(() -> read(NAMELESS, "device,model,time", "pi,a,1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'seconds' or 'milliseconds'");
        assertThatThrownBy(() -> read(NAMELESS, "device,network,seconds", "pi,a,1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'model'");
    }

    @Test
    void anUnreadableModelEndsTheReading() throws IOException {
        Path file = directory.resolve("times.csv");
        Files.writeString(file, "model,seconds\na,1\n");
        assertThatThrownBy(() -> PublishedTimes.read(file, DeviceState.of("pi"), 1, model -> {
                    throw new FileNotFoundException(model + ".onnx: damaged");
                }))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("damaged");
    }
}
