package io.pepper.examples.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.pepper.plan.Placement;
import io.pepper.session.ModelSession;
import io.pepper.session.SessionListener;
import io.pepper.session.StageException;
import io.pepper.session.StageMetrics;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * A binding of session events to Micrometer, to copy into applications that use Micrometer. Thread-safe.
 *
 * <p>Events: timers {@code pepper.stage} and {@code pepper.stage.wait} by {@code stage}, {@code pepper.request}; counters
 * {@code pepper.stage.failures} by {@code stage} and {@code kind}, {@code pepper.request.failures} by {@code fallback}, {@code pepper.moves} by
 * {@code outcome}, {@code pepper.differences}. {@link #bind} adds gauges {@code pepper.stage.queued} by {@code stage}.
 *
 * <pre>{@code
 * SessionOptions options = SessionOptions.DEFAULTS.withListener(SessionMeters.listener(registry, "model", "resnet"));
 * }</pre>
 */
public final class SessionMeters implements SessionListener {
    private static final String STAGE = "stage";

    private final MeterRegistry registry;
    private final Tags tags;

    private SessionMeters(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
    }

    /**
     * Returns a listener that counts and times events.
     *
     * @param registry the registry of the meters
     * @param tags alternating keys and values, added to all meters
     * @return the listener
     */
    public static SessionListener listener(MeterRegistry registry, String... tags) {
        return new SessionMeters(registry, Tags.of(tags));
    }

    /**
     * Observes a session's queues and busy times until the session is collected.
     *
     * @param registry the registry of the meters
     * @param session the session; only a weak reference is kept
     * @param tags alternating keys and values, added to all meters
     */
    public static void bind(MeterRegistry registry, ModelSession session, String... tags) {
        List<StageMetrics> stages = session.metrics();
        for (int i = 0; i < stages.size(); i++) {
            int place = i;
            Tags all = Tags.of(tags).and(Tag.of(STAGE, stages.get(i).stage()));
            ToDoubleFunction<ModelSession> queued = of -> at(of, place, StageMetrics::queued);
            Gauge.builder("pepper.stage.queued", session, queued).tags(all).register(registry);
            ToDoubleFunction<ModelSession> busy = of -> at(of, place, StageMetrics::busySeconds);
            FunctionCounter.builder("pepper.stage.busy", session, busy)
                    .baseUnit("seconds")
                    .tags(all)
                    .register(registry);
        }
    }

    private static double at(ModelSession session, int place, ToDoubleFunction<StageMetrics> what) {
        List<StageMetrics> stages = session.metrics();
        return place < stages.size() ? what.applyAsDouble(stages.get(place)) : Double.NaN;
    }

    @Override
    public void stageRan(String stage, long busyNanos, long waitedNanos) {
        Tags all = tags.and(STAGE, stage);
        Timer.builder("pepper.stage").tags(all).register(registry).record(busyNanos, TimeUnit.NANOSECONDS);
        Timer.builder("pepper.stage.wait").tags(all).register(registry).record(waitedNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void stageFailed(StageException failure) {
        count(
                "pepper.stage.failures",
                STAGE,
                failure.stage(),
                "kind",
                failure.kind().name());
    }

    @Override
    public void answered(long nanos) {
        Timer.builder("pepper.request").tags(tags).register(registry).record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void failed(Exception failure, boolean fallback) {
        count("pepper.request.failures", "fallback", String.valueOf(fallback));
    }

    @Override
    public void moved(Placement placement, long nanos) {
        count("pepper.moves", "outcome", "moved");
    }

    @Override
    public void moveFailed(Exception failure) {
        count("pepper.moves", "outcome", "stayed");
    }

    @Override
    public void differed(String what) {
        count("pepper.differences");
    }

    private void count(String name, String... more) {
        Counter.builder(name).tags(tags.and(more)).register(registry).increment();
    }
}
