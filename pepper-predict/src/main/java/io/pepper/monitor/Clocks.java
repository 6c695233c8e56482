package io.pepper.monitor;

import io.pepper.monitor.internal.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How far the newest sample of each board is from Prometheus' clock, in seconds: above 0 where the board's clock is ahead, below 0 where
 * nothing came since. An instant query sees neither.
 *
 * @param systems samples of {@code node_uname_info}
 * @param plain samples that have the labels of their target and no others
 * @param agents samples of the characterization agent
 */
record Clocks(List<Sample> systems, List<Sample> plain, List<Sample> agents) {
    static final Clocks NONE = new Clocks(List.of(), List.of(), List.of());

    /** Prometheus' own time. */
    static final String NOW = "vector(time())";

    /** Every time zone is less ahead than that. */
    static final double MOST_AHEAD_SECONDS = 15 * 3600.0;

    /** When the newest samples are of, if it is asked at the latest time: from an hour ago on. */
    static final String NEWEST = "max_over_time((timestamp(node_uname_info) or timestamp(node_memory_MemTotal_bytes)"
            + " or timestamp(char_node_device_model))[16h:2m])";

    /** Less is the way that samples take, or too little to matter. */
    private static final double LEAST_AHEAD_SECONDS = 5;

    Clocks {
        systems = List.copyOf(systems);
        plain = List.copyOf(plain);
        agents = List.copyOf(agents);
    }

    /** Sorts the answer, whose values are Unix times. */
    static Clocks of(List<Sample> newest, double now) {
        List<Sample> systems = new ArrayList<>();
        List<Sample> plain = new ArrayList<>();
        List<Sample> agents = new ArrayList<>();
        for (Sample each : newest) {
            double ahead = each.value() - now;
            if (Math.abs(ahead) <= MOST_AHEAD_SECONDS) {
                boolean isAgent = each.labels().containsKey(PrometheusReading.AGENT);
                (isAgent ? agents : Targets.isSystem(each) ? systems : plain).add(new Sample(each.labels(), ahead));
            }
        }
        return new Clocks(systems, plain, agents);
    }

    static boolean isAhead(double seconds) {
        return seconds >= LEAST_AHEAD_SECONDS;
    }

    /** Why nothing is told of now, and what to do. */
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

    /** What values are worth that were scraped long before the time that they say. */
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
