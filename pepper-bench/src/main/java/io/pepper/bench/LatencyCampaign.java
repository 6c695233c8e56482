package io.pepper.bench;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.OperatorSweep;
import io.pepper.measure.TimingOptions;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.OnnxModel;
import io.pepper.predict.Campaign;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyProfiler;
import io.pepper.predict.LoadLevel;
import io.pepper.predict.ProfileTarget;
import io.pepper.predict.ProfileTargets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The campaign behind {@code docs/performance.md}: listed models and pieces of them, and the operator sweep, under five
 * loads with one and two threads. Three rounds measure models and sweep side by side, so that slow minutes of the
 * machine affect both. Six more rounds, in two visits, measure the models again, which shows how repeatable a
 * measurement is. A stopped campaign resumes.
 */
public final class LatencyCampaign {
    private static final int PIECES = 8;
    private static final int ROUNDS = 3;
    private static final int ROUNDS_OF_MODELS = 9;
    private static final int SEED = 42;
    private static final TimingOptions TIMING = TimingOptions.DEFAULTS
            .withSpinning(false)
            .withRuns(7, 300)
            .withBudget(Duration.ofMillis(40))
            .withPrecision(0.03);

    private LatencyCampaign() {}

    /**
     * Runs the campaign.
     *
     * @param args a list of models with the sizes of their inputs, the directory of the models, a directory for pieces,
     *     and the file of the data set
     * @throws IOException if a model cannot be read
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 4) {
            throw new IllegalArgumentException(
                    "four arguments are needed: the list of models, their directory, one for pieces, and the data set");
        }
        List<ProfileTarget> models = models(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]));
        List<ProfileTarget> all = withSweep(models, Path.of(args[2]));
        run(plan(all, ROUNDS), Path.of(args[3]));
        run(plan(models, ROUNDS_OF_MODELS), Path.of(args[3]));
    }

    private static Campaign plan(List<ProfileTarget> pieces, int rounds) {
        List<LoadLevel> loads =
                Stream.of(0, 25, 50, 75, 100).map(LoadLevel::onAllCores).toList();
        return new Campaign(pieces, loads, List.of(1, 2), rounds, TIMING, SEED);
    }

    /** Returns the same pieces every time. */
    static List<ProfileTarget> pieces(Path list, Path models, Path work) throws IOException {
        return withSweep(models(list, models, work), work);
    }

    private static List<ProfileTarget> withSweep(List<ProfileTarget> models, Path work) throws IOException {
        List<ProfileTarget> pieces = new ArrayList<>(models);
        pieces.addAll(ProfileTargets.sweep(work.resolve(OperatorSweep.MODEL)));
        return pieces;
    }

    private static List<ProfileTarget> models(Path list, Path models, Path work) throws IOException {
        List<ProfileTarget> pieces = new ArrayList<>();
        for (ListedModel listed : ListedModel.read(list, models)) {
            try (OnnxModel model = OnnxModel.load(listed.file())) {
                pieces.addAll(ProfileTargets.of(model, listed.sizes(), work, PIECES, SEED, ProgressListener.NONE));
            }
        }
        return pieces;
    }

    private static void run(Campaign plan, Path data) throws IOException {
        long begin = System.nanoTime();
        LatencyDataset measured =
                LatencyProfiler.run(plan, () -> DeviceState.of("bench"), data, (task, done, total) -> {
                    if (done % 50 == 0) {
                        System.err.printf(
                                "%d of %d after %d s: %s%n",
                                done, total, (System.nanoTime() - begin) / 1_000_000_000, task);
                    }
                });
        measured.problems().forEach(System.err::println);
        System.err.println(data + ": " + measured.records().size() + " records, " + Files.size(data) + " bytes");
    }
}
