package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.onnx.ProgressListener;
import io.pepper.runtime.ModelTimer;
import io.pepper.runtime.ModelTiming;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures pieces of models on this machine under loads, and keeps each measurement at once in a file, forced to disk: a campaign
 * that was stopped goes on where it was when it is run again with the same plan. In each round loads take turns in
 * random order, a minute at most each, and so do the pieces under them, so that a machine that grows slower does not look like load. To stop it, interrupt the thread.
 * One campaign at a time: others on the same machine would disturb it.
 */
public final class LatencyProfiler {
    private static final Logger LOG = LoggerFactory.getLogger(LatencyProfiler.class);
    private static final Duration SETTLE = Duration.ofMillis(400);
    private static final double PERCENT = 100;
    private static final int TASKS_IN_A_TURN = 60;

    private final ProfilingPlan plan;
    private final Supplier<DeviceState> device;
    private final String name;
    private final RecordFile file;
    private final ProgressListener progress;
    private final List<String> failures = new ArrayList<>();
    private int done;

    private LatencyProfiler(
            ProfilingPlan plan, Supplier<DeviceState> device, RecordFile file, ProgressListener progress) {
        this.plan = plan;
        this.device = device;
        this.name = device.get().device();
        this.file = file;
        this.progress = progress;
    }

    /**
     * Measures what the file does not hold yet. A piece that cannot run is left out, and said as a problem of the data set; so
     * is a torn last line that was dropped.
     *
     * @param plan what to measure
     * @param device tells the state of this machine; its load is not taken from it, but from what the campaign makes
     * @param csv the file, which is made if it is not there; a torn last line is dropped
     * @param progress hears of each measurement
     * @return all that the file holds
     * @throws InterruptedIOException if the thread is interrupted; what was measured is in the file
     * @throws IOException if the file cannot be read or written, or holds something else
     */
    public static LatencyDataset run(
            ProfilingPlan plan, Supplier<DeviceState> device, Path csv, ProgressListener progress) throws IOException {
        List<String> failures;
        try (RecordFile file = RecordFile.open(csv);
                LoadGenerator load = LoadGenerator.start()) {
            LatencyProfiler profiler = new LatencyProfiler(plan, device, file, progress);
            profiler.failures.addAll(file.dropped());
            profiler.run(load);
            failures = profiler.failures;
        }
        return LatencyDataset.read(csv).withProblems(failures);
    }

    private record Task(ProfilePiece piece, int threads) {}

    private record Turn(LoadLevel level, List<Task> tasks) {}

    private void run(LoadGenerator load) throws IOException {
        Random random = new Random(plan.seed());
        Set<Task> impossible = new HashSet<>();
        for (int round = 1; round <= plan.rounds(); round++) {
            for (Turn turn : turns(random)) {
                run(load, turn.level, round, turn.tasks, impossible);
            }
        }
    }

    private List<Turn> turns(Random random) {
        List<Turn> turns = new ArrayList<>();
        for (LoadLevel level : plan.loads()) {
            List<Task> tasks = new ArrayList<>();
            plan.pieces().forEach(piece -> plan.threads().forEach(count -> tasks.add(new Task(piece, count))));
            Collections.shuffle(tasks, random);
            for (int from = 0; from < tasks.size(); from += TASKS_IN_A_TURN) {
                turns.add(new Turn(level, tasks.subList(from, Math.min(from + TASKS_IN_A_TURN, tasks.size()))));
            }
        }
        Collections.shuffle(turns, random);
        return turns;
    }

    private void run(LoadGenerator load, LoadLevel level, int round, List<Task> tasks, Set<Task> impossible)
            throws IOException {
        DeviceState state = null;
        for (Task task : tasks) {
            done++;
            if (impossible.contains(task) || file.holds(key(task, level), round)) {
                continue;
            }
            if (state == null) {
                state = settle(load, level);
            }
            progress.progress(
                    task.piece.model() + " " + task.piece.piece() + ", threads " + task.threads + ", load " + level
                            + ", round " + round,
                    done - 1,
                    plan.size());
            measure(load, level, round, task, state, impossible);
        }
    }

    private DeviceState settle(LoadGenerator load, LoadLevel level) throws IOException {
        load.set(level);
        LoadGenerator.Meter meter = load.meter();
        try {
            Thread.sleep(SETTLE.toMillis());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("the campaign was interrupted").initCause(stopped);
        }
        double achieved = meter.achievedPercent();
        if (Double.isNaN(achieved)) {
            throw new IOException("load " + level + ": the system does not tell what was achieved of it");
        }
        int cores = Runtime.getRuntime().availableProcessors();
        return device.get()
                .withCores(cores)
                .withCpuLoadPercent(achieved)
                .withRunnableThreads(
                        level.threads() <= cores
                                ? achieved / PERCENT * cores
                                : level.threads()
                                        * level.percent()
                                        / PERCENT); // Threads that queue want more than they get.
    }

    private String key(Task task, LoadLevel level) {
        return RecordFile.key(task.piece.model(), task.piece.piece(), name, task.threads, level);
    }

    private void measure(
            LoadGenerator load, LoadLevel level, int round, Task task, DeviceState state, Set<Task> impossible)
            throws IOException {
        LoadGenerator.Meter meter = load.meter();
        ModelTiming timing;
        try {
            timing = ModelTimer.time(
                    task.piece.file(), plan.timing().withThreads(task.threads).withSizes(task.piece.sizes()));
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException | IllegalArgumentException failed) {
            LOG.warn("{} {} cannot be measured: {}", task.piece.model(), task.piece.piece(), failed.getMessage());
            failures.add(
                    task.piece.model() + " " + task.piece.piece() + ": cannot be measured: " + failed.getMessage());
            impossible.add(task);
            return;
        }
        file.append(new LatencyRecord(
                task.piece.model(),
                task.piece.piece(),
                task.piece.work(),
                task.threads,
                state.withReadAt(Instant.now()),
                level,
                meter.achievedPercent(),
                round,
                timing));
    }
}
