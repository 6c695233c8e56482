package io.pepper.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What two platforms have in common, in the spellings of boards, kernels and runtimes. */
class PlatformTest {
    @ParameterizedTest
    @CsvSource({
        "Raspberry Pi 4 Model B, raspberry-pi-4-model-b",
        "Raspberry Pi 4 Model B, Raspberry Pi 4 Model B Rev 1.4",
        "raspberry-pi-4, Raspberry Pi 4 Model B Rev 1.4",
        "Raspberry_Pi_4, raspberry pi 4",
        "Intel(R) Xeon(R) CPU E5-2673 v4 @ 2.30GHz, intel r xeon r cpu e5 2673 v4 @ 2.30ghz",
        "NVIDIA Jetson Nano Developer Kit, nvidia jetson nano developer kit",
        "VisionFive 2, visionfive2",
        "Raspberry Pi 4, raspberrypi4",
        "Raspberry Pi 4 Model B, RaspberryPi4ModelB",
        "Snapdragon 855+, snapdragon-855plus",
        "Jetson Nano, jetson-nano-cpu",
        "Jetson Nano, NVIDIA Jetson Nano Developer Kit",
        "jetson-nano-devkit, nvidia_jetson_nano",
        "Celeron N5105, Intel(R) Celeron(R) N5105 @ 2.00GHz",
        "VisionFive 2, StarFive VisionFive 2 v1.3B",
        "visionfive2, StarFive VisionFive 2 v1.3B",
        "Raspberry Pi 4, Raspberry Pi 4B",
        "Raspberry Pi 4B, Raspberry Pi 4 Model B Rev 1.4",
        "RK3588S, Rockchip RK3588S CPU",
    })
    void spellingsOfOneKindAreTheSame(String one, String other) {
        assertThat(Platform.isSameKind(one, other)).isTrue();
        assertThat(Platform.isSameKind(other, one)).isTrue();
        assertThat(Platform.of(one).contradictions(Platform.of(other))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Raspberry Pi 4 Model B, Raspberry Pi 5 Model B",
        "Raspberry Pi 4, Raspberry Pi 400",
        "Raspberry Pi 4 Model B, Raspberry Pi 4 Compute Module",
        "AMD EPYC 7763, AMD EPYC 7713",
        "jetson, raspberrypi",
        "pi, Raspberry Pi 4",
        "Board 4 1, Board 41",
        "VisionFive 2, visionfive21",
        "Jetson Nano, Jetson Orin Nano Developer Kit",
        "RK3588, RK3588S",
        "Celeron N5105, Intel(R) Celeron(R) N5095 @ 2.00GHz",
        "Raspberry Pi 4B, Raspberry Pi 4 Compute Module",
        "NVIDIA, Intel",
        "cpu, gpu",
    })
    void differentKindsContradictEachOther(String one, String other) {
        assertThat(Platform.isSameKind(one, other)).isFalse();
        assertThat(Platform.of(one).contradictions(Platform.of(other)))
                .containsExactly("kind " + one + " instead of " + other);
    }

    @ParameterizedTest
    @CsvSource({
        "jetson, Jetson Nano",
        "raspberrypi, Raspberry Pi 4 Model B",
        "Jetson, NVIDIA Jetson Nano Developer Kit",
        "Jetson Nano, jetson-nano-gpu"
    })
    void aKindWithoutAModelNumberIsNeitherTheSameNorAnother(String vague, String exact) {
        assertThat(Platform.isSameKind(vague, exact)).isFalse();
        assertThat(Platform.of(vague).contradictions(Platform.of(exact))).isEmpty();
        assertThat(Platform.of(exact).contradictions(Platform.of(vague))).isEmpty();
    }

    @Test
    void namesOfInstructionSetsAndProvidersAreUnified() {
        Platform java = Platform.UNKNOWN.withInstructionSet("amd64").withProvider("CUDAExecutionProvider");
        Platform linux = Platform.UNKNOWN.withInstructionSet("x86_64").withProvider("CUDA");
        assertThat(java).isEqualTo(linux);
        assertThat(Platform.UNKNOWN.withInstructionSet("arm64"))
                .isEqualTo(Platform.UNKNOWN.withInstructionSet("aarch64"));
        assertThat(java.contradictions(
                        Platform.UNKNOWN.withInstructionSet("aarch64").withProvider("cuda")))
                .containsExactly("instruction set x86_64 instead of aarch64");
        assertThat(java.contradictions(Platform.UNKNOWN.withProvider("CPU")))
                .containsExactly("provider CUDA instead of CPU");
    }

    @Test
    void unknownValuesContradictNothingAndAreFilledFromAnotherPlatform() {
        Platform pi = Platform.of("Raspberry Pi 4").withRuntime("ONNX Runtime", "1.28.0");
        assertThat(pi.contradictions(Platform.UNKNOWN)).isEmpty();
        assertThat(new Platform(
                        Optional.of(" "), Optional.of(""), Optional.empty(), Optional.empty(), Optional.empty()))
                .isEqualTo(Platform.UNKNOWN);
        Platform filled = pi.orElse(
                Platform.of("Jetson Nano").withInstructionSet("aarch64").withRuntime("ncnn", "1"));
        assertThat(filled).isEqualTo(pi.withInstructionSet("aarch64"));
        assertThat(filled).hasToString("Raspberry Pi 4, aarch64, ONNX Runtime 1.28.0");
        assertThat(Platform.UNKNOWN).hasToString("");
    }

    @Test
    void otherRuntimesAndVersionsAreToldApartButContradictNothing() {
        Platform old = Platform.of("pi 4").withRuntime("ONNX Runtime", "1.17.0");
        Platform young = Platform.of("pi 4").withRuntime("ONNX Runtime", "1.28.0");
        assertThat(old.contradictions(young)).isEmpty();
        assertThat(old.hasOtherRuntime(young)).isTrue();
        assertThat(old.hasOtherRuntime(Platform.of("pi 4"))).isFalse();
        assertThat(old.hasOtherRuntime(Platform.UNKNOWN.withRuntime("onnx runtime", "")))
                .isFalse();
    }
}
