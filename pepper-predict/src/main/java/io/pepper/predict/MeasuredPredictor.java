package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.internal.Quantiles;
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
 * A predictor that looks up measured times. It knows only the pieces, devices and threads that were measured. Between
 * two measured loads it interpolates. Beyond them it returns the time of the nearest load and reports an extrapolation,
 * unless the load is less than 10 points below the smallest measured one. Immutable and therefore thread-safe.
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

    /** The measurements of one device, whichever device is asked for. */
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
     * Returns a predictor of measured times. The median of repeated measurements counts, without {@linkplain Mark
     * marked} ones if others exist.
     *
     * @param data the measurements
     * @return the predictor
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
     * Returns a caveat if times were measured while the machine was busy, throttled or unsteady.
     *
     * @return a clause without a full stop; empty if no time has a {@linkplain Mark mark}
     */
    @Override
    public List<String> caveats() {
        return caveats;
    }

    /**
     * Returns the names of the measured devices.
     *
     * @return the names in alphabetical order
     */
    public SortedSet<String> devices() {
        return table.keySet().stream().map(Key::device).collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Returns a predictor that uses the measurements of one device for every device. It serves devices that were not
     * measured and whose {@linkplain io.pepper.cluster.Device#timeFactor time factor} is known.
     *
     * @param device the name of the measured device
     * @return the predictor
     */
    public LatencyPredictor on(String device) {
        return new OnDevice(this, device);
    }

    private static double median(List<LatencyRecord> alike, ToDoubleFunction<LatencyRecord> number) {
        return Quantiles.of(alike.stream().mapToDouble(number).toArray()).median();
    }

    private String missing(Workload piece, int threads, String device) {
        return devices().contains(device)
                ? piece + " was not measured on '" + device + "' with " + threads + " threads"
                : "nothing was measured on '" + device + "', only on " + devices()
                        + "; a device of a cluster file uses the times of another one by 'predictor: "
                        + devices().first() + "'";
    }

    /**
     * Looks up a time.
     *
     * @param piece the workload of a piece
     * @param threads the number of threads that it may use
     * @param device the device; without a load, the smallest measured load counts
     * @return the measured or interpolated time
     * @throws IllegalArgumentException if this piece was not measured on that device with this number of threads
     */
    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        NavigableMap<Double, Point> points = table.get(new Key(piece, device.device(), threads));
        if (points == null) {
            throw new IllegalArgumentException(missing(piece, threads, device.device()));
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
