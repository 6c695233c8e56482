package io.pepper.predict.internal.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The process that makes the load. Each line on its standard input, {@code share threads}, sets how many threads are busy for
 * which share of the time; the end of the input ends it, so that it does not outlive whoever started it.
 */
public final class LoadWorker {
    /** What the names of the busy threads begin with, before their number from 0. */
    static final String THREAD = "load-";

    private static final long PERIOD_NANOS = 4_000_000;

    private final double share;
    private final Thread thread;
    private volatile boolean stopped;

    private LoadWorker(String name, double share) {
        this.share = share;
        this.thread = new Thread(this::work, name);
        thread.setDaemon(true);
    }

    /**
     * Runs until the input ends.
     *
     * @param args none
     * @throws IOException if the input cannot be read
     * @throws InterruptedException never: nobody interrupts it
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = System.out;
        List<LoadWorker> busy = new ArrayList<>();
        String line = in.readLine();
        while (line != null) {
            String[] words = line.split(" ", -1);
            busy.forEach(worker -> worker.stopped = true);
            for (LoadWorker worker : busy) {
                worker.thread.join(); // Whoever binds threads by their names must not find these.
            }
            busy.clear();
            for (int i = 0; i < Integer.parseInt(words[1]); i++) {
                busy.add(new LoadWorker(THREAD + i, Double.parseDouble(words[0])));
            }
            busy.forEach(worker -> worker.thread.start());
            out.println("set");
            out.flush();
            line = in.readLine();
        }
        System.exit(0);
    }

    /** Busy for a share of each period, then asleep; time that was not got while others ran is not made up for. */
    private void work() {
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
