package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import io.pepper.internal.text.Quantities;
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
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A predictor that was trained on measured runs. Predictions run in Java, without native code. Immutable and
 * thread-safe; each thread reuses its rows.
 *
 * <pre>{@code
 * TrainedPredictor predictor = TrainedPredictor.load(Path.of("pi4.predictor"));
 * Prediction prediction = predictor.predict(costs.workload(), 2, DeviceState.of("pi-3").withCores(4).withCpuLoadPercent(50));
 * }</pre>
 */
public final class TrainedPredictor implements LatencyPredictor {
    static final double MIN_SECONDS = 1e-9;

    /** A plan warns of a median error beyond this. */
    private static final double LARGE_ERROR = 0.2;

    private static final int FEW_RECORDS = 100;
    private static final int FEW_MODELS = 3;

    /** Number of rows that are scored together. */
    private static final int BLOCK = 64;

    /** The name of what trees read after the features: the time by the sum of kernels. */
    private static final String SUM = "sum_seconds";

    private final Parts parts;
    private final int inputs;
    private final @Nullable Pair trees;
    private final ThreadLocal<Room> rooms;

    /** The reusable buffers of a thread. */
    private static final class Room {
        private final float[] row;
        private final float[] rows;
        private final float[] scores = new float[BLOCK];
        private final double[] terms = new double[LinearTime.terms().size()];
        private final double[] idles = new double[BLOCK];
        private double idle;

        Room(int inputs) {
            row = new float[inputs];
            rows = new float[inputs * BLOCK];
        }
    }

    /** Trees, and the JSON in which XGBoost wrote them. */
    record Trees(String json, TreeEnsemble trees) {
        static Trees of(String json, String name) throws PredictorFormatException {
            return new Trees(json, TreeEnsemble.read(json.getBytes(StandardCharsets.UTF_8), name));
        }
    }

    /** The trees of the median and of the 90th percentile. */
    record Pair(Trees median, Trees p90) {}

    /**
     * The parts of a predictor.
     *
     * @param linear the baseline that the trees correct; empty if they predict alone
     * @param trees the trees; empty if the baseline predicts held-out models better alone
     * @param p90Shift shift of the logarithm of the 90th percentile that reaches the coverage of held-out runs
     * @param evidence the measured work of each family; empty in files of earlier versions
     */
    record Parts(
            FeatureSchema schema,
            Target target,
            Optional<LinearTime> linear,
            Optional<Pair> trees,
            double p90Shift,
            FeatureRange range,
            Optional<FamilyEvidence> evidence,
            Provenance facts) {}

    TrainedPredictor(Parts parts) {
        this.parts = parts;
        this.trees = parts.trees.orElse(null);
        inputs = parts.trees.map(pair -> pair.median.trees().features()).orElse(parts.schema.size());
        rooms = ThreadLocal.withInitial(() -> new Room(inputs));
    }

    /**
     * Reads a predictor.
     *
     * @param file a file that {@link #save} wrote
     * @return the predictor
     * @throws PredictorFormatException if the file holds no predictor, was changed, or has features that this library
     *     does not know
     * @throws IOException if the file cannot be read
     */
    public static TrainedPredictor load(Path file) throws IOException {
        return PredictorFile.read(file);
    }

    /**
     * Writes the predictor. The file appears whole or not at all, and replaces an existing one.
     *
     * @param file the file to write
     * @throws IOException if the file cannot be written
     */
    public void save(Path file) throws IOException {
        PredictorFile.write(this, file);
    }

    /**
     * Returns the features that the predictor reads.
     *
     * @return the schema
     */
    public FeatureSchema schema() {
        return parts.schema;
    }

    /**
     * Returns the provenance of the predictor.
     *
     * @return the data, options and accuracy of the training
     */
    public Provenance facts() {
        return parts.facts;
    }

    /**
     * Returns the importance of the features: each feature's share of the gain of all splits in the trees of the
     * median.
     *
     * @return the shares by feature in descending order, which add up to 1; {@code sum_seconds} is the time by the sum of
     *     kernels; features without a split are absent; empty for a sum without trees
     */
    public Map<String, Double> importance() {
        return parts.trees
                .map(pair -> Importance.of(
                        pair.median.json(),
                        Stream.concat(parts.schema.features().stream(), Stream.of(SUM))
                                .toList()))
                .orElse(Map.of());
    }

    /**
     * Returns caveats: a large error on held-out models, an accuracy that was not measured, few records or models, or
     * marked records.
     */
    @Override
    public List<String> caveats() {
        List<String> caveats = new ArrayList<>();
        Accuracy held = parts.facts.accuracy().get(CrossValidation.Folds.MODELS.key());
        if (held == null) {
            caveats.add("was not validated on unseen models");
            Accuracy rows = parts.facts.accuracy().get(CrossValidation.Folds.ROWS.key());
            if (rows != null) {
                addError(rows, "held-back records", caveats);
            }
        } else {
            addError(held, "unseen models", caveats);
        }
        boolean fewModels = parts.facts.models().size() < FEW_MODELS
                && !parts.facts.models().contains(OperatorSweep.MODEL);
        if (parts.facts.records() < FEW_RECORDS || fewModels) {
            caveats.add("was trained on only " + parts.facts.records() + " records of "
                    + parts.facts.models().size() + " models");
        }
        if (parts.facts.markedRecords() > 0) {
            caveats.add("was trained on " + parts.facts.records() + " records, of which " + parts.facts.markedRecords()
                    + " are marked: the machine was busy, throttled or unsteady");
        }
        long kinds = parts.facts.platforms().stream()
                .flatMap(platform -> platform.kind().stream())
                .distinct()
                .count();
        if (kinds > 1 && parts.schema != FeatureSchema.PAPER) {
            caveats.add("was trained on " + kinds + " kinds of devices together, which its features do not tell apart");
        }
        return caveats;
    }

