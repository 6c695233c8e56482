package io.pepper.monitor.internal.agent;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * An executor of exchanges whose threads are interrupted after a time. The JDK's server reads requests in these
 * threads, by channels that an interrupt closes: a client that sends or reads too slowly loses its connection. What
 * exceeds the queue is refused. Thread-safe.
 */
final class TimedExecutor implements Executor, AutoCloseable {
    private static final int THREADS = 16;
    private static final int WAITING = 256;
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor watch;
    private final long millis;

    TimedExecutor(String name, long millis) {
        ThreadFactory threads = task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
        workers = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), threads);
        workers.allowCoreThreadTimeOut(true);
        watch = new ScheduledThreadPoolExecutor(1, threads);
        watch.setRemoveOnCancelPolicy(true);
        this.millis = millis;
    }

    @Override
    public void execute(Runnable exchange) {
        workers.execute(() -> {
            Turn turn = new Turn(Thread.currentThread());
            Future<?> end = watch.schedule(turn::interrupt, millis, TimeUnit.MILLISECONDS);
            try {
                exchange.run();
            } finally {
                turn.finish();
                end.cancel(false);
            }
        });
    }

    /** The time in which a thread works on one exchange, and may be interrupted. */
    private static final class Turn {
        private final Thread thread;
        private boolean finished;

        Turn(Thread thread) {
            this.thread = thread;
        }

        synchronized void interrupt() {
            if (!finished) {
                thread.interrupt();
            }
        }

        synchronized void finish() {
            finished = true;
            Thread.interrupted(); // The thread's next exchange is another one.
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
        watch.shutdownNow();
    }
}
