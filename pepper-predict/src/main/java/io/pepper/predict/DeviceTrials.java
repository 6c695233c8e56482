package io.pepper.predict;

import io.pepper.internal.text.WholeFile;
import io.pepper.predict.internal.csv.CsvTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The original PEPPER's experiment: how often the device that is predicted to be the fastest is the fastest. Each try
 * draws a model, one of its pieces, and for each device one of the loads under which the device ran this piece; it then
 * compares the measured times of the device that is fastest, of the one that is predicted to be, and of a randomly chosen
 * one. The same data, predictions and options give the same tries. Immutable and therefore thread-safe.
 *
 * @param tries the tries, in order, at least one
 */
public record DeviceTrials(List<Try> tries) {
    /**
     * A device of a try.
     *
     * @param device the device's name
     * @param threads number of threads inside an operator
     * @param load the drawn load
     * @param measuredSeconds the measured median, the mean of repeated measurements
     * @param predictedSeconds the predicted median
     */
    public record Candidate(
            String device, int threads, LoadLevel load, double measuredSeconds, double predictedSeconds) {}

    /**
     * A try. Equal times count for the device that is listed first.
     *
     * @param model the drawn model
     * @param piece the drawn piece of it
     * @param candidates the devices with their drawn loads, at least two
     * @param fastest index of the candidate with the lowest measured time
     * @param predicted index of the candidate with the lowest predicted time
     * @param random index of a randomly chosen candidate
     */
    public record Try(String model, String piece, List<Candidate> candidates, int fastest, int predicted, int random) {
        /**
         * Copies the list.
         *
         * @param model the drawn model
         * @param piece the drawn piece of it
         * @param candidates the devices with their drawn loads, at least two
         * @param fastest index of the candidate with the lowest measured time
         * @param predicted index of the candidate with the lowest predicted time
         * @param random index of a randomly chosen candidate
         */
        public Try {
            candidates = List.copyOf(candidates);
        }

        private double seconds(int index) {
            return candidates.get(index).measuredSeconds();
        }

        /**
         * Returns whether the device that was predicted to be the fastest is the fastest, or as fast.
         *
         * @return true if no candidate has a lower measured time
         */
        public boolean isRight() {
            return seconds(predicted) <= seconds(fastest);
        }

        /**
         * Returns whether the randomly chosen device is the fastest, or as fast.
         *
         * @return true if no candidate has a lower measured time
         */
        public boolean isRandomRight() {
            return seconds(random) <= seconds(fastest);
        }

        /**
         * Returns the time lost by the prediction.
         *
         * @return the measured seconds of the device predicted to be the fastest beyond those of the fastest, 0 or more
         */
        public double regretSeconds() {
            return seconds(predicted) - seconds(fastest);
        }

        /**
         * Returns the share of time lost by the prediction.
         *
         * @return the lost seconds relative to the time of the fastest device, 0 or more
         */
        public double regret() {
            return regretSeconds() / seconds(fastest);
        }

        /**
         * Returns the time lost by random choice.
         *
         * @return the measured seconds of the randomly chosen device beyond those of the fastest, 0 or more
         */
        public double randomRegretSeconds() {
            return seconds(random) - seconds(fastest);
        }

        /**
         * Returns the share of time lost by random choice.
         *
         * @return the lost seconds relative to the time of the fastest device, 0 or more
         */
        public double randomRegret() {
            return randomRegretSeconds() / seconds(fastest);
        }
    }

    /**
     * Creates trials.
     *
     * @param tries the tries, in order
     * @throws IllegalArgumentException if there is no try
     */
    public DeviceTrials {
        tries = List.copyOf(tries);
        if (tries.isEmpty()) {
            throw new IllegalArgumentException("trials have at least one try");
        }
    }

