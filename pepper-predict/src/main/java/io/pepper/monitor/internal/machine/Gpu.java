package io.pepper.monitor.internal.machine;

import io.pepper.cluster.GpuState;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The load and the memory of the graphics processor, as Linux drivers report them: those of AMD, and of Jetson boards, whose
 * graphics processor has no memory of its own.
 */
final class Gpu {
    private static final double PERCENT = 100;
    private static final double PER_MILLE_OF_A_PERCENT = 10;

    private Gpu() {}

    /** Returns the state of the first card that reports a load. */
    static GpuState read(SystemFiles files) {
        return files.list("/sys/class/drm", "card*").stream()
                .sorted()
                .map(card -> card.resolve("device"))
                .filter(card -> files.number(card.resolve("gpu_busy_percent")).isPresent())
                .findFirst()
                .map(card -> card(files, card))
                .orElseGet(() -> new GpuState(jetson(files), OptionalLong.empty(), OptionalLong.empty()));
    }

    private static GpuState card(SystemFiles files, Path card) {
        OptionalLong busy = files.number(card.resolve("gpu_busy_percent"));
        OptionalLong total = files.number(card.resolve("mem_info_vram_total"));
        OptionalLong used = files.number(card.resolve("mem_info_vram_used"));
        return new GpuState(
                busy.isPresent()
                        ? OptionalDouble.of(Math.min(PERCENT, (double) busy.getAsLong()))
                        : OptionalDouble.empty(),
                total.isPresent() && used.isPresent()
                        ? OptionalLong.of(Math.max(0, total.getAsLong() - used.getAsLong()))
                        : OptionalLong.empty(),
                total);
    }

    private static OptionalDouble jetson(SystemFiles files) {
        return Stream.of("/sys/devices/gpu.0/load", "/sys/devices/platform/gpu.0/load")
                .map(file -> files.number(files.path(file)))
                .filter(OptionalLong::isPresent)
                .mapToDouble(load -> Math.min(PERCENT, load.getAsLong() / PER_MILLE_OF_A_PERCENT))
                .findFirst();
    }
}
