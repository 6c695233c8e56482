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
 * Where a piece would run fastest right now: what the original PEPPER's profiler answers, in one call.
 *
 * @param devices the devices for which there is a prediction, fastest first; equally fast ones by name
 * @param problems what could not be read or predicted, by device, sorted
 */
public record DeviceRanking(List<Forecast> devices, Map<String, List<String>> problems) {
    /**
     * How long a device would take.
     *
     * @param reading the device and its state
     * @param prediction how long the piece would take there
     */
    public record Forecast(DeviceReading reading, Prediction prediction) {}

    /**
     * Copies the list and the map.
     *
     * @param devices see the record
     * @param problems see the record
     */
    public DeviceRanking {
        devices = List.copyOf(devices);
        problems = Collections.unmodifiableMap(new TreeMap<>(problems));
    }

    /**
     * Reads all devices, and predicts for each.
     *
     * @param piece what would run
     * @param threads the threads that it may use
     * @param monitor tells the devices and their state
     * @param predictor predicts
     * @return the devices, fastest first
     * @throws IOException if no device can be read
     */
    public static DeviceRanking of(Workload piece, int threads, DeviceMonitor monitor, LatencyPredictor predictor)
            throws IOException {
        List<Forecast> forecasts = new ArrayList<>();
        Map<String, List<String>> problems = new TreeMap<>();
        monitor.read().forEach((name, reading) -> {
            List<String> said = new ArrayList<>(reading.problems());
            try {
                if (reading.ambiguous()) {
                    throw new IllegalArgumentException("it is not known which device this is");
                }
                forecasts.add(new Forecast(reading, predictor.predict(piece, threads, reading.state())));
            } catch (IllegalArgumentException cannotSay) {
                said.add("no prediction: " + cannotSay.getMessage());
            }
            if (!said.isEmpty()) {
                problems.put(name, said);
            }
        });
        forecasts.sort(Comparator.comparingDouble(
                        (Forecast forecast) -> forecast.prediction().medianSeconds())
                .thenComparing(forecast -> forecast.reading().state().device()));
        return new DeviceRanking(forecasts, problems);
    }

    /**
     * The fastest device.
     *
     * @return empty if there is no prediction for any
     */
    public Optional<Forecast> fastest() {
        return devices.stream().findFirst();
    }
}
