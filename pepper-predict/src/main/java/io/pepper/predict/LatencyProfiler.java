package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import io.pepper.measure.ModelTiming;
import io.pepper.measure.RuntimePlatform;
import io.pepper.model.ProgressListener;
import io.pepper.monitor.internal.machine.Machine;
import io.pepper.predict.CampaignMoment.Span;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A profiler that measures pieces of models on this machine under loads. It appends each measurement to a file and
 * forces it to disk, so that a stopped campaign resumes when it is run again. To stop it, interrupt the thread. Run one
 * campaign at a time: a second one on the same machine would disturb it.
 *
 * <p>Shared machines change their speed every second or so. The profiler therefore keeps dozens of pieces open at a
 * time and measures them in random order, under one load after another, repeatedly. The three rounds of a visit measure
 * a piece seconds apart. Further rounds follow in another visit, after all other pieces. Hence neither a slow second
 * nor a slow drift of the machine looks like load.
 */
public final class LatencyProfiler {
    private static final Logger LOG = LoggerFactory.getLogger(LatencyProfiler.class);
    private static final double PERCENT = 100;
    private static final double MILLIS = 1e3;
    private static final int ROUNDS_IN_A_VISIT = 3;
    private static final int TASKS_IN_A_VISIT = 60;
    private static final long BYTES_IN_A_VISIT = 1L << 30;
    private static final int MAX_TRIES = 3;

    /** Estimated memory of a child process without a model, in bytes. */
    private static final long CHILD_BYTES = 100L << 20;

    private final Campaign plan;
    private final Supplier<DeviceState> device;
    private final String name;
    private final Platform platform;
    private final RecordFile file;
    private final ProgressListener progress;
    private final QuietWait quiet;
    private final LoadGenerator load;
    private final FileStamps files;
    private final Set<String> failures = new LinkedHashSet<>();
    private int done;

    private LatencyProfiler(
            Campaign plan, Supplier<DeviceState> device, RecordFile file, LoadGenerator load, ProgressListener progress)
            throws IOException {
        this.plan = plan;
        this.device = device;
        this.name = device.get().device();
        this.platform = platform(device.get().platform(), plan);
        this.file = file;
        this.files = FileStamps.of(plan.pieces());
        this.load = load;
        this.progress = progress;
        this.quiet =
                new QuietWait(() -> MachineMoment.now(load), time -> Thread.sleep(time.toMillis()), plan.quietWait());
    }

    /** Returns the platform that a campaign measures, with the stated kind of device, or that of this machine. */
    private static Platform platform(Platform stated, Campaign plan) throws IOException {
        Platform measured = RuntimePlatform.here(plan.timing().provider());
        Optional<String> kind = stated.kind().or(Machine.here()::model);
        return kind.isPresent() ? measured.withKind(kind.get()) : measured;
    }

    /**
     * Measures everything that the file does not hold yet. The returned problems name each piece that cannot run, and a
     * torn last line if one was dropped.
     *
     * @param plan the campaign
     * @param device returns the state of this machine; its load and cores are measured instead
     * @param csv the file, created if it is missing; a torn last line is dropped
     * @param progress receives each measurement
     * @return all records of the file
     * @throws InterruptedIOException if the thread is interrupted; the file then holds all measurements up to that
     *     moment
     * @throws IOException if the file cannot be read or written, another campaign writes to it, or it is no file of a
     *     campaign, or holds measurements of other work under the name of a piece. A refused file stays unchanged
     */
    public static LatencyDataset run(Campaign plan, Supplier<DeviceState> device, Path csv, ProgressListener progress)
            throws IOException {
        try (RecordFile file = RecordFile.open(csv);
                LoadGenerator load = LoadGenerator.start()) {
            for (ProfileTarget piece : plan.pieces()) {
                file.requireSameWork(piece);
            }
            LatencyProfiler profiler = new LatencyProfiler(plan, device, file, load, progress);
            file.requireSamePlatform(profiler.name, profiler.platform);
            profiler.failures.addAll(file.dropped());
            profiler.run();
            return file.mark().withProblems(List.copyOf(profiler.failures));
        }
    }

    /**
     * Checks that a campaign can write to a file, before time is spent on dividing models. Creates no file.
     *
     * @param csv the file of the campaign, which may not exist
     * @throws IOException if {@link #run} would refuse the file, whatever it is to measure
     */
    public static void check(Path csv) throws IOException {
        RecordFile.check(csv);
    }

