package io.pepper.onnx.internal.isolate;

import io.pepper.model.Isolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A watchdog that ends a child beyond its limits. A separate thread checks every few milliseconds while a caller waits
 * for an answer. Thread-safe.
 */
final class Watch {
    private static final long INTERVAL_MILLIS = 5;
    private static final String PEAK = "VmHWM:";

    private final Process process;
    private final Isolation isolation;
    private final Path status;

    /** The thread that waits for an answer; null if none does. */
    private @Nullable Thread waiting;

    private long begin;
    private boolean closed;
    private volatile Verdict verdict = Verdict.NONE;
    private volatile long heldBytes;

    /** The reason why a child was ended. */
    enum Verdict {
        NONE,
        DEADLINE,
        MEMORY,
        INTERRUPTED
    }

    Watch(Process process, Isolation isolation) {
        this.process = process;
        this.isolation = isolation;
        this.status = Path.of("/proc", String.valueOf(process.pid()), "status");
        Thread thread = new Thread(this::look, "pepper-isolated-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** Starts watching for the calling thread, from the given time on. */
    synchronized void begin(long nanoTime) {
        waiting = Thread.currentThread();
        begin = nanoTime;
        notifyAll();
    }

    /** Stops watching until the next question. */
    synchronized void pause() {
        waiting = null;
    }

    /** Ends the thread. */
    synchronized void close() {
        closed = true;
        waiting = null;
        notifyAll();
    }

    Verdict verdict() {
        return verdict;
    }

    /** Returns the child's memory at the last check, in bytes. */
    long heldBytes() {
        return heldBytes;
    }

    private void look() {
        try {
            while (process.isAlive() && verdict == Verdict.NONE && awaitWork()) {
                judge();
                process.waitFor(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stop) {
            process.destroyForcibly();
        }
    }

    private synchronized boolean awaitWork() throws InterruptedException {
        while (waiting == null && !closed) {
            wait();
        }
        return !closed;
    }

    private synchronized void judge() {
        if (waiting == null) {
            return;
        }
        if (waiting.isInterrupted()) {
            verdict = Verdict.INTERRUPTED;
        } else if (System.nanoTime() - begin > isolation.deadline().toNanos()) {
            verdict = Verdict.DEADLINE;
        } else {
            OptionalLong held = read();
            heldBytes = held.orElse(heldBytes);
            if (heldBytes > isolation.memoryBytes()) {
                verdict = Verdict.MEMORY;
            }
        }
        if (verdict != Verdict.NONE) {
            process.destroyForcibly();
        }
    }

    /** Returns the peak memory of the process; empty if the system does not report it. */
    private OptionalLong read() {
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith(PEAK))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst();
        } catch (IOException | NumberFormatException notLinux) {
            return OptionalLong.empty();
        }
    }
}
