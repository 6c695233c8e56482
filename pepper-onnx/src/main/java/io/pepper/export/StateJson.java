package io.pepper.export;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;

/** The JSON form of device states; unknown values are left out. */
final class StateJson {
    private StateJson() {}

    static ObjectNode write(DeviceState state) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("device", state.device());
        state.readAt().ifPresent(moment -> node.put("readAt", moment.toString()));
        write(node, "model", state.platform());
        state.cores().ifPresent(cores -> cores(node, cores));
        state.cpuLoadPercent().ifPresent(load -> node.put("cpuLoadPercent", load));
        state.runnableThreads().ifPresent(threads -> node.put("runnableThreads", threads));
        state.memoryFreeBytes().ifPresent(bytes -> node.put("memoryFreeBytes", bytes));
        state.memoryTotalBytes().ifPresent(bytes -> node.put("memoryTotalBytes", bytes));
        state.diskUsagePercent().ifPresent(usage -> node.put("diskUsagePercent", usage));
        state.powerWatts().ifPresent(watts -> node.put("powerWatts", watts));
        return node;
    }

    /** Writes a platform's known values, the kind under its own name. */
    static void write(ObjectNode node, String kindName, Platform platform) {
        platform.kind().ifPresent(kind -> node.put(kindName, kind));
        platform.instructionSet().ifPresent(set -> node.put("instructionSet", set));
        platform.runtime().ifPresent(runtime -> node.put("runtime", runtime));
        platform.runtimeVersion().ifPresent(version -> node.put("runtimeVersion", version));
        platform.provider().ifPresent(provider -> node.put("provider", provider));
    }

    /** Whole numbers are written as integers. */
    private static void cores(ObjectNode node, double cores) {
        if (cores == Math.rint(cores)) {
            node.put("cores", (int) cores);
        } else {
            node.put("cores", cores);
        }
    }
}