    /** A piece with a number of threads. */
    private record Task(ProfileTarget piece, int threads) {}

    /** The measurements under one load in one round. */
    private record Turn(int round, LoadLevel level, List<Task> tasks) {}

    private void run() throws IOException {
        Random random = new Random(plan.seed());
        done = existingRecords();
        for (int first = 1; first <= plan.rounds(); first += ROUNDS_IN_A_VISIT) {
            int last = Math.min(plan.rounds(), first + ROUNDS_IN_A_VISIT - 1);
            for (List<Task> group : groups(random)) {
                visit(turns(group, first, last, random));
            }
        }
        load.whyInProcess()
                .ifPresent(why ->
                        failures.add("threads of the measuring process made the load, no other process: " + why));
        if (!quiet.waited().isZero()) {
            failures.add("waited for other processes for "
                    + Math.max(1, Math.round(quiet.waited().toMillis() / MILLIS)) + " seconds");
        }
    }

    private int existingRecords() {
        int held = 0;
        for (Task task : tasks(plan.pieces())) {
            for (int round = 1; round <= plan.rounds(); round++) {
                for (LoadLevel level : plan.loads(task.piece, task.threads, round)) {
                    held += file.holds(key(task, level), round) ? 1 : 0;
                }
            }
        }
        return held;
    }

    private List<Task> tasks(List<ProfileTarget> pieces) {
        return pieces.stream()
                .flatMap(piece -> plan.threads().stream().map(count -> new Task(piece, count)))
                .toList();
    }

    /** Returns the pieces in random order, in groups that may be open at the same time. */
    private List<List<Task>> groups(Random random) throws IOException {
        List<ProfileTarget> pieces = new ArrayList<>(plan.pieces());
        Collections.shuffle(pieces, random);
        List<List<Task>> groups = new ArrayList<>();
        List<Task> group = new ArrayList<>();
        double bytes = 0;
        for (ProfileTarget piece : pieces) {
            List<Task> more = tasks(List.of(piece));
            double moreBytes = more.size() * bytes(piece);
            if (!group.isEmpty()
                    && (group.size() + more.size() > TASKS_IN_A_VISIT || bytes + moreBytes > BYTES_IN_A_VISIT)) {
                groups.add(group);
                group = new ArrayList<>();
                bytes = 0;
            }
            group.addAll(more);
            bytes += moreBytes;
        }
        groups.add(group);
        return groups;
    }

    /**
     * Returns the estimated memory of an open piece, in bytes. Its weights are either in the file or generated when it
     * is opened.
     */
    private double bytes(ProfileTarget piece) throws IOException {
        double weights = piece.work().kernels().stream()
                .mapToDouble(kernel -> kernel.times() * kernel.weightBytes().orElse(0))
                .filter(Double::isFinite)
                .sum();
        double file = Files.exists(piece.file()) ? (double) Files.size(piece.file()) : 0;
        return Math.max(weights, file) + (plan.timing().isolation().isPresent() ? CHILD_BYTES : 0);
    }

    /** Returns the measurements that the file does not hold yet, in random order in each round. */
    private List<Turn> turns(List<Task> group, int first, int last, Random random) {
        List<Turn> turns = new ArrayList<>();
        for (int round = first; round <= last; round++) {
            if (plan.randomLoads().isPresent()) {
                turns.addAll(drawn(group, round, random));
                continue;
            }
            List<LoadLevel> levels = new ArrayList<>(plan.loads());
            Collections.shuffle(levels, random);
            for (LoadLevel level : levels) {
                turns.add(turn(round, level, group, random));
            }
        }
        return turns;
    }

    private Turn turn(int round, LoadLevel level, List<Task> group, Random random) {
        List<Task> tasks = new ArrayList<>(group);
        Collections.shuffle(tasks, random);
        tasks.removeIf(task -> file.holds(key(task, level), round));
        return new Turn(round, level, tasks);
    }

    /** Returns a turn for each task, with a load of its own. */
    private List<Turn> drawn(List<Task> group, int round, Random random) {
        List<Task> tasks = new ArrayList<>(group);
        Collections.shuffle(tasks, random);
        return tasks.stream()
                .map(task ->
                        turn(round, plan.loads(task.piece, task.threads, round).get(0), List.of(task), random))
                .toList();
    }

    private void visit(List<Turn> turns) throws IOException {
        try (OpenTimers<Task> timers = new OpenTimers<>()) {
            load.set(LoadLevel.NONE);
            for (Task task : turns.stream()
                    .flatMap(turn -> turn.tasks.stream())
                    .distinct()
                    .toList()) {
                open(timers, task);
            }
            for (Turn turn : turns) {
                measure(turn, timers);
            }
        }
    }

