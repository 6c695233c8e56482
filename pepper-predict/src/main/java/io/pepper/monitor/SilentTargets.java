package io.pepper.monitor;

import io.pepper.monitor.internal.Sample;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Targets that Prometheus reaches, and of which it nevertheless has no node metrics. Prometheus refuses, for instance, all
 * samples whose timestamps are more than ten minutes in the future, and still counts the scrape as a success.
 */
final class SilentTargets {
    static final String QUERY = "up == 1 unless on (job, instance) {__name__=~"
            + "\"(char_)?node_(cpu_seconds_total|uname_info|memory_MemTotal_bytes|device_model)\"}";

    static final String PROBLEM = "Prometheus reaches it and keeps no node metrics of it: their timestamps may be"
            + " more than ten minutes ahead of Prometheus' clock (set the clock of the board, or scrape it with"
            + " honor_timestamps: false), or another program answers there";

    private SilentTargets() {}

    /**
     * Returns the silent targets that are probably boards: those with the job and the port of a board. A job may have
     * targets of other kinds, such as the pods of a Kubernetes cluster.
     *
     * @param silent the answer to {@link #QUERY}
     * @param boards the boards that have metrics
     * @return the problem by host
     */
    static Map<String, String> byHost(List<Sample> silent, List<Board> boards) {
        Set<String> places = new HashSet<>();
        boards.forEach(board -> board.targets().forEach(target -> places.add(place(target.labels))));
        Map<String, String> problems = new TreeMap<>();
        for (Sample sample : silent) {
            String instance = sample.labels().getOrDefault("instance", "");
            if (!instance.isEmpty() && places.contains(place(sample.labels()))) {
                problems.put(BoardNames.host(instance), instance + ": " + PROBLEM);
            }
        }
        return problems;
    }

    private static String place(Map<String, String> labels) {
        String instance = labels.getOrDefault("instance", "");
        return labels.getOrDefault("job", "")
                + '\n'
                + instance.substring(BoardNames.host(instance).length());
    }
}
