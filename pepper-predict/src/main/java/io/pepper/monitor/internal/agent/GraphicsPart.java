package io.pepper.monitor.internal.agent;

import io.pepper.cluster.GpuState;
import io.pepper.monitor.internal.machine.Machine;

/** The load and memory of the graphics processor that the node's driver reports. */
final class GraphicsPart implements NodePart {
    private static final String[] CARD = {"card", "card0"};

    private final Machine machine;

    GraphicsPart(Machine machine) {
        this.machine = machine;
    }

    @Override
    public void read(Families families) {
        GpuState state = machine.gpu();
        families.gauge(
                "node_drm_gpu_busy_percent",
                "Utilisation of the graphics processor, in percent.",
                state.loadPercent(),
                CARD);
        families.gauge(
                "node_drm_memory_vram_size_bytes",
                "Memory of the graphics processor, in bytes.",
                state.memoryTotalBytes(),
                CARD);
        if (state.memoryTotalBytes().isPresent() && state.memoryFreeBytes().isPresent()) {
            families.gauge(
                    "node_drm_memory_vram_used_bytes",
                    "Used memory of the graphics processor, in bytes.",
                    (double) (state.memoryTotalBytes().getAsLong()
                            - state.memoryFreeBytes().getAsLong()),
                    CARD);
        }
    }
}
