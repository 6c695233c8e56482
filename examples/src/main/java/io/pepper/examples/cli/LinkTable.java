package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.LinkState;
import io.pepper.internal.text.Quantities;
import io.pepper.monitor.LinkMonitor;
import io.pepper.monitor.LinkReading;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The measured links as a table and as JSON.
 *
 * @param readings the links
 * @param problem why they cannot be read; empty if they can
 */
record LinkTable(List<LinkReading> readings, String problem) {
    /** Reads the links, if there is a monitor. Without links, the devices are still worth printing. */
    static LinkTable read(Optional<LinkMonitor> monitor) throws IOException {
        try {
            return new LinkTable(monitor.isPresent() ? monitor.get().readLinks() : List.of(), "");
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException unreadable) {
            return new LinkTable(List.of(), String.valueOf(unreadable.getMessage()));
        }
    }

    void print(PrintWriter out) {
        if (!problem.isEmpty()) {
            out.println("note: links: " + problem);
        }
        if (readings.isEmpty()) {
            return;
        }
        Table table = new Table("link from", "to", "bandwidth", "latency", "age", "failures");
        for (LinkReading reading : readings) {
            LinkState state = reading.state();
            table.row(
                    state.from(),
                    state.to(),
                    state.bytesPerSecond().isPresent()
                            ? Quantities.bytes(state.bytesPerSecond().getAsDouble()) + "/s"
                            : "?",
                    seconds(state.latencySeconds()),
                    seconds(reading.ageSeconds()),
                    reading.failures().isPresent()
                            ? Long.toString(reading.failures().getAsLong())
                            : "-");
        }
        out.println();
        table.print(out);
        readings.forEach(reading -> reading.problems()
                .forEach(problem -> out.println("note: link from "
                        + reading.state().from() + " to " + reading.state().to() + ": " + problem)));
    }

    private static String seconds(OptionalDouble seconds) {
        return seconds.isPresent() ? Quantities.seconds(seconds.getAsDouble()) : "?";
    }

    void addTo(ObjectNode document) {
        ArrayNode links = document.putArray("links");
        for (LinkReading reading : readings) {
            LinkState state = reading.state();
            ObjectNode node = links.addObject().put("from", state.from()).put("to", state.to());
            Json.put(node, "bytesPerSecond", state.bytesPerSecond());
            Json.put(node, "latencySeconds", state.latencySeconds());
            Json.put(node, "ageSeconds", reading.ageSeconds());
            node.put("stale", reading.stale());
            Json.put(node, "failures", reading.failures());
            ArrayNode problems = node.putArray("problems");
            reading.problems().forEach(problems::add);
        }
    }
}
