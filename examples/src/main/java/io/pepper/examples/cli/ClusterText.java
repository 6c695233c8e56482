package io.pepper.examples.cli;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.LinkState;
import io.pepper.document.SafeText;
import io.pepper.internal.text.Quantities;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.LinkReading;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The text of a cluster file with what is known of devices and links. What is unknown is a comment for people to fill in.
 * Used once.
 */
final class ClusterText {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");
    private static final Set<String> WORDS =
            Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan");
    private static final MathContext DIGITS = new MathContext(4);
    private static final double IDLE_PERCENT = 5;
    private static final int MAX_PAIRS = 30;
    private static final int MAX_COMMENT = 500;

    private final StringBuilder text = new StringBuilder(1000);
    private final List<DeviceReading> devices = new ArrayList<>();
    private final List<DeviceReading> unknown = new ArrayList<>();
    private final Map<String, String> byAgent = new HashMap<>();
    private int links;

    /** Sorts the readings into devices of which something is known, and others. */
    ClusterText(Map<String, DeviceReading> readings) {
        Map<String, Integer> claims = new HashMap<>();
        readings.forEach((name, reading) -> {
            (reading.isKnown() && !reading.ambiguous() ? devices : unknown)
                    .add(reading.withState(named(reading, name)));
            claims.merge(agentName(reading), 1, Integer::sum);
        });
        devices.stream()
                .filter(reading -> claims.getOrDefault(agentName(reading), 0) == 1)
                .forEach(reading ->
                        byAgent.put(agentName(reading), reading.state().device()));
    }

    private static DeviceState named(DeviceReading reading, String name) {
        return reading.state().toBuilder().device(name).build();
    }

    /** Returns the name that an agent uses for its device. */
    private static String agentName(DeviceReading reading) {
        return reading.labels().getOrDefault("name", reading.state().device());
    }

    int devices() {
        return devices.size();
    }

    int links() {
        return links;
    }

    /**
     * Returns the text.
     *
     * @param source the origin of the readings, for people
     * @param group the label by whose values the devices are grouped
     * @param measured the links
     * @param now the time of the readings
     */
    String write(String source, Optional<String> group, List<LinkReading> measured, Instant now) {
        comment("", "Written by pepper cluster from " + source + " at " + now + ".");
        comment("", "Figures are as they were read then. What is unknown is a comment: fill it in, or leave it out.");
        line("devices:");
        Map<String, List<DeviceReading>> groups = new TreeMap<>();
        devices.forEach(reading -> groups.computeIfAbsent(
                        group.map(label -> reading.labels().getOrDefault(label, ""))
                                .orElse(""),
                        first -> new ArrayList<>())
                .add(reading));
        groups.forEach((value, members) -> {
            group.ifPresent(label ->
                    comment("  ", label + ": " + (value.isEmpty() ? "none" : value) + " (" + members.size() + ")"));
            members.forEach(this::device);
        });
        unknown.forEach(reading ->
                comment("  ", reading.state().device() + " is left out: " + String.join("; ", reading.problems())));
        links(measured);
        comment("", "source: the device where the inputs of the model arise; without it, every device has them");
        comment("", "sink: the device that needs the outputs; without it, they stay where they are computed");
        return text.toString();
    }

    private void device(DeviceReading reading) {
        DeviceState state = reading.state();
        line("  " + quoted(state.device()) + ":");
        field("kind", state.model().map(ClusterText::quoted), "such as Raspberry Pi 4 Model B");
        field(
                "instructionSet",
                state.platform().instructionSet().map(ClusterText::quoted),
                "as uname -m prints it, such as aarch64");
        if (state.memoryTotalBytes().isPresent()) {
            long bytes = state.memoryTotalBytes().getAsLong();
            line("    memoryBytes: " + bytes + " # all " + Quantities.bytes(bytes)
                    + " of it; the system and other programs need a part");
        } else {
            unknown("memoryBytes", "without it, the memory is not limited");
        }
        field(
                "cores",
                state.cores().stream()
                        .mapToObj(cores -> Integer.toString((int) Math.ceil(cores)))
                        .findFirst(),
                "the number of processor cores");
        power(state);
        predictor(state);
    }

    /** Writes the predictor of this kind. A predictor of any machine of the same instruction set is only proposed. */
    private void predictor(DeviceState state) {
        Optional<String> predictor = state.model().flatMap(Starters::nameFor);
        if (predictor.isPresent()) {
            field("predictor", predictor.map(ClusterText::quoted), "");
            return;
        }
        Optional<String> similar = state.platform().instructionSet().flatMap(Starters::nameFor);
        if (similar.isPresent()) {
            line("    # predictor: " + quoted(similar.get())
                    + " # of one machine with this instruction set: a guess, until you make one with pepper calibrate");
        } else {
            unknown("predictor", "none comes with the library for this kind; make one with pepper calibrate");
        }
        unknown("timeFactor", "its times relative to those of another device's predictor");
    }

