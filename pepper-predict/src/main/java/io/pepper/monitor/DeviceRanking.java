package io.pepper.monitor;

import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The devices ranked by predicted time of a piece in their current state. This is what the original PEPPER's profiler
 * answers, in one call.
 *
 * @param devices the devices with a prediction, fastest first; devices of equal speed are ordered by name
 * @param problems the values that could not be read or predicted, by device, sorted
 */
public record DeviceRanking(List<Forecast> devices, Map<String, List<String>> problems) {
    /**
     * The predicted time of a piece on a device.
     *
     * @param reading the device and its state
     * @param prediction the predicted time of the piece
     */
    public record Forecast(DeviceReading reading, Prediction prediction) {}

    /**
     * Creates a ranking.
     *
     * @param devices the devices with a prediction, fastest first
     * @param problems the problems by device
     */
    public DeviceRanking {
        devices = List.copyOf(devices);
        problems = Collections.unmodifiableMap(new TreeMap<>(problems));
    }

    /**
     * Reads all devices and predicts the time of a piece on each.
     *
     * @param piece the workload of the piece
     * @param threads number of threads that the piece may use
     * @param monitor reads the devices
     * @param predictor predicts the times
     * @return the ranking
     * @throws IOException if no device can be read
     */
    public static DeviceRanking of(Workload piece, int threads, DeviceMonitor monitor, LatencyPredictor predictor)
            throws IOException {
        List<Forecast> forecasts = new ArrayList<>();
        Map<String, List<String>> problems = new TreeMap<>();
        monitor.read().forEach((name, reading) -> {
            List<String> messages = new ArrayList<>(reading.problems());
            try {
                if (reading.ambiguous()) {
                    throw new IllegalArgumentException("the device is unknown");
                }
                forecasts.add(new Forecast(reading, predictor.predict(piece, threads, reading.state())));
                if (reading.state().cpuLoadPercent().isEmpty()) {
                    messages.add("its load is not known: predicted as idle");
                }
            } catch (IllegalArgumentException cannotSay) {
                messages.add("no prediction: " + cannotSay.getMessage());
            }
            if (!messages.isEmpty()) {
                problems.put(name, messages);
            }
        });
        forecasts.sort(Comparator.comparingDouble(
                        (Forecast forecast) -> forecast.prediction().medianSeconds())
                .thenComparing(forecast -> forecast.reading().state().device()));
        return new DeviceRanking(forecasts, problems);
    }

    /**
     * Returns the fastest device.
     *
     * @return the first forecast; empty if no device has a prediction
     */
    public Optional<Forecast> fastest() {
        return devices.stream().findFirst();
    }
}
