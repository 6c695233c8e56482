package io.pepper.monitor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cluster.GpuState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The graphics processor, where a driver reports it. */
class GpuTest {
    @TempDir
    Path root;

    private FakeSystem system() throws IOException {
        return new FakeSystem(root).processors(2, 1);
    }

    @Test
    void aMachineWithoutOneReportsNothing() throws IOException {
        assertThat(system().machine().gpu()).isEqualTo(GpuState.UNKNOWN);
    }

    @Test
    void theFirstCardWithALoadCountsAndItsMemoryIsWhatIsNotUsed() throws IOException {
        FakeSystem system = system().file("sys/class/drm/card0/device/vendor", "0x8086\n")
                .file("sys/class/drm/card1/device/gpu_busy_percent", "37\n")
                .file("sys/class/drm/card1/device/mem_info_vram_total", "8589934592\n")
                .file("sys/class/drm/card1/device/mem_info_vram_used", "1073741824\n")
                .file("sys/class/drm/card2/device/gpu_busy_percent", "99\n");
        assertThat(system.machine().gpu())
                .isEqualTo(new GpuState(
                        OptionalDouble.of(37),
                        OptionalLong.of(7 * FakeSystem.GIB),
                        OptionalLong.of(8 * FakeSystem.GIB)));
    }

    @Test
    void aJetsonReportsItsLoadPerMille() throws IOException {
        FakeSystem system = system().file("sys/devices/gpu.0/load", "423\n");
        assertThat(system.machine().gpu().loadPercent()).hasValue(42.3);
        assertThat(system.machine().gpu().memoryTotalBytes()).isEmpty();
    }

    @Test
    void malformedAndImpossibleNumbersAreUnknownOrClamped() throws IOException {
        FakeSystem system = system().file("sys/class/drm/card0/device/gpu_busy_percent", "250\n")
                .file("sys/class/drm/card0/device/mem_info_vram_total", "much\n")
                .file("sys/class/drm/card0/device/mem_info_vram_used", "1\n");
        assertThat(system.machine().gpu())
                .isEqualTo(new GpuState(OptionalDouble.of(100), OptionalLong.empty(), OptionalLong.empty()));
    }
}
