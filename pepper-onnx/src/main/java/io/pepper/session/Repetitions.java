package io.pepper.session;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The thread that sends requests again whose devices were lost. Thread-safe. */
final class Repetitions {
    /** The largest number of times that a request is sent. */
    static final int MAX_ATTEMPTS = 10;

    private static final long IDLE_SECONDS = 10;

    private final ExecutorService thread;

    Repetitions() {
        ThreadPoolExecutor made =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread daemon = new Thread(work, "pepper-repeat");
                    daemon.setDaemon(true);
                    return daemon;
                });
        made.allowCoreThreadTimeOut(true);
        this.thread = made;
    }

    /** Returns whether a session gives the inputs of a failed request back. */
    static boolean areInputsBack(ModelSession session, StageException failed) {
        return session instanceof RepeatableSession
                && (failed.kind() == StageException.Kind.LOST || failed.kind() == StageException.Kind.CLOSED);
    }

    /** Repeats a request on the thread, in the order of the calls; or gives it up after the end. */
    void run(Runnable repetition, Runnable otherwise) {
        try {
            thread.execute(repetition);
        } catch (RejectedExecutionException ended) {
            otherwise.run();
        }
    }

    /** Finishes what was begun, and takes no more. */
    void close() {
        thread.shutdown();
        boolean interrupted = false;
        while (!thread.isTerminated()) {
            try {
                thread.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
            } catch (InterruptedException early) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