    /** Writes the power of an idle device as such. The power of a busy one is that of its present load alone. */
    private void power(DeviceState state) {
        double load = state.cpuLoadPercent().orElse(Double.NaN);
        if (state.powerWatts().isPresent()) {
            String watts = rounded(state.powerWatts().getAsDouble());
            String at = Double.isNaN(load) ? "at an unknown CPU load" : "at " + rounded(load) + " % of CPU load";
            if (load <= IDLE_PERCENT) {
                line("    idleWatts: " + watts + " # measured " + at);
                unknown("busyWatts", "the power while a part runs; planning by energy needs it");
                return;
            }
            comment("    ", "power: " + watts + " W were measured " + at);
        }
        unknown("idleWatts", "the power when idle");
        unknown("busyWatts", "the power while a part runs; planning by energy needs it");
    }

    private void links(List<LinkReading> measured) {
        List<String> names =
                devices.stream().map(reading -> reading.state().device()).toList();
        Set<List<String>> known = new HashSet<>();
        List<String> remarks = new ArrayList<>();
        for (LinkReading reading : measured) {
            LinkState state = reading.state();
            String from = byAgent.getOrDefault(state.from(), state.from());
            String to = byAgent.getOrDefault(state.to(), state.to());
            boolean isThere = names.contains(from) && names.contains(to) && !from.equals(to);
            if (isThere && state.bytesPerSecond().isPresent() && known.add(List.of(from, to))) {
                if (links++ == 0) {
                    line("links:");
                }
                line("  - {from: " + quoted(from) + ", to: " + quoted(to) + ", bytesPerSecond: "
                        + rounded(state.bytesPerSecond().getAsDouble())
                        + (state.latencySeconds().isPresent()
                                ? ", latencySeconds: "
                                        + rounded(state.latencySeconds().getAsDouble())
                                : "")
                        + "}" + age(reading));
            } else {
                remarks.add("link from " + from + " to " + to + ": "
                        + (isThere ? String.join("; ", reading.problems()) : "both are not devices of this file"));
            }
        }
        remarks.forEach(remark -> comment("  ", remark));
        missing(names, known);
    }

    private static String age(LinkReading reading) {
        return reading.ageSeconds().isPresent()
                ? " # measured " + Quantities.seconds(reading.ageSeconds().getAsDouble()) + " before"
                : "";
    }

    private void missing(List<String> names, Set<List<String>> known) {
        List<String> pairs = new ArrayList<>();
        for (String from : names) {
            for (String to : names) {
                if (!from.equals(to) && !known.contains(List.of(from, to))) {
                    pairs.add("- {from: " + quoted(from) + ", to: " + quoted(to)
                            + ", bytesPerSecond: ?, latencySeconds: ?}");
                }
            }
        }
        if (pairs.isEmpty()) {
            return;
        }
        comment(
                "",
                pairs.size()
                        + " links were not measured (pepper agent --link), and these devices cannot reach each other"
                        + " until you add their links, or a defaultLink:");
        if (links == 0) {
            comment("", "links:");
        }
        pairs.stream().limit(MAX_PAIRS).forEach(pair -> comment("  ", pair));
        if (pairs.size() > MAX_PAIRS) {
            comment("  ", "and " + (pairs.size() - MAX_PAIRS) + " more");
        }
    }

    private void field(String name, Optional<String> value, String meaning) {
        if (value.isPresent()) {
            line("    " + name + ": " + value.get());
        } else {
            unknown(name, meaning);
        }
    }

    private void unknown(String name, String meaning) {
        comment("    ", name + ": unknown (" + meaning + ")");
    }

    private void comment(String indent, String words) {
        line(indent + "# " + SafeText.line(words, MAX_COMMENT));
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private static String rounded(double value) {
        return new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString();
    }

    /** Returns a name as YAML reads it, whatever its characters. */
    static String quoted(String name) {
        if (PLAIN.matcher(name).matches() && !WORDS.contains(name.toLowerCase(Locale.ROOT))) {
            return name;
        }
        StringBuilder quoted = new StringBuilder("\"");
        name.chars().forEach(letter -> {
            if (letter == '"' || letter == '\\') {
                quoted.append('\\').append((char) letter);
            } else if (letter < ' ' || letter > '~') {
                quoted.append(String.format("\\u%04x", letter));
            } else {
                quoted.append((char) letter);
            }
        });
        return quoted.append('"').toString();
    }
}
