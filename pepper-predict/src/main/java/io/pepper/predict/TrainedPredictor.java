package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.OperatorSweep;
import io.pepper.predict.TrainingOptions.Target;
import io.pepper.predict.internal.learn.LinearTime;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A predictor that was trained on measured runs. Scored in Java: no native code runs. Immutable and thread-safe; each
 * thread reuses its rows.
 *
 * <pre>{@code
 * TrainedPredictor predictor = TrainedPredictor.load(Path.of("pi4.predictor"));
 * Prediction prediction = predictor.predict(costs.workload(), 2, DeviceState.of("pi-3").withCores(4).withCpuLoadPercent(50));
 * }</pre>
 */
public final class TrainedPredictor implements LatencyPredictor {
    static final double LEAST_SECONDS = 1e-9;

    /** A median error beyond which a plan says so. */
    private static final double LARGE_ERROR = 0.2;

    private static final int FEW_RECORDS = 100;
    private static final int FEW_MODELS = 3;

    /** Rows that are scored together. */
    private static final int BLOCK = 64;

    private final Parts parts;
    private final ThreadLocal<Room> rooms;

    /** What a thread needs, reused. */
    private static final class Room {
        private final float[] row;
        private final float[] rows;
        private final float[] scores = new float[BLOCK];
        private final double[] terms = new double[LinearTime.terms().size()];
        private double idle;

        Room(int features) {
            row = new float[features];
            rows = new float[features * BLOCK];
        }
    }

    /** Trees, and how XGBoost wrote them. */
    record Trees(String json, TreeEnsemble trees) {
        static Trees of(String json, String name) throws PredictorFormatException {
            return new Trees(json, TreeEnsemble.read(json.getBytes(StandardCharsets.UTF_8), name));
        }
    }

    /**
     * What a predictor is made of.
     *
     * @param linear what trees correct; empty if they predict alone
     * @param p90Shift is added to the logarithm of the 90th percentile, so that it covers what was held back
     */
    record Parts(
            FeatureSchema schema,
            Target target,
            Optional<LinearTime> linear,
            Trees median,
            Trees p90,
            double p90Shift,
            FeatureRange range,
            Provenance facts) {}

    TrainedPredictor(Parts parts) {
        this.parts = parts;
        rooms = ThreadLocal.withInitial(() -> new Room(parts.schema.size()));
    }

    /**
     * Reads a predictor.
     *
     * @param file a file that {@link #save} wrote
     * @return the predictor
     * @throws PredictorFormatException if it is none, was changed, or has features that this library does not know
     * @throws IOException if it cannot be read
     */
    public static TrainedPredictor load(Path file) throws IOException {
        return PredictorFile.read(file);
    }

    /**
     * Writes the predictor. The file appears whole or not at all, in the place of one that was there.
     *
     * @param file where
     * @throws IOException if it cannot be written
     */
    public void save(Path file) throws IOException {
        PredictorFile.write(this, file);
    }

    /**
     * What it looks at.
     *
     * @return the schema
     */
    public FeatureSchema schema() {
        return parts.schema;
    }

    /**
     * Where it comes from.
     *
     * @return the facts
     */
    public Provenance facts() {
        return parts.facts;
    }

    /**
     * What the trees of the median look at: of each feature its share of the gain of all splits.
     *
     * @return by feature, greatest first, without those that no split looks at; they add up to 1
     */
    public Map<String, Double> importance() {
        return Importance.of(parts.median.json(), parts.schema.features());
    }

    /**
     * A large error on models that were held back, an accuracy that was not measured, or few records or models.
     */
    @Override
    public List<String> caveats() {
        List<String> caveats = new ArrayList<>();
        Accuracy held = parts.facts.accuracy().get(CrossValidation.Folds.MODELS.key());
        if (held == null) {
            caveats.add("was not tried on models that it has not seen");
        } else if (held.medianApe() > LARGE_ERROR) {
            caveats.add(String.format(
                    Locale.ROOT, "is off by %.0f %% (median) on models that it has not seen", 100 * held.medianApe()));
        }
        boolean fewModels = parts.facts.models().size() < FEW_MODELS
                && !parts.facts.models().contains(OperatorSweep.MODEL);
        if (parts.facts.records() < FEW_RECORDS || fewModels) {
            caveats.add("was trained on " + parts.facts.records() + " records of "
                    + parts.facts.models().size() + " models, which is few");
        }
        if (parts.facts.markedRecords() > 0) {
            caveats.add("was trained on " + parts.facts.records() + " records, of which " + parts.facts.markedRecords()
                    + " are marked: the machine was busy, throttled or unsteady");
        }
        return caveats;
    }

    Parts parts() {
        return parts;
    }

    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        Room room = rooms.get();
        float[] row = room.row;
        parts.schema.fill(piece, threads, device, row, 0);
        double idle = idle(piece, threads, room);
        double median = seconds(parts.median.trees.predict(row), 0, idle);
        double p90 = seconds(parts.p90.trees.predict(row), parts.p90Shift, idle);
        return new Prediction(median, Math.max(median, p90), median <= LEAST_SECONDS || parts.range.isOutside(row));
    }

    @Override
    public void predictAll(List<Workload> pieces, int threads, List<DeviceState> devices, double[] medianSeconds) {
        int count = Math.multiplyExact(pieces.size(), devices.size());
        if (medianSeconds.length < count) {
            throw new IllegalArgumentException("room for " + medianSeconds.length + " answers, needed " + count);
        }
        Room room = rooms.get();
        for (int from = 0; from < count; from += BLOCK) {
            int rows = Math.min(BLOCK, count - from);
            for (int row = 0; row < rows; row++) {
                int at = from + row;
                parts.schema.fill(
                        pieces.get(at / devices.size()),
                        threads,
                        devices.get(at % devices.size()),
                        room.rows,
                        row * parts.schema.size());
            }
            parts.median.trees.predict(room.rows, rows, room.scores);
            for (int row = 0; row < rows; row++) {
                int at = from + row;
                if (row == 0 || at % devices.size() == 0) {
                    room.idle = idle(pieces.get(at / devices.size()), threads, room);
                }
                medianSeconds[at] = seconds(room.scores[row], 0, room.idle);
            }
        }
    }

    /**
     * Predicts the median alone, which takes half of the time of both.
     *
     * @param piece what runs
     * @param threads the threads that it may use
     * @param device where it runs
     * @return seconds, more than 0
     */
    public double medianSeconds(Workload piece, int threads, DeviceState device) {
        Room room = rooms.get();
        parts.schema.fill(piece, threads, device, room.row, 0);
        return seconds(parts.median.trees.predict(room.row), 0, idle(piece, threads, room));
    }

    /** What trees correct. */
    private double idle(Workload piece, int threads, Room room) {
        return parts.linear.isPresent() ? parts.linear.get().seconds(piece, threads, room.terms) : 1;
    }

    private double seconds(float score, double shift, double idle) {
        double seconds = parts.target == Target.SECONDS ? score * Math.exp(shift) : Math.exp(score + shift);
        return Math.max(LEAST_SECONDS, seconds * idle);
    }

    /** For instance {@code TrainedPredictor[extended version 2, 17 features; trained on 3000 records]}. */
    @Override
    public String toString() {
        return "TrainedPredictor[" + parts.schema + "; trained on " + parts.facts.records() + " records]";
    }
}
