package io.pepper.distributed;

import io.pepper.distributed.internal.control.Directory;
import io.pepper.distributed.internal.proto.HeldDeployment;
import io.pepper.distributed.internal.proto.NodeState;
import io.pepper.distributed.internal.proto.OfferedCapability;
import io.pepper.distributed.internal.proto.PartMeasure;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The conversion of messages to descriptions of nodes. */
final class NodeInfos {
    private static final double NANO = 1e-9;

    private NodeInfos() {}

    static NodeInfo of(String name, Directory.Known known) {
        NodeState state = known.state().orElse(NodeState.getDefaultInstance());
        return new NodeInfo(
                name,
                text(state.getKind()),
                state.getLabelsMap(),
                known.peer().address(),
                text(state.getDataAddress()),
                text(state.getAgentUrl()),
                state.getCores(),
                state.getMemoryBytes(),
                state.getLibrary(),
                known.peer().reachable(),
                state.hasCpuLoadPercent() ? OptionalDouble.of(state.getCpuLoadPercent()) : OptionalDouble.empty(),
                state.getHeldBytes(),
                held(state),
                state.getCapabilitiesList().stream()
                        .map(OfferedCapability::getName)
                        .toList());
    }

    private static Optional<String> text(String value) {
        return Optional.of(value).filter(given -> !given.isEmpty());
    }

    private static List<NodeInfo.HeldParts> held(NodeState state) {
        return state.getHeldList().stream().map(NodeInfos::held).toList();
    }

    private static NodeInfo.HeldParts held(HeldDeployment held) {
        return new NodeInfo.HeldParts(
                held.getName(),
                held.getVersion(),
                held.getModel(),
                held.getServing() && held.getReady(),
                held.getTotalParts(),
                held.getPartsList(),
                held.getPlannedList(),
                held.getBytes(),
                held.getMeasuresList().stream().map(NodeInfos::metrics).toList());
    }

    private static PartMetrics metrics(PartMeasure counts) {
        return new PartMetrics(
                counts.getPart(),
                counts.getRuns(),
                counts.getFailures(),
                counts.getRunNanos() * NANO,
                counts.getQueueNanos() * NANO,
                counts.getWires(),
                counts.getWireNanos() * NANO,
                counts.getBytesIn(),
                counts.getBytesOut(),
                new PartMetrics.Recent(
                        counts.getRecentSeconds(),
                        counts.getRecentRuns(),
                        counts.getRecentRunNanos() * NANO,
                        counts.getRecentQueueNanos() * NANO,
                        counts.getRecentWires(),
                        counts.getRecentWireNanos() * NANO));
    }
}
