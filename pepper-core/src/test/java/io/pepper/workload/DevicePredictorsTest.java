package io.pepper.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which predictor predicts a device, and what is said where it learned the times of another one. */
class DevicePredictorsTest {
    private static final Platform PI = Platform.of("Raspberry Pi 4 Model B").withInstructionSet("aarch64");
    private static final Platform SERVER = Platform.of("AMD EPYC 7763").withInstructionSet("x86_64");
    private static final Workload WORK = Workload.builder().build();

    /** A predictor that tells itself apart by its seconds. */
    private record Fixed(double seconds, List<Platform> platforms) implements LatencyPredictor {
        @Override
        public Prediction predict(Workload piece, int threads, DeviceState device) {
            return new Prediction(seconds, seconds, false);
        }

        @Override
        public List<String> caveats() {
            return List.of("says " + (int) seconds);
        }
    }

    private static LatencyPredictor fixed(double seconds, Platform... platforms) {
        return new Fixed(seconds, List.of(platforms));
    }

    private static Prediction time(DevicePredictors predictors, Device device) {
        return predictors.of(device, DeviceState.of(device.name())).predict(WORK, 1, DeviceState.of(device.name()));
    }

    private static List<String> caveats(DevicePredictors predictors, Device device) {
        return predictors.of(device, DeviceState.of(device.name())).caveats();
    }

    @Test
    void theNameOfTheDevicePrecedesItsStatedNameItsKindAndThePredictorWithoutAName() {
        DevicePredictors predictors = DevicePredictors.NONE
                .withPredictor("", fixed(1), "a")
                .withPredictor("raspberry-pi-4", fixed(2), "b")
                .withPredictor("arm", fixed(3), "c")
                .withPredictor("camera", fixed(4), "d");
        Device pi = Device.of("gate").withPlatform(PI);
        assertThat(time(predictors, Device.of("any")).medianSeconds()).isEqualTo(1);
        assertThat(time(predictors, pi).medianSeconds()).isEqualTo(2);
        assertThat(time(predictors, pi.withPredictor("arm")).medianSeconds()).isEqualTo(3);
        assertThat(time(predictors, Device.of("camera").withPlatform(PI).withPredictor("arm"))
                        .medianSeconds())
                .isEqualTo(4);
        assertThat(predictors
                        .predict(WORK, 1, DeviceState.of("x").withPlatform(PI))
                        .medianSeconds())
                .as("a state alone has no stated name")
                .isEqualTo(2);
    }

    @Test
    void aNameWithoutPredictorAndADeviceWithoutPredictorAreRefused() {
        DevicePredictors predictors = DevicePredictors.NONE.withPredictor("pi4", fixed(1), "pi4.predictor");
        assertThatThrownBy(() -> time(predictors, Device.of("camera").withPredictor("arm")))
                .hasMessage("device 'camera' asks for the predictor 'arm', but there is no such predictor");
        assertThatThrownBy(() -> time(predictors, Device.of("cloud").withPlatform(SERVER)))
                .hasMessage("there is no predictor for device 'cloud' (AMD EPYC 7763, x86_64), only for pi4");
        assertThatThrownBy(() -> time(DevicePredictors.NONE, Device.of("cloud")))
                .hasMessage("there is no predictor for device 'cloud'");
    }

