package io.pepper.predict.internal.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that makes load, and the main class of the process of such threads. Each line on the process's standard
 * input, {@code share threads}, sets the number of busy threads and the share of the time for which each is busy. Once
 * they run, the process answers with the prefix of their names, which a number from 0 follows. The end of the input
 * ends the process, so that it does not outlive its starter. This class uses only classes of the JDK, because it is
 * copied alone to where the process finds it.
 */
public final class LoadWorker {
    private static final long PERIOD_NANOS = 4_000_000;

    private final double share;
    private final CountDownLatch running;
    private final Thread thread;
    private volatile boolean stopped;

    private LoadWorker(String name, double share, CountDownLatch running) {
        this.share = share;
        this.running = running;
        this.thread = new Thread(this::work, name);
        thread.setDaemon(true);
    }

    /**
     * Runs until the input ends.
     *
     * @param args none
     * @throws IOException if the input cannot be read
     * @throws InterruptedException never, since nothing interrupts this thread
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        ignoreInterrupts();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = System.out;
        List<LoadWorker> busy = List.of();
        int set = 0;
        String line = in.readLine();
        while (line != null) {
            String[] words = line.split(" ", -1);
            stop(busy);
            set++; // The system may list an ended thread for a while, so names are not reused.
            String names = "load-" + set + "-";
            busy = start(names, Integer.parseInt(words[1]), Double.parseDouble(words[0]));
            out.println(names);
            out.flush();
            line = in.readLine();
        }
        System.exit(0);
    }

    /** Ctrl-C in a terminal also reaches this process, whose starter still needs it while it writes its results. */
    private static void ignoreInterrupts() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance("INT"),
                            handler.getField("SIG_IGN").get(null));
        } catch (ReflectiveOperationException notThisJava) {
            System.err.println("interrupts end this process: " + notThisJava);
        }
    }

    /**
     * Starts threads.
     *
     * @param names the prefix of their names; a number from 0 follows it
     * @param threads number of threads
     * @param share share of the time that each thread is busy, 0 to 1
     * @return the running threads
     * @throws InterruptedException if this thread is interrupted
     */
    public static List<LoadWorker> start(String names, int threads, double share) throws InterruptedException {
        CountDownLatch running = new CountDownLatch(threads); // The system knows a thread's name only once it runs.
        List<LoadWorker> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            workers.add(new LoadWorker(names + i, share, running));
        }
        workers.forEach(worker -> worker.thread.start());
        running.await();
        return workers;
    }

    /**
     * Ends threads.
     *
     * @param workers the threads
     * @throws InterruptedException if this thread is interrupted
     */
    public static void stop(List<LoadWorker> workers) throws InterruptedException {
        workers.forEach(worker -> worker.stopped = true);
        for (LoadWorker worker : workers) {
            worker.thread.join();
        }
    }

    /**
     * Returns the id of this thread in the virtual machine.
     *
     * @return the id for {@code ThreadMXBean}
     */
    public long threadId() {
        return thread.getId();
    }

    /** Is busy for a share of each period, then sleeps. Time lost while others ran is not made up for. */
    private void work() {
        running.countDown();
        long spin = 0;
        while (!stopped) {
            long begin = System.nanoTime();
            long busyUntil = begin + (long) (share * PERIOD_NANOS);
            while (System.nanoTime() < busyUntil) {
                spin++;
            }
            long rest = begin + PERIOD_NANOS - System.nanoTime();
            if (rest > 0) {
                LockSupport.parkNanos(rest);
            }
        }
        if (spin < 0) {
            throw new IllegalStateException("never: the count keeps the loop from being optimised away");
        }
    }
}
