package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.internal.text.Quantities;
import io.pepper.measure.internal.Quantiles;
import io.pepper.plan.Placement;
import io.pepper.session.AdaptiveSession;
import io.pepper.session.SessionListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The events of a session that adapts: moves, lost nodes, answers. Thread-safe. */
final class AdaptEvents implements SessionListener {
    private static final int MAX_EVENTS = 1_000;
    private static final int MAX_TIMES = 100_000;
    private static final double P50 = 0.5;
    private static final double P99 = 0.99;
    private static final double NANO = 1e-9;

    private final Consumer<String> out;
    private final List<String> events = new ArrayList<>();
    private final List<Double> seconds = new ArrayList<>();
    private final Map<String, Double> corrections = new TreeMap<>();
    private long begin = System.nanoTime();
    private long end = begin;
    private long answers;
    private long failures;
    private long moves;
    private long next;
    private boolean ordered = true;
    private String placement = "";

    AdaptEvents(Consumer<String> out) {
        this.out = out;
    }

    /** Prints a line and keeps it. */
    synchronized void tell(String line) {
        if (events.size() < MAX_EVENTS) {
            events.add(line);
        }
        out.accept(line);
    }

    private static String shown(Placement placed) {
        return placed.parts().stream()
                .map(part -> "part " + part.index() + " on " + part.device().name())
                .collect(Collectors.joining(", "));
    }

    synchronized void opened(Placement placed) {
        placement = shown(placed);
        begin = System.nanoTime();
        tell("deployed: " + placement + "; predicted "
                + Quantities.seconds(placed.latencySeconds()) + " alone, "
                + Quantities.number(1 / placed.periodSeconds()) + " per second");
    }

    /** Counts an answer or a failure. */
    synchronized void done(long number, long nanos, @Nullable Throwable failed) {
        end = System.nanoTime();
        ordered &= number == next;
        next = number + 1;
        if (failed != null) {
            failures++;
            tell("request " + number + " failed: " + failed.getMessage());
            return;
        }
        answers++;
        if (seconds.size() < MAX_TIMES) {
            seconds.add(nanos * NANO);
        }
    }

    @Override
    public synchronized void moved(Placement placed, long nanos) {
        moves++;
        placement = shown(placed);
        tell("after " + answers + " answers: moved within " + Quantities.seconds(nanos * NANO) + ": " + placement
                + "; predicted " + Quantities.seconds(placed.latencySeconds()) + " alone, "
                + Quantities.number(1 / placed.periodSeconds()) + " per second");
    }

    @Override
    public synchronized void moveFailed(Exception failure) {
        tell("after " + answers + " answers: a move failed: " + failure.getMessage());
    }

    @Override
    public synchronized void nodeLost(String device, String reason) {
        tell("after " + answers + " answers: the node " + device + " was lost: " + reason);
    }

    /** Notes the corrections of the predictions at the end, and prints the summary. */
    synchronized void ended(AdaptiveSession session, List<String> devices) {
        devices.forEach(device -> corrections.put(device, session.correction(device)));
        tell(String.format(
                Locale.ROOT,
                "%d answers%s, %s, %d %s; median %s, 99 %% within %s; %s per second",
                answers,
                ordered ? " in order" : " OUT OF ORDER",
                failures == 0 ? "none lost" : failures + " FAILED",
                moves,
                moves == 1 ? "move" : "moves",
                at(P50),
                at(P99),
                Quantities.number(perSecond())));
        tell("measured times relative to predicted ones: "
                + corrections.entrySet().stream()
                        .map(each -> each.getKey() + " " + String.format(Locale.ROOT, "%.2f", each.getValue()))
                        .collect(Collectors.joining(", ")));
    }

    private String at(double share) {
        return seconds.isEmpty() ? "-" : Quantities.seconds(quantiles().at(share));
    }

    private Quantiles quantiles() {
        return Quantiles.of(seconds.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private double perSecond() {
        return answers / Math.max(NANO, (end - begin) * NANO);
    }

    synchronized long failures() {
        return failures;
    }

    synchronized ObjectNode json() {
        ObjectNode document = Json.object();
        document.put("answers", answers).put("failures", failures).put("ordered", ordered);
        document.put("moves", moves).put("placement", placement);
        ObjectNode latency = document.putObject("latencySeconds");
        Json.put(latency, "p50", seconds.isEmpty() ? Double.NaN : quantiles().at(P50));
        Json.put(latency, "p99", seconds.isEmpty() ? Double.NaN : quantiles().at(P99));
        Json.put(document, "throughputPerSecond", perSecond());
        ObjectNode factors = document.putObject("corrections");
        corrections.forEach((device, factor) -> Json.put(factors, device, factor));
        ArrayNode lines = document.putArray("events");
        events.forEach(lines::add);
        return document;
    }
}
