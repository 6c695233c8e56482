package io.pepper.monitor.internal.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.monitor.internal.machine.SystemFiles;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What OSHI tells of a machine without Linux's files agrees with these files where they are. */
class OshiPartTest {
    private static MetricSnapshots read(NodePart part) {
        Families families = new Families();
        part.read(families);
        return families.snapshots();
    }

    private static double gauge(MetricSnapshots snapshots, String name) {
        return snapshots.stream()
                .filter(each -> each.getMetadata().getName().equals(name))
                .map(each -> ((GaugeSnapshot) each).getDataPoints().get(0).getValue())
                .findFirst()
                .orElseThrow();
    }

    private static double idle(MetricSnapshots snapshots) {
        return snapshots.stream()
                .filter(each -> each.getMetadata().getName().equals("node_cpu_seconds"))
                .flatMap(each -> ((CounterSnapshot) each).getDataPoints().stream())
                .filter(point -> "idle".equals(point.getLabels().get("mode")))
                .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
                .sum();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void processorTimesAndMemoryAgreeWithTheFiles() {
        SystemFiles files = new SystemFiles(Path.of("/"));
        MetricSnapshots told = read(new OshiPart());
        assertThat(idle(told)).isCloseTo(idle(read(new ProcessorPart(files))), Percentage.withPercentage(1));
        assertThat(gauge(told, "node_memory_MemTotal_bytes"))
                .isEqualTo(gauge(read(new MemoryPart(files)), "node_memory_MemTotal_bytes"));
        assertThat(gauge(told, "node_filesystem_size_bytes")).isPositive();
    }

    @Test
    void factsOfOshiComeBeforeThoseOfFilesAndLeaveTheKindOfDeviceAlone() {
        NodeFacts files = new FactReader(new SystemFiles(Path.of("/"))).read();
        List<String> notes = new ArrayList<>();
        NodeFacts both = OshiFacts.complete(files, notes);
        assertThat(notes).isEmpty();
        assertThat(both.model()).isPresent();
        assertThat(files.model().isEmpty() || files.model().equals(both.model()))
                .isTrue();
        assertThat(both.brand()).isNotEmpty();
        assertThat(both.system()).isPresent();
        assertThat(both.ramBytes().orElseThrow()).isPositive();
        assertThat(both.bits()).isIn(32, 64);
    }
}
