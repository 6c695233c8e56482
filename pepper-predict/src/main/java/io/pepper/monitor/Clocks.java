package io.pepper.monitor;

import io.pepper.monitor.internal.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The offsets of the boards' clocks: the time of each board's newest sample minus Prometheus' time, in seconds. It is
 * positive if the board's clock is ahead, and negative if no newer sample has come. An instant query shows neither.
 *
 * @param systems samples of {@code node_uname_info}
 * @param plain samples that have exactly the labels of their target
 * @param agents samples of the characterization agent
 */
record Clocks(List<Sample> systems, List<Sample> plain, List<Sample> agents) {
    static final Clocks NONE = new Clocks(List.of(), List.of(), List.of());

    /** The query for Prometheus' own time. */
    static final String NOW = "vector(time())";

    /** No time zone is further ahead. */
    static final double MAX_AHEAD_SECONDS = 15 * 3600.0;

    /**
     * The query for the times of the newest samples. Asked for the latest accepted time, it covers the samples from an
     * hour ago on.
     */
    static final String NEWEST = "max_over_time((timestamp(node_uname_info) or timestamp(node_memory_MemTotal_bytes)"
            + " or timestamp(char_node_device_model))[16h:2m])";

    /** A smaller offset is transmission time, or too small to matter. */
    private static final double MIN_AHEAD_SECONDS = 5;

    Clocks {
        systems = List.copyOf(systems);
        plain = List.copyOf(plain);
        agents = List.copyOf(agents);
    }

    /** Sorts the samples of the answer, whose values are Unix times. */
    static Clocks of(List<Sample> newest, double now) {
        List<Sample> systems = new ArrayList<>();
        List<Sample> plain = new ArrayList<>();
        List<Sample> agents = new ArrayList<>();
        for (Sample each : newest) {
            double ahead = each.value() - now;
            if (Math.abs(ahead) <= MAX_AHEAD_SECONDS) {
                boolean isAgent = each.labels().containsKey(PrometheusReading.AGENT);
                (isAgent ? agents : Targets.isSystem(each) ? systems : plain).add(new Sample(each.labels(), ahead));
            }
        }
        return new Clocks(systems, plain, agents);
    }

    static boolean isAhead(double seconds) {
        return seconds >= MIN_AHEAD_SECONDS;
    }

    /** Returns why there are no current values, with advice. */
    static String problem(double seconds) {
        if (isAhead(seconds)) {
            return "the clock of its samples is " + Math.round(seconds) + " seconds ahead of Prometheus' clock, so that"
                    + " nothing is told of now: set the clock of the board (or of the Prometheus that is federated),"
                    + " or have honor_timestamps: false in the scrape configuration";
        }
        return String.format(
                Locale.ROOT,
                "its newest sample is %.0f seconds old: either it is not scraped any more, or the clock of its samples is behind",
                Math.max(0, -seconds));
    }

    /** Returns a note on values that were scraped before the time that they state. */
    static String note(double seconds) {
        return about(seconds) + " so that the values are as old: set the clock of the board";
    }

    static String tooOld(double seconds) {
        return about(seconds) + " so that what is told of now is as old, and not taken: set the clock of the board";
    }

    private static String about(double seconds) {
        return "the clock of its samples is about " + Math.round(seconds) + " seconds ahead of Prometheus' clock,";
    }
}
