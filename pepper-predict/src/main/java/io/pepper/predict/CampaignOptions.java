package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.cut.Cut;
import io.pepper.generation.GenerationLoad;
import io.pepper.generation.GenerationWork;
import io.pepper.measure.ModelTimer;
import io.pepper.measure.OperatorSweep;
import io.pepper.measure.RuntimePlatform;
import io.pepper.measure.TimingOptions;
import io.pepper.model.InputShapes;
import io.pepper.model.Isolation;
import io.pepper.model.ProgressListener;
import io.pepper.model.ReadOptions;
import io.pepper.monitor.LocalDeviceMonitor;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.CandidateCuts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The description of a measuring campaign on whole models, before they are divided. The same description gives the same pieces
 * on every machine, so that a campaign can run on several: {@link #toJson} and {@link #files} are the request for the capability
 * {@code profile} of the nodes of a cluster. Immutable and therefore thread-safe.
 */
public final class CampaignOptions {
    /**
     * No model and no sweep; 8 pieces of each model, loads of 0, 25, 50, 75 and 100 %, 1 and 2 threads, 3 rounds of 0.05 s, on
     * the processor, with waits of up to 30 s for other processes.
     */
    public static final CampaignOptions DEFAULTS = new CampaignOptions(new CampaignValues());

    private static final int SEED = 42;
    private static final int DEFAULT_CANDIDATES = 24;

    private final CampaignValues values;

    /** The small models of single operators that are measured besides models of the user. */
    public enum Sweep {
        /** None. */
        NONE,
        /** The 64 that say most about a device. */
        SHORT,
        /** All. */
        WHOLE
    }

    /**
     * A model to measure.
     *
     * @param name the name in the data set
     * @param file the model
     * @param data files with tensors of the model, by their paths below its directory
     * @param sizes the sizes of its inputs that it leaves open
     */
    record Model(String name, Path file, Map<String, Path> data, InputShapes sizes) {
        Model {
            data = Collections.unmodifiableMap(new TreeMap<>(data));
        }
    }

    private CampaignOptions(CampaignValues values) {
        this.values = values;
    }

    /** Returns a changed copy, after the check of its values. */
    CampaignOptions with(Consumer<CampaignValues> change) {
        CampaignValues changed = new CampaignValues(values);
        change.accept(changed);
        changed.check();
        return new CampaignOptions(new CampaignValues(changed));
    }

    /**
     * Adds a model.
     *
     * @param model the model, from a file, which may be closed afterwards
     * @param sizes the sizes of inputs that it leaves open
     * @return a copy with this model
     * @throws IllegalArgumentException if the model was not read from a file, or there is a model of its name: a data set tells
     *     models apart by their names
     */
    public CampaignOptions withModel(OnnxModel model, InputShapes sizes) {
        Path file = model.path()
                .orElseThrow(() -> new IllegalArgumentException(model.name() + ": the model was not read from a file"));
        Path beside = file.toAbsolutePath().getParent();
        Map<String, Path> data = new TreeMap<>();
        for (Path each : model.dataFiles()) {
            Path below = beside == null ? each : beside.relativize(each.toAbsolutePath());
            data.put(below.toString().replace('\\', '/'), each);
        }
        return withModel(new Model(model.name(), file, data, sizes));
    }

    CampaignOptions withModel(Model added) {
        for (Model other : values.models) {
            if (other.name.equals(added.name)) {
                throw new IllegalArgumentException(other.file + " and " + added.file + " would both be called '"
                        + added.name + "' in the data set; give one of them another name, for instance by a link");
            }
        }
        return with(changed -> {
            List<Model> models = new ArrayList<>(changed.models);
            models.add(added);
            changed.models = models;
        });
    }

    /**
     * Sets which small models of single operators are measured, too.
     *
     * @param value the choice
     * @return a copy with this choice
     */
    public CampaignOptions withSweep(Sweep value) {
        return with(changed -> changed.sweep = value);
    }

    /**
     * Sets the number of random pieces of each model.
     *
     * @param count 0 to 100,000, besides the whole model
     * @return a copy with this number
     * @throws IllegalArgumentException if the number is out of its range
     */
    public CampaignOptions withPieces(int count) {
        return with(changed -> changed.pieces = count);
    }

    /**
     * Measures each run of segments between cuts instead of random pieces.
     *
     * @param cuts the largest number of cuts, 0 to 200
     * @return a copy with this number
     * @throws IllegalArgumentException if the number is out of its range
     */
    public CampaignOptions withCandidates(int cuts) {
        return with(changed -> changed.candidates = OptionalInt.of(cuts));
    }

    /**
     * Measures each run of segments of text generators in both phases, on the prompt and on a token: all that planning a
     * {@link GenerationLoad} with a {@link MeasuredPredictor} needs, for the same number of {@linkplain #withCandidates
     * candidates}. The sizes of the models' inputs follow from the load. Runs of equal work are measured once. Without candidates, there are 24.
     *
     * @param load the task
     * @return a copy with this task
     */
    public CampaignOptions withGeneration(GenerationLoad load) {
        return with(changed -> changed.generation = Optional.of(load));
    }

    /**
     * Sets the loads.
     *
     * @param texts each as {@link LoadLevel#parse} reads it on the measured machine; or one as {@link RandomLoads#parse} reads it
     * @return a copy with these loads
     * @throws IllegalArgumentException if there is none, or one is malformed
     */
    public CampaignOptions withLoads(List<String> texts) {
        return with(changed -> changed.loads = texts);
    }

    /**
     * Sets the numbers of threads inside an operator.
     *
     * @param counts at least one, 1 to 1,024 each
     * @return a copy with these numbers
     * @throws IllegalArgumentException if a number is out of its range
     */
    public CampaignOptions withThreads(List<Integer> counts) {
        return with(changed -> changed.threads = counts);
    }

    /**
     * Sets the number of measurements of each combination.
     *
     * @param count 1 to 10,000
     * @return a copy with this number
     * @throws IllegalArgumentException if the number is out of its range
     */
    public CampaignOptions withRounds(int count) {
        return with(changed -> changed.rounds = count);
    }

    /**
     * Sets the time limit of one measurement after the warm-up.
     *
     * @param time more than 0, at most a day
     * @return a copy with this limit
     * @throws IllegalArgumentException if the time is out of its range
     */
    public CampaignOptions withBudget(Duration time) {
        return with(changed -> changed.budget = time);
    }

    /**
     * Sets the longest wait for other processes in each busy spell.
     *
     * @param time 0 to a day
     * @return a copy with this wait
     * @throws IllegalArgumentException if the time is out of its range
     */
    public CampaignOptions withQuietWait(Duration time) {
        return with(changed -> changed.quietWait = time);
    }

    /**
     * Sets the execution provider of ONNX Runtime.
     *
     * @param name for instance {@code CPU}
     * @return a copy with this provider
     */
    public CampaignOptions withProvider(String name) {
        return with(changed -> changed.provider = name);
    }

    /**
     * Runs ONNX Runtime in a child process, with limits.
     *
     * @param limits the limits
     * @return a copy with these limits
     */
    public CampaignOptions withIsolation(Isolation limits) {
        return with(changed -> changed.isolation = Optional.of(limits));
    }

    /** Returns the values, which are not to be changed. */
    CampaignValues values() {
        return values;
    }

    /**
     * Returns the request for the capability {@code profile} of a node, without the limits of child processes.
     *
     * @return JSON
     */
    public String toJson() {
        return CampaignJson.write(this);
    }

    /**
     * Returns the files of the models, for the capability {@code profile} of a node.
     *
     * @return files by the names that the request has
     */
    public Map<String, Path> files() {
        return CampaignJson.files(this);
    }

    /**
     * Reads a request of {@link #toJson}, which may come from a stranger.
     *
     * @param json the request
     * @param files the files of the models by the names in the request
     * @return the options; for a campaign in child processes, with {@link Isolation#DEFAULTS}
     * @throws io.pepper.document.InvalidFileException if the request is malformed, a value is out of its range, or a file is
     *     missing
     * @throws IOException never, beside this
     */
    public static CampaignOptions fromJson(String json, Map<String, Path> files) throws IOException {
        return CampaignJson.read(json, files);
    }

    /**
     * Opens each model in a child process and runs it once there, before it is measured in this process.
     *
     * @param limits the limits of the child process
     * @param progress receives each model
     * @throws IOException if a model does not run, crashes or exceeds a limit
     */
    public void requireRunning(Isolation limits, ProgressListener progress) throws IOException {
        int done = 0;
        for (Model each : values.models) {
            progress.progress("trying " + each.name + " in a child process", done, values.models.size());
            ModelTimer.open(each.file, timing().withSizes(each.sizes).withIsolation(limits))
                    .close();
            done++;
        }
    }

    /**
     * Divides the models.
     *
     * @param work a directory for the pieces
     * @param reading the options for opening the models
     * @param progress receives each piece
     * @return the pieces, and the small models
     * @throws io.pepper.model.UnknownSizeException if sizes stay open
     * @throws IOException if a model cannot be read, a piece cannot be written, or ONNX Runtime does not have the provider
     * @throws IllegalArgumentException if there is nothing to measure, or sizes do not fit
     */
    public List<ProfileTarget> targets(Path work, ReadOptions reading, ProgressListener progress) throws IOException {
        RuntimePlatform.here(values.provider); // Refuses a provider before models are divided.
        List<ProfileTarget> found = new ArrayList<>();
        for (Model each : values.models) {
            try (OnnxModel model = OnnxModel.load(each.file, reading)) {
                found.addAll(
                        values.generation.isPresent()
                                ? phases(model, work, progress)
                                : values.candidates.isPresent()
                                        ? runs(model, each.sizes, work, progress)
                                        : ProfileTargets.of(model, each.sizes, work, values.pieces, SEED, progress));
            }
        }
        if (values.sweep != Sweep.NONE) {
            List<String> names = values.sweep == Sweep.WHOLE ? OperatorSweep.names() : OperatorSweep.shortNames();
            found.addAll(ProfileTargets.sweep(work.resolve(OperatorSweep.MODEL), names));
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to measure: neither models nor a sweep");
        }
        return found;
    }

    private List<ProfileTarget> phases(OnnxModel model, Path work, ProgressListener progress) throws IOException {
        GenerationWork load = GenerationWork.of(model, values.generation.orElseThrow());
        return ProfileTargets.phases(model, load, values.candidates.orElse(DEFAULT_CANDIDATES), work, progress);
    }

    private List<ProfileTarget> runs(OnnxModel model, InputShapes sizes, Path work, ProgressListener progress)
            throws IOException {
        ModelCosts costs = model.costs(model.shapes(sizes));
        List<Cut> chosen =
                CandidateCuts.choose(model.cuts(costs.cutOptions()), costs.flops(), values.candidates.orElse(0));
        return ProfileTargets.runs(model, costs, costs.segments(chosen), work, progress);
    }

    /**
     * Returns the timing of one measurement.
     *
     * @return the options, without sizes and threads
     */
    public TimingOptions timing() {
        TimingOptions timing = TimingOptions.DEFAULTS
                .withSpinning(false)
                .withRuns(7, 500)
                .withBudget(values.budget)
                .withPrecision(0.03)
                .withProvider(values.provider);
        return values.isolation.map(timing::withIsolation).orElse(timing);
    }

    /**
     * Returns the campaign on these pieces.
     *
     * @param targets the pieces, of {@link #targets}
     * @return the campaign, with the loads of this machine
     */
    public Campaign campaign(List<ProfileTarget> targets) {
        Optional<RandomLoads> range = values.randomLoads();
        List<LoadLevel> levels = range.isPresent()
                ? List.of(LoadLevel.NONE)
                : values.loads.stream().map(LoadLevel::parse).toList();
        Campaign given = new Campaign(targets, levels, values.threads, values.rounds, timing(), SEED);
        return range.map(given::withRandomLoads).orElse(given).withQuietWait(values.quietWait);
    }

    /**
     * Measures pieces on this machine, or continues to.
     *
     * @param targets the pieces, of {@link #targets}
     * @param device the name of this machine in the data set
     * @param kind its kind; empty for what the machine reports
     * @param csv the file of the campaign
     * @param progress receives each measurement
     * @return all records of the file
     * @throws IOException as {@link LatencyProfiler#run} does
     */
    public LatencyDataset measure(
            List<ProfileTarget> targets, String device, Optional<String> kind, Path csv, ProgressListener progress)
            throws IOException {
        DeviceState found = LocalDeviceMonitor.of(device, Duration.ZERO)
                .read()
                .values()
                .iterator()
                .next()
                .state();
        DeviceState here = kind.filter(stated -> !stated.isBlank())
                .map(stated -> found.withPlatform(found.platform().withKind(stated.strip())))
                .orElse(found);
        return LatencyProfiler.run(campaign(targets), () -> here, csv, progress);
    }
}
