package io.pepper.internal.net;

import java.util.Optional;
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
public final class TimedExecutor implements Executor, AutoCloseable {
    private static final int THREADS = 64;
    private static final int WAITING = 256;
    private static final long IDLE_SECONDS = 10;

    /** The headers of a request are one packet: clients have a shorter time for them than the server for its answer. */
    private static final long MAX_REQUEST_MILLIS = 5000;

    private static final ThreadLocal<Turn> CURRENT = new ThreadLocal<>();

    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor watch;
    private final long millis;

    /**
     * Creates an executor.
     *
     * @param name the name of its threads
     * @param millis the time after which an exchange is ended, in milliseconds; at most five seconds of it are for the
     *     headers of the request
     */
    public TimedExecutor(String name, long millis) {
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
            turn.limit(Math.min(millis, MAX_REQUEST_MILLIS));
            CURRENT.set(turn);
            try {
                exchange.run();
            } finally {
                CURRENT.remove();
                turn.finish();
            }
        });
    }

    /** Tells that the headers of the calling thread's request have arrived: the rest of its exchange has a limit of its own. */
    public static void received() {
        Turn turn = CURRENT.get();
        if (turn != null) {
            turn.limitAnswer();
        }
    }

    /** The time in which a thread works on one exchange, and may be interrupted. */
    private final class Turn {
        private final Thread thread;
        private Optional<Future<?>> end = Optional.empty();
        private boolean finished;

        Turn(Thread thread) {
            this.thread = thread;
        }

        synchronized void limit(long after) {
            end.ifPresent(earlier -> earlier.cancel(false));
            end = Optional.of(watch.schedule(this::interrupt, after, TimeUnit.MILLISECONDS));
        }

        void limitAnswer() {
            limit(millis);
        }

        private synchronized void interrupt() {
            if (!finished) {
                thread.interrupt();
            }
        }

        synchronized void finish() {
            finished = true;
            end.ifPresent(last -> last.cancel(false));
            Thread.interrupted(); // The thread's next exchange is another one.
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
        watch.shutdownNow();
    }
}
