package io.pepper.examples.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.document.SafeText;
import io.pepper.examples.DeployedPart;
import io.pepper.export.DeploymentPlan;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.LinkReading;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of a dashboard: it reads the source and makes one JSON text for all pages. If the source fails, the text
 * has the values of the last answer with their times, and the reason. {@link #read} is for one thread; the other
 * methods are thread-safe.
 */
final class BoardWatch {
    private static final Logger LOG = LoggerFactory.getLogger(BoardWatch.class);
    private static final int MAX_TEXT = 600;
    private static final int MAX_LINKS = 2_000;

    private final DashboardSource source;
    private final Optional<DeploymentPlan> plan;
    private final DashboardOptions options;
    private final Clock clock;
    private final BoardMemory boards = new BoardMemory();
    private List<LinkReading> links = List.of();
    private Map<String, Double> stages = Map.of();
    private List<DeployedPart> parts = List.of();
    private Instant answered;
    private Optional<String> failure = Optional.empty();
    private Optional<String> partial = Optional.empty();

    private long number;
    private @Nullable String newest;
    private boolean closed;

    BoardWatch(DashboardSource source, Optional<DeploymentPlan> plan, DashboardOptions options, Clock clock) {
        this.source = source;
        this.plan = plan;
        this.options = options;
        this.clock = clock;
        this.answered = clock.instant();
    }

    /** A text with its number, which grows. */
    record Event(long number, String json) {}

    /** Reads the source until the thread is interrupted. */
    void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                read();
                Thread.sleep(options.every().toMillis());
            }
        } catch (InterruptedIOException | InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads the source once, and publishes the result. */
    void read() throws InterruptedIOException {
        try {
            Map<String, DeviceReading> readings = source.boards();
            answered = clock.instant();
            failure = Optional.empty();
            boards.update(readings, answered);
            readRest();
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException unusable) {
            failure = Optional.of(SafeText.line(String.valueOf(unusable.getMessage()), MAX_TEXT));
        } catch (RuntimeException fault) {
            LOG.error("the boards cannot be read", fault);
            failure = Optional.of("the dashboard failed; its log has the details");
        }
        publish(describe().toString());
    }

    /** Reads what only some sources have: its failure leaves the boards as they are. */
    private void readRest() throws InterruptedIOException {
        partial = Optional.empty();
        links = List.of();
        stages = Map.of();
        parts = List.of();
        try {
            parts = source.parts();
            links = source.links();
            stages = source.stageSeconds();
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException unusable) {
            partial = Optional.of(SafeText.line(String.valueOf(unusable.getMessage()), MAX_TEXT));
        }
    }

    private ObjectNode describe() {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        state.put("now", clock.millis());
        state.put("late", options.late().toMillis());
        state.put("gone", options.gone().toMillis());
        state.put("every", options.every().toMillis());
        ObjectNode from = state.putObject("source");
        from.put("name", SafeText.line(source.name(), MAX_TEXT));
        from.put("answered", answered.toEpochMilli());
        failure.ifPresent(why -> from.put("failure", why));
        partial.ifPresent(why -> from.put("partial", why));
        boards.into(state.putArray("boards"));
        state.put("omitted", boards.omitted());
        ArrayNode described = state.putArray("links");
        LinkFigures.of(links, plan).stream().limit(MAX_LINKS).forEach(link -> link.into(described.addObject()));
        ServedFigures.into(state.putArray("served"), parts);
        plan.ifPresent(of -> PlanFigures.into(state.putObject("plan"), of, stages));
        return state;
    }

    private synchronized void publish(String json) {
        number++;
        newest = json;
        notifyAll();
    }

    /**
     * Waits for a text that is newer than a known one.
     *
     * @param known the number of the known text; 0 for none
     * @param most the longest wait
     * @return the newest text; empty if there is none in time
     */
    synchronized Optional<Event> newer(long known, Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        while (!closed && number <= known) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return Optional.empty();
            }
            wait(left);
        }
        String json = newest;
        return closed || json == null ? Optional.empty() : Optional.of(new Event(number, json));
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Ends all waits. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
