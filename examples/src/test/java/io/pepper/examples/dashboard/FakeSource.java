package io.pepper.examples.dashboard;

import io.pepper.cluster.Conditions;
import io.pepper.cluster.DeviceState;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.LinkReading;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A source of boards that a test changes while the dashboard runs. */
final class FakeSource implements DashboardSource {
    final AtomicInteger reads = new AtomicInteger();
    volatile Map<String, DeviceReading> boards = Map.of();
    volatile List<LinkReading> links = List.of();
    volatile Map<String, Double> stages = Map.of();
    volatile String failure = "";
    volatile String partial = "";

    /** A board that was read some time ago. */
    static DeviceReading board(String name, double load, Duration age) {
        DeviceState state = DeviceState.of(name)
                .withReadAt(Instant.now().minus(age))
                .withModel("Raspberry Pi 4 Model B")
                .withCores(4)
                .withCpuLoadPercent(load)
                .withMemoryTotalBytes(4L << 30)
                .withMemoryFreeBytes(1L << 30)
                .withDiskUsagePercent(42);
        return new DeviceReading(state, Map.of(), List.of());
    }

    /** A board whose times follow the clock, so that each reading is new. */
    FakeSource with(String name, double load, Duration age) {
        Map<String, DeviceReading> more = new TreeMap<>(boards);
        more.put(name, board(name, load, age));
        boards = more;
        return this;
    }

    FakeSource with(DeviceReading reading) {
        Map<String, DeviceReading> more = new TreeMap<>(boards);
        more.put(reading.state().device(), reading);
        boards = more;
        return this;
    }

    static DeviceReading warm(DeviceReading reading, double celsius, double watts) {
        OptionalDouble unknown = OptionalDouble.empty();
        Conditions conditions =
                new Conditions(unknown, unknown, unknown, OptionalDouble.of(celsius), unknown, unknown, unknown);
        return new DeviceReading(
                reading.state().withPowerWatts(watts), reading.labels(), reading.problems(), conditions);
    }

    static DeviceReading lost(String name, String problem) {
        return new DeviceReading(DeviceState.of(name), Map.of(), List.of(problem));
    }

    @Override
    public String name() {
        return "Prometheus http://prometheus:9090";
    }

    @Override
    public Map<String, DeviceReading> boards() throws IOException {
        reads.incrementAndGet();
        if (!failure.isEmpty()) {
            throw new IOException(failure);
        }
        return boards;
    }

    @Override
    public List<LinkReading> links() throws IOException {
        if (!partial.isEmpty()) {
            throw new IOException(partial);
        }
        return links;
    }

    @Override
    public Map<String, Double> stageSeconds() {
        return stages;
    }
}