    /**
     * Draws tries.
     *
     * @param measured the measurements of at least two devices; those of the operator sweep are not drawn
     * @param predictedSeconds returns the predicted median of a record in seconds; empty leaves its setting out
     * @param options the number of tries, the number of devices and the seed
     * @return the tries
     * @throws IllegalArgumentException if no piece was measured on this number of devices
     */
    public static DeviceTrials draw(
            LatencyDataset measured,
            Function<LatencyRecord, OptionalDouble> predictedSeconds,
            DeviceTrialOptions options) {
        return new DeviceTrials(new TrialDraw(measured, predictedSeconds, options).tries());
    }

    /**
     * Returns the share of tries in which the device that was predicted to be the fastest is the fastest.
     *
     * @return 0 to 1
     */
    public double right() {
        return mean(entry -> entry.isRight() ? 1 : 0);
    }

    /**
     * Returns the share of tries in which a randomly chosen device is the fastest.
     *
     * @return 0 to 1
     */
    public double randomRight() {
        return mean(entry -> entry.isRandomRight() ? 1 : 0);
    }

    /**
     * Returns a mean over all tries.
     *
     * @param value returns a number of a try, for instance {@link Try#regretSeconds()}
     * @return the mean
     */
    public double mean(ToDoubleFunction<Try> value) {
        return tries.stream().mapToDouble(value).average().orElseThrow();
    }

    /**
     * Returns the tries of each model.
     *
     * @return the tries by model, sorted by name; models that were not drawn are absent
     */
    public Map<String, DeviceTrials> byModel() {
        Map<String, List<Try>> groups =
                tries.stream().collect(Collectors.groupingBy(Try::model, TreeMap::new, Collectors.toList()));
        Map<String, DeviceTrials> trials = new LinkedHashMap<>();
        groups.forEach((model, drawn) -> trials.put(model, new DeviceTrials(drawn)));
        return trials;
    }

    /**
     * Writes the tries as comma-separated values: the columns of the original PEPPER under its names, then the piece,
     * the threads and loads of all devices, and the measured and predicted times. The file appears whole or not at all, and
     * replaces an existing one.
     *
     * @param file the file to write
     * @throws IOException if the file cannot be written
     */
    public void write(Path file) throws IOException {
        WholeFile.write(file, out -> {
            out.write(CsvTable.line(TrialColumns.NAMES).getBytes(StandardCharsets.UTF_8));
            int number = 0;
            for (Try entry : tries) {
                number++;
                out.write(CsvTable.line(TrialColumns.values(number, entry)).getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    /** The columns of the file of tries, one row for each. */
    private static final class TrialColumns {
        private static final String BETWEEN = " ";
        private static final List<String> NAMES = List.of(
                "model",
                "run_number",
                "actual_fastest_device",
                "predicted_fastest_device",
                "random_selection_device",
                "prediction_was_correct",
                "random_was_fastest",
                "piece",
                "devices",
                "threads",
                "loads",
                "measured_seconds",
                "predicted_seconds",
                "regret_seconds");

        private TrialColumns() {}

        static List<String> values(int number, Try entry) {
            List<Candidate> candidates = entry.candidates();
            List<String> values = new ArrayList<>();
            values.add(entry.model());
            values.add(String.valueOf(number));
            values.add(candidates.get(entry.fastest()).device());
            values.add(candidates.get(entry.predicted()).device());
            values.add(candidates.get(entry.random()).device());
            values.add(entry.isRight() ? "True" : "False");
            values.add(entry.isRandomRight() ? "True" : "False");
            values.add(entry.piece());
            values.add(candidates.stream().map(Candidate::device).collect(Collectors.joining(BETWEEN)));
            values.add(joined(candidates, Candidate::threads));
            values.add(joined(candidates, candidate -> candidate.load().percent()));
            values.add(joined(candidates, Candidate::measuredSeconds));
            values.add(joined(candidates, Candidate::predictedSeconds));
            values.add(KernelText.plain(entry.regretSeconds()));
            return values;
        }

        private static String joined(List<Candidate> candidates, ToDoubleFunction<Candidate> number) {
            return candidates.stream()
                    .map(candidate -> KernelText.plain(number.applyAsDouble(candidate)))
                    .collect(Collectors.joining(BETWEEN));
        }
    }
}