    @Test
    void aPredictorIsRefusedForAnotherKindInstructionSetOrProvider() {
        DevicePredictors predictors =
                DevicePredictors.NONE.withPredictor("", fixed(1, PI.withProvider("CPU")), "pi4.predictor");
        assertThat(time(predictors, Device.of("camera").withPlatform(PI)).extrapolated())
                .isFalse();
        assertThatThrownBy(() -> time(predictors, Device.of("cloud").withPlatform(SERVER)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pi4.predictor")
                .hasMessageContaining("Raspberry Pi 4 Model B")
                .hasMessageContaining("'cloud' (AMD EPYC 7763, x86_64)")
                .hasMessageContaining("give it a predictor of its own")
                .message()
                .doesNotContain("--");
        assertThatThrownBy(() ->
                        time(predictors, Device.of("box").withPlatform(Platform.UNKNOWN.withInstructionSet("x86_64"))))
                .hasMessageContaining("instruction set x86_64 instead of aarch64");
        assertThatThrownBy(() -> time(predictors, Device.of("gpu").withPlatform(PI.withProvider("CUDA"))))
                .hasMessageContaining("provider CUDA instead of CPU");
        DeviceState read = DeviceState.of("camera").withPlatform(SERVER);
        assertThatThrownBy(() -> predictors.of(Device.of("camera"), read))
                .as("what a monitor read counts, too")
                .hasMessageContaining("AMD EPYC 7763");
    }

    @Test
    void theExceptionKnowsTheMissingNameAndWhetherAPredictorOfOtherDevicesCouldBeAllowed() {
        DevicePredictors named = DevicePredictors.NONE.withPredictor("pi4", fixed(1), "pi4.predictor");
        assertThat(refusal(named, Device.of("camera").withPredictor("arm"))).satisfies(refused -> {
            assertThat(refused.name()).isEqualTo("arm");
            assertThat(refused.isOtherDevice()).isFalse();
        });
        assertThat(refusal(named, Device.of("cloud")).name()).isEqualTo("cloud");
        DevicePredictors general = DevicePredictors.NONE.withPredictor("", fixed(1, PI), "pi4.predictor");
        assertThat(refusal(general, Device.of("cloud").withPlatform(SERVER)).isOtherDevice())
                .isTrue();
    }

    private static NoPredictorException refusal(DevicePredictors predictors, Device device) {
        return catchThrowableOfType(NoPredictorException.class, () -> time(predictors, device));
    }

    @Test
    void ofSeveralPredictorsOfOneKindTheOneThatFitsTheProviderAndTheInstructionSetIsTaken() {
        Platform nano = Platform.of("Jetson Nano").withInstructionSet("aarch64");
        DevicePredictors predictors = DevicePredictors.NONE
                .withPredictor(
                        "Raspberry Pi 4 Model B armv7l",
                        fixed(1, Platform.of("Raspberry Pi 4").withInstructionSet("armv7l")),
                        "a")
                .withPredictor(
                        "Raspberry Pi 4 Model B aarch64",
                        fixed(2, Platform.of("Raspberry Pi 4").withInstructionSet("aarch64")),
                        "b")
                .withPredictor("Jetson Nano CUDA", fixed(3, nano.withProvider("CUDA")), "c")
                .withPredictor("Jetson Nano CPU", fixed(4, nano.withProvider("CPU")), "d")
                .withPredictor("", fixed(5, SERVER), "e");
        Device pi = Device.of("pi");
        assertThat(time(predictors, pi.withPlatform(PI)).medianSeconds()).isEqualTo(2);
        assertThat(time(predictors, pi.withPlatform(PI.withInstructionSet("armv7l")))
                        .medianSeconds())
                .isEqualTo(1);
        assertThat(time(predictors, pi.withPlatform(PI.withInstructionSet("riscv64")))
                        .extrapolated())
                .as("a kind that the user named, on another instruction set")
                .isTrue();
        assertThat(time(predictors, Device.of("box").withPlatform(nano.withProvider("CPU")))
                        .medianSeconds())
                .isEqualTo(4);
        assertThat(time(predictors, Device.of("box").withPlatform(nano.withProvider("CUDA")))
                        .medianSeconds())
                .isEqualTo(3);
        assertThat(time(predictors, Device.of("box").withPlatform(nano)).medianSeconds())
                .as("'Jetson Nano CPU' is another name of the Jetson Nano")
                .isEqualTo(4);
        assertThat(predictors.byName().keySet())
                .containsExactly(
                        "Raspberry Pi 4 Model B armv7l",
                        "Raspberry Pi 4 Model B aarch64",
                        "Jetson Nano CUDA",
                        "Jetson Nano CPU",
                        "");
    }

    @Test
    void otherDevicesAreExtrapolatedWhereTheyAreAllowedScaledOrNamed() {
        LatencyPredictor pi = fixed(1, PI);
        Device cloud = Device.of("cloud").withPlatform(SERVER);
        DevicePredictors general = DevicePredictors.NONE.withPredictor("", pi, "pi4.predictor");
        for (Prediction time : List.of(
                time(general.withOtherDevices(true), cloud),
                time(general, cloud.withTimeFactor(0.2)),
                time(DevicePredictors.NONE.withPredictor("cloud", pi, "pi4.predictor"), cloud))) {
            assertThat(time.extrapolated()).isTrue();
            assertThat(time.medianSeconds()).isEqualTo(1);
        }
        assertThat(caveats(general.withOtherDevices(true), cloud))
                .hasSize(2)
                .first()
                .asString()
                .contains("Raspberry Pi 4 Model B", "another device", "all its times are extrapolated");
    }

    @Test
    void unknownKindsAreNotTrustedSilently() {
        Device camera = Device.of("camera");
        assertThat(caveats(DevicePredictors.of(fixed(1, PI)), camera))
                .containsExactly(
                        "learned the times of Raspberry Pi 4 Model B, aarch64, and the kind of this device is unknown",
                        "says 1");
        assertThat(caveats(DevicePredictors.of(fixed(1, Platform.UNKNOWN)), camera.withPlatform(PI)))
                .containsExactly("does not say of which kind of device it learned the times", "says 1");
        assertThat(caveats(
                        DevicePredictors.of(fixed(1, Platform.of("jetson"))),
                        camera.withPlatform(Platform.of("Jetson Nano"))))
                .first()
                .asString()
                .contains("whether this device (Jetson Nano) is of this kind is unclear");
        assertThat(caveats(DevicePredictors.of(fixed(1, PI)), camera.withPlatform(PI)))
                .containsExactly("says 1");
        assertThat(caveats(DevicePredictors.of(fixed(1)), camera))
                .as("a predictor of the application, which answers for any device")
                .containsExactly("says 1");
        assertThat(time(DevicePredictors.of(fixed(1, PI)), camera).extrapolated())
                .isFalse();
    }

    @Test
    void otherRuntimesAndUnknownProvidersOfAcceleratorsAreCaveats() {
        Platform old = PI.withRuntime("ONNX Runtime", "1.17.0");
        assertThat(caveats(
                        DevicePredictors.of(fixed(1, old)),
                        Device.of("pi").withPlatform(PI.withRuntime("ONNX Runtime", "1.28.0"))))
                .first()
                .asString()
                .contains("another runtime");
        assertThat(caveats(
                        DevicePredictors.of(fixed(1, PI.withProvider("CUDA"))),
                        Device.of("pi").withPlatform(PI)))
                .first()
                .asString()
                .contains("the execution provider of this device is unknown");
    }

    @Test
    void aPredictorOfSeveralPlatformsPredictsEachOfThem() {
        DevicePredictors predictors = DevicePredictors.of(fixed(1, PI, SERVER));
        assertThat(time(predictors, Device.of("a").withPlatform(PI)).extrapolated())
                .isFalse();
        assertThat(caveats(predictors, Device.of("a").withPlatform(SERVER))).containsExactly("says 1");
        assertThatThrownBy(() -> time(predictors, Device.of("a").withKind("Jetson Nano")))
                .hasMessageContaining("Jetson Nano");
        assertThat(predictors.platforms()).containsExactly(PI, SERVER);
        assertThat(DevicePredictors.of(predictors)).isSameAs(predictors);
    }
}
