package io.pepper.bench;

import io.pepper.predict.DeviceCalibration;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyRecord;
import io.pepper.predict.TrainedPredictor;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Prints the table of {@code docs/performance.md} on calibrating for a new board: for each of several boards, the median
 * error on networks that were not measured on it, after one to ten measurements of others. The mean over the boards, and
 * over random draws of the measured networks, is printed; with one measurement, each network is drawn once.
 */
public final class BoardTable {
    private static final int[] COUNTS = {1, 3, 5, 10};
    private static final int DRAWS = 20;
    private static final int FOLDS = 9;
    private static final int FOLDINGS = 3;
    private static final double PERCENT = 100;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Map<String, List<LatencyRecord>> boards;

    /** The bases for a board, of which some networks are held out. */
    @FunctionalInterface
    private interface Bases {
        List<? extends LatencyPredictor> of(String board, List<LatencyRecord> held);
    }

    /** Errors and coverages of many predictions. */
    private static final class Tally {
        private final List<Double> medians = new ArrayList<>();
        private double below;
        private int predictions;

        void add(List<List<LatencyRecord>> helds, List<LatencyPredictor> predictors) {
            List<Double> errors = new ArrayList<>();
            for (int i = 0; i < helds.size(); i++) {
                for (LatencyRecord entry : helds.get(i)) {
                    Prediction found = predictors.get(i).predict(entry.work(), entry.threads(), entry.device());
                    double measured = entry.timing().medianSeconds();
                    errors.add(Math.abs(found.medianSeconds() - measured) / measured);
                    below += measured <= found.p90Seconds() ? 1 : 0;
                    predictions++;
                }
            }
            medians.add(median(errors));
        }

        private static double median(List<Double> values) {
            double[] sorted =
                    values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            int half = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        }

        double error() {
            return medians.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%.1f %% (%.0f)", PERCENT * error(), PERCENT * below / Math.max(1, predictions));
        }
    }

    private BoardTable(LatencyDataset data) {
        boards = data.group(entry -> entry.device().device());
    }

    /**
     * Prints the table.
     *
     * @param args the data set of the boards, and optionally the file of a predictor that was trained on another device
     * @throws IOException if one cannot be read
     */
    public static void main(String[] args) throws IOException {
        if (args.length < 1 || args.length > 2) {
            throw new IllegalArgumentException(
                    "one or two arguments are needed: the data set of the boards, and a trained predictor");
        }
        BoardTable table = new BoardTable(LatencyDataset.read(Path.of(args[0])));
        table.print(args.length > 1 ? Optional.of(TrainedPredictor.load(Path.of(args[1]))) : Optional.empty());
    }

    private void print(Optional<TrainedPredictor> trained) {
        out.println("| bases | 1 record | 3 | 5 | 10 | eight of nine |");
        out.println("|---|---|---|---|---|---|");
        row("none", (board, held) -> List.of(), false);
        trained.ifPresent(base -> {
            row("the trained predictor", (board, held) -> List.of(base), false);
            row("the trained predictor, chosen records", (board, held) -> List.of(base), true);
        });
        row("the other boards, other networks", (board, held) -> others(board, held), false);
        row("the other boards, all networks", (board, held) -> others(board, List.of()), false);
        row("the other boards, all networks, chosen records", (board, held) -> others(board, List.of()), true);
    }

    /** Returns the predictors of the other boards, calibrated without networks that are held out. */
    private List<LatencyPredictor> others(String board, List<LatencyRecord> held) {
        Set<String> without = new HashSet<>();
        held.forEach(entry -> without.add(entry.model()));
        List<LatencyPredictor> others = new ArrayList<>();
        boards.forEach((name, records) -> {
            if (!name.equals(board)) {
                others.add(calibrated(
                        List.of(),
                        records.stream()
                                .filter(entry -> !without.contains(entry.model()))
                                .toList()));
            }
        });
        return others;
    }

