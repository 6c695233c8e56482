package io.pepper.predict;

import io.pepper.predict.DeviceTrials.Candidate;
import io.pepper.predict.DeviceTrials.Try;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The draws of {@link DeviceTrials}: from measured settings by model, piece and device, all sorted by name. */
final class TrialDraw {
    private final DeviceTrialOptions options;
    private final int least;
    private final Random random;
    private final List<String> models;
    private final Map<String, TreeMap<String, TreeMap<String, List<Candidate>>>> settings = new TreeMap<>();

    TrialDraw(LatencyDataset measured, Function<LatencyRecord, OptionalDouble> predicted, DeviceTrialOptions options) {
        this.options = options;
        this.least = options.devices() == DeviceTrialOptions.ALL ? 2 : options.devices();
        this.random = new Random(options.seed());
        measured.withoutSweep().byKey().values().forEach(alike -> add(alike, predicted));
        for (TreeMap<String, TreeMap<String, List<Candidate>>> pieces : settings.values()) {
            pieces.values().removeIf(devices -> devices.size() < least);
        }
        settings.values().removeIf(Map::isEmpty);
        models = List.copyOf(settings.keySet());
        if (models.isEmpty()) {
            throw new IllegalArgumentException("no model was measured on " + least
                    + " devices; a data set names its device in the column 'device'");
        }
    }

    private void add(List<LatencyRecord> alike, Function<LatencyRecord, OptionalDouble> predicted) {
        LatencyRecord first = alike.get(0);
        OptionalDouble seconds = predicted.apply(first);
        if (seconds.isPresent()) {
            String device = first.device().device();
            settings.computeIfAbsent(first.model(), model -> new TreeMap<>())
                    .computeIfAbsent(first.piece(), piece -> new TreeMap<>())
                    .computeIfAbsent(device, name -> new ArrayList<>())
                    .add(new Candidate(
                            device,
                            first.threads(),
                            first.load(),
                            LatencyRecord.meanSeconds(alike),
                            seconds.getAsDouble()));
        }
    }

    List<Try> tries() {
        List<Try> tries = new ArrayList<>();
        for (int i = 0; i < options.tries(); i++) {
            String model = drawn(models);
            Map<String, TreeMap<String, List<Candidate>>> pieces = Objects.requireNonNull(settings.get(model));
            String piece = drawn(List.copyOf(pieces.keySet()));
            List<Candidate> candidates = candidates(Objects.requireNonNull(pieces.get(piece)));
            tries.add(new Try(
                    model,
                    piece,
                    candidates,
                    lowest(candidates, Candidate::measuredSeconds),
                    lowest(candidates, Candidate::predictedSeconds),
                    random.nextInt(candidates.size())));
        }
        return tries;
    }

    /**
     * Draws devices, and a measured load for each. All devices use the same number of threads if all of them measured
     * one; else each uses its own.
     */
    private List<Candidate> candidates(Map<String, List<Candidate>> byDevice) {
        List<String> devices = new ArrayList<>(byDevice.keySet());
        if (devices.size() > options.devices()) {
            Collections.shuffle(devices, random);
            devices = new ArrayList<>(devices.subList(0, options.devices()));
            Collections.sort(devices);
        }
        TreeSet<Integer> common = new TreeSet<>();
        Objects.requireNonNull(byDevice.get(devices.get(0))).forEach(setting -> common.add(setting.threads()));
        for (String device : devices) {
            common.retainAll(Objects.requireNonNull(byDevice.get(device)).stream()
                    .map(Candidate::threads)
                    .toList());
        }
        int threads = common.isEmpty() ? 0 : drawn(List.copyOf(common));
        List<Candidate> candidates = new ArrayList<>();
        for (String device : devices) {
            candidates.add(drawn(Objects.requireNonNull(byDevice.get(device)).stream()
                    .filter(setting -> threads == 0 || setting.threads() == threads)
                    .toList()));
        }
        return candidates;
    }

    private <T> T drawn(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static int lowest(List<Candidate> candidates, ToDoubleFunction<Candidate> seconds) {
        int lowest = 0;
        for (int i = 1; i < candidates.size(); i++) {
            if (seconds.applyAsDouble(candidates.get(i)) < seconds.applyAsDouble(candidates.get(lowest))) {
                lowest = i;
            }
        }
        return lowest;
    }
}
