package io.pepper.session;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that processes a bounded queue. Thread-safe. */
final class QueueThread<T> {
    private static final Logger LOG = LoggerFactory.getLogger(QueueThread.class);

    private final BlockingQueue<T> queue;
    private final Consumer<T> work;
    private final Thread thread;
    private volatile boolean ended;

    QueueThread(String name, int capacity, Runnable beforehand, Consumer<T> work) {
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.work = work;
        this.thread = new Thread(
                () -> {
                    prepare(beforehand);
                    loop();
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void prepare(Runnable beforehand) {
        try {
            beforehand.run();
        } catch (RuntimeException | Error thrown) {
            LOG.warn(
                    "{} continues although its preparation failed",
                    Thread.currentThread().getName(),
                    thrown);
        }
    }

    private void loop() {
        while (!ended) {
            try {
                work.accept(queue.take());
            } catch (InterruptedException wake) {
                LOG.trace("{} is interrupted", thread.getName());
            } catch (RuntimeException | Error thrown) {
                LOG.error("{} continues after a failure outside of any request", thread.getName(), thrown);
            }
        }
    }

    /** Adds an element; waits while the queue is full. An interrupt stays pending. */
    void put(T element) {
        boolean interrupted = false;
        while (true) {
            try {
                queue.put(element);
                break;
            } catch (InterruptedException early) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the thread; the queue must be empty. */
    void close() {
        ended = true;
        thread.interrupt();
    }
}
