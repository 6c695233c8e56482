package io.pepper.examples.dashboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.Link;
import io.pepper.cluster.LinkState;
import io.pepper.document.SafeText;
import io.pepper.examples.PlannedLink;
import io.pepper.export.DeploymentPlan;
import io.pepper.monitor.LinkReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The links of a dashboard: measured ones, those of the plan's messages, or both. */
final class LinkFigures {
    private static final int MAX_NAME = 200;
    private static final int MAX_PROBLEMS = 3;

    private LinkFigures() {}

    /** A link with its measured state and with the values of the plan. */
    record Figure(String from, String to, Optional<LinkReading> measured, Optional<Link> planned) {
        void into(ObjectNode node) {
            node.put("from", SafeText.line(from, MAX_NAME));
            node.put("to", SafeText.line(to, MAX_NAME));
            measured.ifPresent(reading -> {
                LinkState state = reading.state();
                reading.ageSeconds().ifPresent(age -> node.put("ageSeconds", age));
                reading.problems().stream().limit(MAX_PROBLEMS).forEach(problem -> node.withArray("problems")
                        .add(SafeText.line(problem, MAX_NAME)));
                state.bytesPerSecond().ifPresent(rate -> node.put("bytesPerSecond", rate));
                state.latencySeconds().ifPresent(seconds -> node.put("latency", seconds));
            });
            planned.filter(link -> Double.isFinite(link.bytesPerSecond())).ifPresent(link -> {
                node.put("plannedBytesPerSecond", link.bytesPerSecond());
                node.put("plannedLatency", link.latencySeconds());
            });
        }
    }

    static List<Figure> of(List<LinkReading> measured, Optional<DeploymentPlan> plan) {
        Map<String, Figure> figures = new TreeMap<>();
        measured.forEach(reading -> figures.put(
                key(reading.state().from(), reading.state().to()),
                new Figure(reading.state().from(), reading.state().to(), Optional.of(reading), Optional.empty())));
        plan.ifPresent(known -> PlannedLink.of(known)
                .forEach(link -> figures.merge(
                        key(link.from(), link.to()),
                        new Figure(link.from(), link.to(), Optional.empty(), Optional.of(link.link())),
                        (one, other) -> new Figure(one.from, one.to, one.measured, other.planned))));
        return new ArrayList<>(figures.values());
    }

    private static String key(String from, String to) {
        return from + "\n" + to;
    }
}