    private static LatencyPredictor calibrated(List<? extends LatencyPredictor> bases, List<LatencyRecord> records) {
        return DeviceCalibration.of(bases, LatencyDataset.of(records)).predictor();
    }

    private void row(String name, Bases bases, boolean chosen) {
        StringBuilder line = new StringBuilder("| ").append(name);
        for (int count : COUNTS) {
            Tally tally = new Tally();
            boards.forEach((board, records) -> {
                int draws = chosen ? 1 : count == 1 ? records.size() : DRAWS;
                Tally own = new Tally();
                for (int draw = 0; draw < draws; draw++) {
                    List<LatencyRecord> order =
                            chosen ? chosen(bases, board, records, count) : drawn(records, draw, count);
                    held(bases, board, order, count, own);
                }
                tally.medians.add(own.error());
                tally.below += own.below;
                tally.predictions += own.predictions;
            });
            line.append(" | ").append(tally);
        }
        out.println(line.append(" | ").append(chosen ? "" : folds(bases)).append(" |"));
    }

    private static List<LatencyRecord> drawn(List<LatencyRecord> records, int draw, int count) {
        List<LatencyRecord> order = new ArrayList<>(records);
        if (count == 1) {
            Collections.rotate(order, draw);
        } else {
            Collections.shuffle(order, new Random(draw));
        }
        return order;
    }

    /** Returns the records with those first that the calibration asks for. */
    private static List<LatencyRecord> chosen(Bases bases, String board, List<LatencyRecord> records, int count) {
        List<LatencyRecord> rest = new ArrayList<>(records);
        List<LatencyRecord> order = new ArrayList<>();
        while (order.size() < count) {
            Optional<LatencyRecord> next = order.isEmpty()
                    ? DeviceCalibration.first(rest, LatencyRecord::work, List.of())
                    : DeviceCalibration.of(bases.of(board, List.of()), LatencyDataset.of(order))
                            .next(rest, LatencyRecord::work, List.of());
            order.add(next.orElseThrow());
            rest.remove(next.orElseThrow());
        }
        order.addAll(rest);
        return order;
    }

    /** Predicts the records from {@code count} on with the first ones, in five groups, which the bases do not know either. */
    private void held(Bases bases, String board, List<LatencyRecord> order, int count, Tally tally) {
        List<LatencyRecord> few = order.subList(0, count);
        List<List<LatencyRecord>> helds = groups(order.subList(count, order.size()), 5);
        List<LatencyPredictor> predictors = new ArrayList<>();
        helds.forEach(held -> predictors.add(calibrated(bases.of(board, held), few)));
        tally.add(helds, predictors);
    }

    private static List<List<LatencyRecord>> groups(List<LatencyRecord> records, int count) {
        List<List<LatencyRecord>> groups = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<LatencyRecord> group = new ArrayList<>();
            for (int at = i; at < records.size(); at += count) {
                group.add(records.get(at));
            }
            groups.add(group);
        }
        return groups;
    }

    /** Returns the errors if all networks of a board but a ninth are measured. */
    private Tally folds(Bases bases) {
        Tally tally = new Tally();
        boards.forEach((board, records) -> {
            Tally own = new Tally();
            for (int seed = 0; seed < FOLDINGS; seed++) {
                List<LatencyRecord> order = new ArrayList<>(records);
                Collections.shuffle(order, new Random(seed));
                List<List<LatencyRecord>> helds = groups(order, FOLDS);
                List<LatencyPredictor> predictors = new ArrayList<>();
                for (List<LatencyRecord> held : helds) {
                    List<LatencyRecord> rest = new ArrayList<>(order);
                    rest.removeAll(held);
                    predictors.add(calibrated(bases.of(board, held), rest));
                }
                own.add(helds, predictors);
            }
            tally.medians.add(own.error());
            tally.below += own.below;
            tally.predictions += own.predictions;
        });
        return tally;
    }
}
