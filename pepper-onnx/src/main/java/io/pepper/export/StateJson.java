package io.pepper.export;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.DeviceState;
import io.pepper.model.MalformedModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The JSON form of device states; unknown values are left out. */
final class StateJson {
    private StateJson() {}

    static ObjectNode write(DeviceState state) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("device", state.device());
        state.readAt().ifPresent(moment -> node.put("readAt", moment.toString()));
        state.model().ifPresent(model -> node.put("model", model));
        state.cores().ifPresent(cores -> cores(node, cores));
        state.cpuLoadPercent().ifPresent(load -> node.put("cpuLoadPercent", load));
        state.runnableThreads().ifPresent(threads -> node.put("runnableThreads", threads));
        state.memoryFreeBytes().ifPresent(bytes -> node.put("memoryFreeBytes", bytes));
        state.memoryTotalBytes().ifPresent(bytes -> node.put("memoryTotalBytes", bytes));
        state.diskUsagePercent().ifPresent(usage -> node.put("diskUsagePercent", usage));
        state.powerWatts().ifPresent(watts -> node.put("powerWatts", watts));
        return node;
    }

    /** Whole numbers are written as integers. */
    private static void cores(ObjectNode node, double cores) {
        if (cores == Math.rint(cores)) {
            node.put("cores", (int) cores);
        } else {
            node.put("cores", cores);
        }
    }

    static List<DeviceState> read(Path file, List<ManifestFields> states) throws MalformedModelException {
        List<DeviceState> read = new ArrayList<>();
        for (ManifestFields fields : states) {
            try {
                read.add(state(file, fields));
            } catch (IllegalArgumentException wrong) {
                throw new MalformedModelException(
                        file.toString(), "states[" + read.size() + "]", String.valueOf(wrong.getMessage()), wrong);
            }
        }
        return read;
    }

    private static DeviceState state(Path file, ManifestFields fields) throws MalformedModelException {
        DeviceState state = DeviceState.of(fields.text("device"));
        if (fields.has("readAt")) {
            state = state.withReadAt(PlanJson.instant(file, fields.text("readAt")));
        }
        if (fields.has("model")) {
            state = state.withModel(fields.text("model"));
        }
        if (fields.has("cores")) {
            state = state.withCores(fields.decimal("cores"));
        }
        if (fields.has("cpuLoadPercent")) {
            state = state.withCpuLoadPercent(fields.decimal("cpuLoadPercent"));
        }
        if (fields.has("runnableThreads")) {
            state = state.withRunnableThreads(fields.decimal("runnableThreads"));
        }
        if (fields.has("memoryFreeBytes")) {
            state = state.withMemoryFreeBytes((long) fields.decimal("memoryFreeBytes"));
        }
        if (fields.has("memoryTotalBytes")) {
            state = state.withMemoryTotalBytes((long) fields.decimal("memoryTotalBytes"));
        }
        if (fields.has("diskUsagePercent")) {
            state = state.withDiskUsagePercent(fields.decimal("diskUsagePercent"));
        }
        return fields.has("powerWatts") ? state.withPowerWatts(fields.decimal("powerWatts")) : state;
    }
}
