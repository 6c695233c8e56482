package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Predictors for devices of their own kind, of another kind, and of an unknown kind, on the command line. */
class OtherDevicesTest extends CommandTest {
    private static final String PI = "Raspberry Pi 4 Model B Rev 1.4";

    private Path pi = Path.of("");
    private Path unknown = Path.of("");
    private Path here = Path.of("");

    @BeforeEach
    void train() throws IOException {
        Path data = directory.resolve("data.csv");
        assertThat(runSized(
                        "profile",
                        "--pieces",
                        1,
                        "--loads",
                        "0",
                        "--threads",
                        "1",
                        "--rounds",
                        1,
                        "--seconds",
                        0.01,
                        "--device",
                        "measured",
                        "--out",
                        data))
                .as(err.toString())
                .isZero();
        LatencyDataset measured = LatencyDataset.read(data);
        here = trained("here", measured, measured.records().get(0).device().platform());
        pi = trained("pi", measured, Platform.of(PI).withInstructionSet("aarch64"));
        unknown = trained("unknown", measured, Platform.UNKNOWN);
    }

    private Path trained(String name, LatencyDataset data, Platform platform) throws IOException {
        List<LatencyRecord> records = data.records().stream()
                .map(entry -> {
                    DeviceState state = entry.device().withPlatform(platform);
                    return entry.toBuilder().device(state).build();
                })
                .toList();
        Path csv = directory.resolve(name + ".csv");
        LatencyDataset.of(records).write(csv);
        Path file = directory.resolve(name + ".predictor");
        assertThat(run("train", csv, "--out", file, "--with-marked"))
                .as(err.toString())
                .isZero();
        return file;
    }

    private Path cluster(String devices) throws IOException {
        return Files.writeString(
                directory.resolve("cluster.yaml"), "devices:\n" + devices + "defaultLink: {bytesPerSecond: 1e9}\n");
    }

    @Test
    void aCampaignRecordsWhatRanIt() throws IOException {
        LatencyDataset data = LatencyDataset.read(directory.resolve("here.csv"));
        assertThat(data.platforms()).singleElement().satisfies(platform -> {
            assertThat(platform.instructionSet()).isPresent();
            assertThat(platform.runtime()).contains("ONNX Runtime");
            assertThat(platform.runtimeVersion()).isPresent();
            assertThat(platform.provider()).contains("CPU");
        });
    }

    @Test
    void predictRefusesAPredictorOfAnotherKindUnlessAskedTo() throws IOException {
        assertThat(runSized("predict", "--predictor", here)).as(err.toString()).isZero();
        assertThat(runSized("predict", "--predictor", pi)).isEqualTo(1);
        assertThat(err.toString())
                .contains(pi.toString(), PI, "--allow-other-device", "--predictor")
                .doesNotContain("Exception");
        assertThat(runSized("predict", "--predictor", pi, "--allow-other-device"))
                .isZero();
        assertThat(out.toString()).contains("beyond what was measured", "all its times are extrapolated");
        assertThat(runSized("predict", "--predictor", pi, "--device-kind", "raspberry-pi-4", "--cores", 4))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("raspberry-pi-4").doesNotContain("another device");
        assertThat(runSized("predict", "--predictor", unknown)).isZero();
        assertThat(out.toString()).contains("does not say of which kind of device it learned the times");
    }

    @Test
    void severalPredictorsAreTakenByNameOrByTheirOwnKind() throws IOException {
        assertThat(runSized(
                        "predict", "--predictor", pi, "--predictor", here, "--device-kind", "Raspberry Pi 4 Model B"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).doesNotContain("another device");
        assertThat(runSized("predict", "--predictor", "raspberry-pi-4=" + pi)).isEqualTo(1);
        assertThat(err.toString()).contains("only for raspberry-pi-4");
        assertThat(runSized("predict", "--predictor", pi, "--predictor", unknown))
                .isEqualTo(1);
        assertThat(err.toString()).contains(unknown.toString(), "does not say on which kind");
        assertThat(runSized("predict", "--predictor", "a=" + pi, "--predictor", "a=" + here))
                .isEqualTo(1);
        assertThat(err.toString()).contains("already a predictor for 'a'");
    }

    @Test
    void plansRefuseOtherKindsByNameAndPlanMixedClustersWithAPredictorOfEach() throws IOException {
        Path mixed = cluster("  camera: {kind: Raspberry Pi 4 Model B}\n  cloud: {kind: AMD EPYC 7763}\n");
        assertThat(runSized("plan", "--cluster", mixed, "--predictor", pi)).isEqualTo(1);
        assertThat(err.toString()).contains("'cloud' (AMD EPYC 7763)", PI, "--predictor cloud=FILE");
        assertThat(runSized("plan", "--cluster", mixed, "--predictor", pi, "--allow-other-device", "--pin", "1=cloud"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("the predictor for cloud learned the times of", "extrapolated");
        assertThat(runSized(
                        "plan",
                        "--cluster",
                        mixed,
                        "--predictor",
                        "raspberry-pi-4=" + pi,
                        "--predictor",
                        "cloud=" + unknown,
                        "--pin",
                        "1=camera",
                        "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().get("caveats").toString()).doesNotContain("another device");
    }

    @Test
    void aScaledDeviceIsExtrapolatedAndOneOfUnknownKindHasACaveat() throws IOException {
        Path scaled = cluster("  cloud: {kind: AMD EPYC 7763, timeFactor: 0.2}\n");
        assertThat(runSized("plan", "--cluster", scaled, "--predictor", pi)).isZero();
        assertThat(out.toString()).contains("another device");
        Path plain = cluster("  camera: {}\n");
        assertThat(runSized("plan", "--cluster", plain, "--predictor", pi)).isZero();
        assertThat(out.toString()).contains("the kind of this device is unknown");
    }

    @Test
    void anAcceleratorIsNotPredictedByTimesOfTheProcessorAndNeverReplacedByIt() throws IOException {
        Path gpu = cluster("  box: {kind: Raspberry Pi 4 Model B, provider: CUDA}\n");
        Path parts = directory.resolve("parts");
        assertThat(runSized("plan", "--cluster", gpu, "--predictor", here)).isEqualTo(1);
        assertThat(err.toString()).contains("provider CUDA instead of CPU");
        assertThat(runSized("plan", "--cluster", gpu, "--predictor", "box=" + pi, "--out", parts))
                .as(err.toString())
                .isZero();
        assertThat(run("run", parts, "--shape", SIZES)).isEqualTo(1);
        assertThat(err.toString()).contains("execution provider CUDA: ONNX Runtime refuses it");
        assertThat(run("run", parts, "--shape", SIZES, "--provider", "CPU"))
                .as(err.toString())
                .isZero();
        assertThat(runSized("profile", "--provider", "cuda", "--out", directory.resolve("gpu.csv")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("execution provider CUDA", "this ONNX Runtime has CPU");
        assertThat(directory.resolve("gpu.csv")).doesNotExist();
        assertThat(runSized("profile", "--provider", "warp", "--out", directory.resolve("gpu.csv")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no execution provider 'warp'");
    }

    @Test
    void aCampaignDoesNotMixDevicesUnderOneName() throws IOException {
        Path csv = directory.resolve("pi.csv");
        byte[] before = Files.readAllBytes(csv);
        assertThat(runSized("profile", "--pieces", 1, "--loads", "0", "--device", "measured", "--out", csv))
                .isEqualTo(1);
        assertThat(err.toString()).contains("holds measurements of device 'measured'", PI, "--device");
        assertThat(csv).hasBinaryContent(before);
    }
}
