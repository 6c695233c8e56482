package io.pepper.onnx.internal.isolate;

import io.pepper.model.Isolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a child that goes beyond a limit: a thread of its own that looks every few milliseconds while somebody waits for an answer.
 * Thread-safe.
 */
final class Watch {
    private static final long INTERVAL_MILLIS = 5;
    private static final String PEAK = "VmHWM:";

    private final Process process;
    private final Isolation isolation;
    private final Path status;

    /** Who waits for an answer; null while nobody does. */
    private @Nullable Thread waiting;

    private long begin;
    private boolean closed;
    private volatile Verdict verdict = Verdict.NONE;
    private volatile long heldBytes;

    /** Why a child was ended. */
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

    /** Begins to watch for the calling thread, from the given time on. */
    synchronized void begin(long nanoTime) {
        waiting = Thread.currentThread();
        begin = nanoTime;
        notifyAll();
    }

    /** Ends to watch until the next question. */
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

    /** The memory that the child held when it was looked at last. */
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

    /** The most that the process held since it began; nothing where the system does not tell. */
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
