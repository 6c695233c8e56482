package io.pepper.session.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The delivery of results in the order of their requests, on a separate thread. Thread-safe. */
public final class InOrder {
    private static final Logger LOG = LoggerFactory.getLogger(InOrder.class);

    /** Marks the end of deliveries. */
    private static final Runnable END = new Runnable() {
        @Override
        public void run() {
            // Never run.
        }
    };

    private final Map<Long, Runnable> early = new HashMap<>();
    private final BlockingQueue<Runnable> due = new LinkedBlockingQueue<>();
    private final Thread thread;
    private long nextNumber;
    private long nextDue;
    private long undelivered;

    /** True once the thread is to end after the last result. */
    private boolean closing;

    /**
     * Starts the thread.
     *
     * @param name the thread's name
     */
    public InOrder(String name) {
        this.thread = new Thread(this::deliver, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Returns the number of a new request.
     *
     * @return the numbers from 0, each once
     */
    public synchronized long number() {
        return nextNumber++;
    }

    /**
     * Returns whether the calling thread is the delivering one.
     *
     * @return whether it may not wait for a delivery
     */
    public boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /**
     * Delivers a result once all earlier ones have been delivered.
     *
     * @param number the request's number, which is used once
     * @param delivery the delivery
     */
    public synchronized void done(long number, Runnable delivery) {
        early.put(number, delivery);
        passOn();
    }

    /**
     * Delivers a result to a thread that waits for it, at once if all earlier ones have been delivered, or else in its turn.
     *
     * @param number the request's number, which is used once
     * @param delivery the delivery, which only wakes the waiting thread
     */
    public synchronized void doneForWaiting(long number, Runnable delivery) {
        if (number == nextDue && undelivered == 0) {
            nextDue++;
            delivery.run();
            passOn();
        } else {
            done(number, delivery);
        }
    }

    private void passOn() {
        Runnable next = early.remove(nextDue);
        while (next != null) {
            due.add(next);
            undelivered++;
            nextDue++;
            next = early.remove(nextDue);
        }
        endAfterTheLast();
    }

    /** Ends the thread once each number that was given out has its result. */
    private void endAfterTheLast() {
        if (closing && nextDue == nextNumber) {
            closing = false;
            due.add(END);
        }
    }

    private void deliver() {
        try {
            while (true) {
                Runnable delivery = due.take();
                if (delivery == END) {
                    return;
                }
                try {
                    delivery.run();
                } catch (RuntimeException | Error thrown) {
                    LOG.warn("a callback of a result failed", thrown);
                }
                delivered();
            }
        } catch (InterruptedException never) {
            LOG.warn("{} was interrupted: pending results are lost", thread.getName());
        }
    }

    private synchronized void delivered() {
        undelivered--;
    }

    /**
     * Waits until the result of each request has been delivered. The owner gives out no more numbers, and another thread
     * may still be about to deliver a result: without waiting for it, it would be lost, with all after it.
     */
    public void close() {
        synchronized (this) {
            closing = true;
            endAfterTheLast();
        }
        boolean interrupted = false;
        while (!isCurrentThread() && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException early) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