    private void open(OpenTimers<Task> timers, Task task) throws IOException {
        try {
            files.requireUnchanged(task.piece.file());
            timers.open(
                    task,
                    task.piece.file(),
                    plan.timing()
                            .withThreads(task.threads)
                            .withSizes(task.piece.sizes())
                            .withInputs(task.piece.inputs()));
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException | IllegalArgumentException failed) {
            cannotBeMeasured(task, failed);
        }
    }

    private void cannotBeMeasured(Task task, Exception failed) {
        String message = task.piece.model() + " " + task.piece.piece() + ": cannot be measured: " + failed.getMessage();
        LOG.warn("{}", message);
        failures.add(message);
    }

    private void measure(Turn turn, OpenTimers<Task> timers) throws IOException {
        List<Task> tasks = turn.tasks.stream().filter(timers::isOpen).toList();
        done += turn.tasks.size() - tasks.size();
        if (tasks.isEmpty()) {
            return;
        }
        Span before = settle(turn.level);
        for (Task task : tasks) {
            progress.progress(
                    task.piece.model() + " " + task.piece.piece() + ", threads " + task.threads + ", load " + turn.level
                            + ", round " + turn.round,
                    done,
                    plan.size());
            before = measure(turn, task, before, timers);
            done++;
        }
    }

    private Span settle(LoadLevel level) throws IOException {
        load.set(level);
        Span span = quiet.settle(busy -> progress.progress(
                "waiting for other processes, which take "
                        + Math.round(busy.foreignPercent().orElse(0)) + " % of the processors",
                done,
                plan.size()));
        if (span.achievedPercent().isEmpty()) {
            throw new IOException("load " + level + ": the system does not tell what was achieved of it");
        }
        return span;
    }

    private DeviceState state(LoadLevel level, Span before) {
        Machine machine = Machine.here();
        double cores = machine.cores();
        double achieved = before.achievedPercent().orElse(0);
        double threads = level.threads() <= cores
                ? achieved / PERCENT * cores
                : level.threads() * level.percent() / PERCENT; // Queued threads want more than they get.
        return device.get()
                .withPlatform(platform)
                .withReadAt(Instant.now())
                .withCores(cores)
                .withCpuLoadPercent(before.loadPercent().orElse(achieved))
                .withRunnableThreads(threads + before.foreignThreads())
                .withGpu(machine.gpu());
    }

    private String key(Task task, LoadLevel level) {
        return RecordFile.key(task.piece.model(), task.piece.piece(), name, task.threads, level);
    }

    /**
     * Measures a piece. If other processes disturbed it, measures again, up to three times, while waiting is still
     * allowed.
     *
     * @return the state of the machine before the last try
     */
    private Span measure(Turn turn, Task task, Span settled, OpenTimers<Task> timers) throws IOException {
        Span before = settled;
        for (int tried = 1; ; tried++) {
            LoadGenerator.Meter meter = load.meter();
            CampaignMoment begin = quiet.begin();
            ModelTiming timing;
            try {
                timing = timers.measure(task);
            } catch (InterruptedIOException stopped) {
                throw stopped;
            } catch (IOException failed) {
                cannotBeMeasured(task, failed);
                timers.close(task);
                return before;
            }
            OptionalDouble achieved = meter.achievedPercent();
            Span during = quiet.since(begin);
            if (!during.isBusy() || !quiet.mayWait() || tried == MAX_TRIES) {
                append(turn, task, timing, achieved, before, during);
                return before;
            }
            before = settle(turn.level);
        }
    }

    private void append(Turn turn, Task task, ModelTiming timing, OptionalDouble achieved, Span before, Span during)
            throws IOException {
        Surroundings around = new Surroundings(
                before.foreignPercent(),
                during.foreignPercent(),
                before.conditions(),
                during.conditions(),
                load.whyInProcess().isPresent());
        LatencyRecord.Builder entry = LatencyRecord.builder(
                        task.piece.model(), task.piece.piece(), state(turn.level, before), timing)
                .work(task.piece.work())
                .threads(task.threads)
                .load(turn.level)
                .execution(turn.round)
                .surroundings(around)
                .marks(Marks.of(around, turn.level, timing));
        achieved.ifPresent(entry::achievedPercent);
        file.append(entry.build());
    }
}