    /**
     * Returns the platforms on which the training records were measured. A file of a version that did not record them, and
     * records that do not state them, count as one unknown platform.
     */
    @Override
    public List<Platform> platforms() {
        return parts.facts.platforms().isEmpty() ? List.of(Platform.UNKNOWN) : parts.facts.platforms();
    }

    private static void addError(Accuracy held, String what, List<String> caveats) {
        if (held.medianApe() > LARGE_ERROR) {
            caveats.add("has a median error of " + Quantities.percent(held.medianApe()) + " on " + what);
        }
    }

    Parts parts() {
        return parts;
    }

    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        parts.schema.require(piece);
        Room room = rooms.get();
        float[] row = room.row;
        double idle = fill(piece, threads, device, room);
        double median = seconds(median(row), 0, idle);
        float upper = trees == null ? 0 : trees.p90.trees.predict(row);
        double p90 = seconds(upper, parts.p90Shift, idle);
        boolean beyond = parts.range.isOutside(row)
                || parts.evidence.filter(known -> known.isBeyond(piece)).isPresent();
        return new Prediction(median, Math.max(median, p90), median <= MIN_SECONDS || beyond);
    }

    @Override
    public List<String> extrapolations(Workload piece, int threads, DeviceState device) {
        float[] row = new float[parts.schema.size()];
        parts.schema.fill(piece, threads, device, row, 0);
        List<String> reasons = new ArrayList<>(parts.range.reasons(row));
        parts.evidence.ifPresent(evidence -> reasons.addAll(evidence.reasons(piece)));
        return reasons;
    }

    @Override
    public void predictAll(List<Workload> pieces, int threads, List<DeviceState> devices, double[] medianSeconds) {
        int count = Math.multiplyExact(pieces.size(), devices.size());
        if (medianSeconds.length < count) {
            throw new IllegalArgumentException("room for " + medianSeconds.length + " answers, needed " + count);
        }
        for (int piece = 0; piece < pieces.size(); piece++) {
            parts.schema.require(pieces.get(piece));
        }
        Room room = rooms.get();
        for (int from = 0; from < count; from += BLOCK) {
            int rows = Math.min(BLOCK, count - from);
            for (int row = 0; row < rows; row++) {
                Workload piece = pieces.get((from + row) / devices.size());
                parts.schema.fill(piece, threads, devices.get((from + row) % devices.size()), room.rows, row * inputs);
                if (row == 0 || (from + row) % devices.size() == 0) {
                    room.idle = idle(piece, threads, room);
                }
                room.idles[row] = room.idle;
                addSum(room.rows, row * inputs, room.idle);
            }
            if (trees != null) {
                trees.median.trees.predict(room.rows, rows, room.scores); // Else the scores stay 0.
            }
            for (int row = 0; row < rows; row++) {
                medianSeconds[from + row] = seconds(room.scores[row], 0, room.idles[row]);
            }
        }
    }

    /**
     * Predicts the median alone, at half the cost of a whole prediction.
     *
     * @param piece the workload of a piece
     * @param threads the number of threads that it may use
     * @param device the device and its state
     * @return the median in seconds, more than 0
     * @throws IllegalArgumentException if the features describe more than the workload states
     */
    public double medianSeconds(Workload piece, int threads, DeviceState device) {
        parts.schema.require(piece);
        Room room = rooms.get();
        double idle = fill(piece, threads, device, room);
        return seconds(median(room.row), 0, idle);
    }

    /** Fills a thread's row, and returns the baseline in seconds. */
    private double fill(Workload piece, int threads, DeviceState device, Room room) {
        parts.schema.fill(piece, threads, device, room.row, 0);
        double idle = idle(piece, threads, room);
        addSum(room.row, 0, idle);
        return idle;
    }

    /** Adds the sum of kernels to the features of a row. Trees of earlier versions do not read it. */
    private void addSum(float[] rows, int at, double idle) {
        if (inputs > parts.schema.size()) {
            rows[at + inputs - 1] = (float) idle;
        }
    }

    private float median(float... row) {
        return trees == null ? 0 : trees.median.trees.predict(row);
    }

    /** Returns the baseline that the trees correct, in seconds; 1 if there is none. */
    private double idle(Workload piece, int threads, Room room) {
        return parts.linear.isPresent() ? parts.linear.get().seconds(piece, threads, room.terms) : 1;
    }

    private double seconds(float score, double shift, double idle) {
        double seconds = parts.target == Target.SECONDS ? score * Math.exp(shift) : Math.exp(score + shift);
        return Math.max(MIN_SECONDS, seconds * idle);
    }

    /** Returns for instance {@code TrainedPredictor[extended version 2, 17 features; trained on 3000 records]}. */
    @Override
    public String toString() {
        return "TrainedPredictor[" + parts.schema + "; trained on " + parts.facts.records() + " records]";
    }
}
