package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.session.Quantiles;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What was measured, looked up: for pieces, devices and threads that were all measured. Between two loads it interpolates;
 * beyond the loads that were measured it takes the nearest and says that it extrapolates, unless the
 * least that was measured lies less than ten per cent above. Immutable and therefore thread-safe.
 */
public final class MeasuredPredictor implements LatencyPredictor {
    private final Map<Key, NavigableMap<Double, Point>> table = new HashMap<>();
    private final List<String> caveats;

    private record Key(Workload work, String device, int threads) {}

    private record Point(double median, double p90) {
        Point towards(Point other, double share) {
            return new Point(median + share * (other.median - median), p90 + share * (other.p90 - p90));
        }
    }

    /** What was measured on one device, whichever device asks. */
    private record OnDevice(MeasuredPredictor measured, String device) implements LatencyPredictor {
        @Override
        public Prediction predict(Workload piece, int threads, DeviceState asked) {
            DeviceState state = DeviceState.of(device);
            return measured.predict(
                    piece,
                    threads,
                    asked.cpuLoadPercent().isPresent()
                            ? state.withCpuLoadPercent(asked.cpuLoadPercent().getAsDouble())
                            : state);
        }

        @Override
        public List<String> caveats() {
            return measured.caveats();
        }
    }

    /**
     * Makes the table. Of several measurements of the same the median counts, of those without {@linkplain Mark marks} if there are some.
     *
     * @param data what was measured
     * @return the table
     */
    public static MeasuredPredictor of(LatencyDataset data) {
        return new MeasuredPredictor(data);
    }

    private MeasuredPredictor(LatencyDataset data) {
        Map<Key, Map<Double, List<LatencyRecord>>> groups = new HashMap<>();
        List<List<LatencyRecord>> times = new ArrayList<>();
        for (LatencyRecord entry : data.records()) {
            groups.computeIfAbsent(
                            new Key(entry.work(), entry.device().device(), entry.threads()), key -> new TreeMap<>())
                    .computeIfAbsent(entry.load().percent(), load -> new ArrayList<>())
                    .add(entry);
        }
        groups.forEach((key, byLoad) -> {
            NavigableMap<Double, Point> points = new TreeMap<>();
            byLoad.values().stream()
                    .map(Marks::unmarked)
                    .peek(times::add)
                    .forEach(alike -> points.put(
                            median(alike, entry -> entry.device()
                                    .cpuLoadPercent()
                                    .orElse(entry.load().percent())),
                            new Point(
                                    median(alike, entry -> entry.timing().medianSeconds()),
                                    median(alike, entry -> entry.timing().p90Seconds()))));
            table.put(key, points);
        });
        caveats = caveats(times);
    }

    private static List<String> caveats(List<List<LatencyRecord>> times) {
        List<List<LatencyRecord>> marked =
                times.stream().filter(alike -> !alike.get(0).marks().isEmpty()).toList();
        String marks = marked.stream()
                .flatMap(List::stream)
                .flatMap(record -> record.marks().stream())
                .distinct()
                .sorted()
                .map(Mark::label)
                .collect(Collectors.joining(", "));
        return marked.isEmpty()
                ? List.of()
                : List.of("has " + marked.size() + " of " + times.size() + " times marked (" + marks
                        + "): they may not be those of a quiet machine");
    }

    /**
     * What to bear in mind: whether times were measured while the machine was busy, throttled or unsteady.
     *
     * @return a sentence without a full stop; empty if no time has a {@linkplain Mark mark}
     */
    @Override
    public List<String> caveats() {
        return caveats;
    }

    /**
     * The names of the devices that were measured.
     *
     * @return in alphabetical order
     */
    public SortedSet<String> devices() {
        return table.keySet().stream().map(Key::device).collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Takes what was measured on one device, whichever device asks: for devices that were never measured, and are known to be so
     * many {@linkplain io.pepper.cluster.Device#timeFactor times} slower.
     *
     * @param device the name of the device that was measured
     * @return a predictor
     */
    public LatencyPredictor on(String device) {
        return new OnDevice(this, device);
    }

    private static double median(List<LatencyRecord> alike, ToDoubleFunction<LatencyRecord> number) {
        return Quantiles.of(alike.stream().mapToDouble(number).toArray()).median();
    }

    /**
     * Looks up.
     *
     * @param piece what runs
     * @param threads the threads that it may use
     * @param device where it runs; without a load the least that was measured is taken
     * @return what was measured
     * @throws IllegalArgumentException if this piece was not measured on that device with so many threads
     */
    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        NavigableMap<Double, Point> points = table.get(new Key(piece, device.device(), threads));
        if (points == null) {
            throw new IllegalArgumentException(
                    piece + " was not measured on '" + device.device() + "' with " + threads + " threads");
        }
        double load = device.cpuLoadPercent().orElse(points.firstKey());
        Map.Entry<Double, Point> below = points.floorEntry(load);
        Map.Entry<Double, Point> above = points.ceilingEntry(load);
        if (below == null || above == null) {
            Point nearest = below == null ? points.firstEntry().getValue() : below.getValue();
            boolean aboutIdle =
                    below == null && points.firstKey() - load < Marks.BUSY_PERCENT; // No machine is ever quite idle.
            return new Prediction(nearest.median, Math.max(nearest.median, nearest.p90), !aboutIdle);
        }
        double width = above.getKey() - below.getKey();
        Point between = below.getValue().towards(above.getValue(), width == 0 ? 0 : (load - below.getKey()) / width);
        return new Prediction(between.median, Math.max(between.median, between.p90), false);
    }
}
