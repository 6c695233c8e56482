package io.pepper.session;

import io.pepper.session.internal.LatencyCounts;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The metrics of a stage, and the notifications of its listener. Thread-safe. */
final class StageMeter {
    private static final Logger LOG = LoggerFactory.getLogger(StageMeter.class);
    private static final double NANO = 1e-9;
    private static final double P50 = 0.5;
    private static final double P90 = 0.9;
    private static final double P99 = 0.99;

    private final String stage;
    private final SessionListener listener;
    private final LatencyCounts times = new LatencyCounts();
    private final LongAdder calls = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder busy = new LongAdder();
    private final LongAdder waiting = new LongAdder();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicInteger maxQueued = new AtomicInteger();

    StageMeter(String stage, SessionListener listener) {
        this.stage = stage;
        this.listener = listener;
    }

    void queued() {
        int now = queued.incrementAndGet();
        maxQueued.accumulateAndGet(now, Math::max);
    }

    void taken() {
        queued.decrementAndGet();
    }

    void ran(long busyNanos, long waitedNanos) {
        times.add(busyNanos);
        calls.increment();
        busy.add(busyNanos);
        waiting.add(waitedNanos);
        notifyListener(() -> listener.stageRan(stage, busyNanos, waitedNanos));
    }

    void failed(StageException failure) {
        failures.increment();
        LOG.debug("{} failed: {}", stage, failure.toString());
        notifyListener(() -> listener.stageFailed(failure));
    }

    /** Calls a listener, whose exceptions must not affect the work. */
    static void notifyListener(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException | Error thrown) {
            LOG.warn("a listener failed", thrown);
        }
    }

    StageMetrics metrics() {
        long[] now = times.snapshot();
        return new StageMetrics(
                stage,
                calls.sum(),
                failures.sum(),
                busy.sum() * NANO,
                waiting.sum() * NANO,
                queued.get(),
                maxQueued.get(),
                LatencyCounts.quantile(P50, now) * NANO,
                LatencyCounts.quantile(P90, now) * NANO,
                LatencyCounts.quantile(P99, now) * NANO);
    }
}
