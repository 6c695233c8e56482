package io.pepper.predict;

import io.pepper.predict.internal.load.LoadWorker;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A load made by threads of this process, for machines on which no other process can be started. Not thread-safe. */
final class LoadThreads implements LoadMaker {
    private final ThreadMXBean times = ManagementFactory.getThreadMXBean();
    private List<LoadWorker> workers = List.of();
    private long endedNanos;
    private int set;

    @Override
    public String run(double share, int threads) throws IOException {
        end();
        set++;
        String names = "load-" + set + "-";
        try {
            workers = LoadWorker.start(names, threads, share);
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
        return names;
    }

    private void end() throws IOException {
        endedNanos += runningNanos();
        List<LoadWorker> ending = workers;
        workers = List.of();
        try {
            LoadWorker.stop(ending);
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    private static IOException interrupted(InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return (IOException) new InterruptedIOException("setting the load was interrupted").initCause(stopped);
    }

    private long runningNanos() {
        return workers.stream()
                .mapToLong(worker -> Math.max(0, times.getThreadCpuTime(worker.threadId())))
                .sum();
    }

    @Override
    public long pid() {
        return ProcessHandle.current().pid();
    }

    @Override
    public Optional<Duration> used() {
        return times.isThreadCpuTimeSupported()
                ? Optional.of(Duration.ofNanos(endedNanos + runningNanos()))
                : Optional.empty();
    }

    @Override
    public void close() throws IOException {
        end();
    }
}
