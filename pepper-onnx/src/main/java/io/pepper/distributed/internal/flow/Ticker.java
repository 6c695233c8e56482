package io.pepper.distributed.internal.flow;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that does work regularly, and other work between. Work that throws does not end it. Thread-safe. */
final class Ticker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);

    private final String name;
    private final ScheduledExecutorService executor;
    private final ScheduledFuture<?> ticks;

    /**
     * Starts the thread.
     *
     * @param name its name
     * @param millis the time between the end of the work and its next start
     * @param work the regular work
     */
    Ticker(String name, long millis, Runnable work) {
        this.name = name;
        this.executor = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        this.ticks = executor.scheduleWithFixedDelay(() -> guarded(work), millis, millis, TimeUnit.MILLISECONDS);
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error thrown) {
            LOG.error("{} continues after a failure", name, thrown);
        }
    }

    /** Does work on the thread; after the end, none. */
    void execute(Runnable work) {
        try {
            executor.execute(() -> guarded(work));
        } catch (RejectedExecutionException ended) {
            LOG.trace("{} has ended", name, ended);
        }
    }

    /** Ends the thread after the work that runs. */
    @Override
    public void close() {
        ticks.cancel(false);
        executor.shutdownNow();
    }
}
