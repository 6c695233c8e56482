package io.pepper.monitor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Grouping of targets into boards: no two boards become one, and no board becomes two. */
final class BoardFinder {
    /**
     * The labels that identify a target, in order of preference. A federating Prometheus renames the original label,
     * which counts.
     */
    static final List<String> IDENTITIES =
            List.of("exported_instance", "instance", "node", "nodename", "hostname", "host", "kubernetes_node");

    /**
     * A board that restarts once or twice in ten minutes has up to two resets. Two boards that share their labels have
     * one at every second scrape.
     */
    static final double MAX_RESETS = 2;

    private static final double MAX_SAID = 1e6;

    private final Optional<String> nodeLabel;
    private final double mostAgeSeconds;

    BoardFinder(Optional<String> nodeLabel, double mostAgeSeconds) {
        this.nodeLabel = nodeLabel;
        this.mostAgeSeconds = mostAgeSeconds;
    }

    /**
     * Returns the label that identifies a target and its value. Without such a label, the node's own name or all labels
     * identify it.
     */
    Map.Entry<String, String> identity(Target target) {
        Optional<String> named = nodeLabel.filter(target.labels::containsKey);
        Optional<String> label = named.isPresent()
                ? named
                : IDENTITIES.stream().filter(target.labels::containsKey).findFirst();
        if (label.isPresent()) {
            return Map.entry(label.get(), target.labels.get(label.get()));
        }
        return target.nodeNames.size() == 1
                ? Map.entry("nodename", target.nodeNames.first())
                : Map.entry("", target.toString());
    }

    /** Returns whether any two targets may be one board, so that collecting evidence is worthwhile. */
    boolean isInDoubt(Collection<Target> targets) {
        long identities = targets.stream().map(this::identity).distinct().count();
        long names =
                targets.stream().flatMap(target -> target.nodeNames.stream()).count();
        long distinct = targets.stream()
                .flatMap(target -> target.nodeNames.stream())
                .distinct()
                .count();
        return identities < targets.size() || distinct < names;
    }

    List<Board> find(Collection<Target> targets, Evidence evidence) {
        Map<Map.Entry<String, String>, List<Target>> byIdentity = new LinkedHashMap<>();
        targets.stream().sorted(order()).forEach(target -> byIdentity
                .computeIfAbsent(identity(target), first -> new ArrayList<>())
                .add(target));
        List<List<Target>> boards = new ArrayList<>();
        byIdentity.values().forEach(group -> boards.addAll(boards(group, evidence)));
        return joined(boards, evidence).stream().map(this::board).toList();
    }

    /** Targets with current values come before stale ones, then those with more facts, then alphabetical order. */
    private Comparator<Target> order() {
        return Comparator.<Target, Boolean>comparing(target -> target.gone)
                .thenComparing(target -> target.secondsOld() > mostAgeSeconds)
                .thenComparing(target -> -target.facts.size())
                .thenComparing(Target::toString);
    }

    /** Splits the targets of one identity into boards. */
    private static List<List<Target>> boards(List<Target> group, Evidence evidence) {
        List<List<Target>> boards = new ArrayList<>();
        for (Target target : group) {
            Optional<List<Target>> same = boards.stream()
                    .filter(board -> evidence.isSame(board.get(0), target) || follows(board.get(0), target, evidence))
                    .findFirst();
            same.ifPresentOrElse(board -> board.add(target), () -> boards.add(new ArrayList<>(List.of(target))));
        }
        return boards;
    }

    /**
     * Returns whether a target of the last hour was replaced by a current one, for instance when a pod was replaced.
     */
    private static boolean follows(Target now, Target before, Evidence evidence) {
        return before.gone
                && !before.down
                && !Clocks.isAhead(before.ahead.orElse(0))
                && !now.gone
                && !evidence.isElsewhere(now, before);
    }

    /** Joins boards with different identities and the same node name, if all evidence says that they are one. */
    private static List<List<Target>> joined(List<List<Target>> boards, Evidence evidence) {
        Map<String, List<List<Target>>> byName = new TreeMap<>();
        List<List<Target>> joined = new ArrayList<>();
        for (List<Target> board : boards) {
            Target first = board.get(0);
            if (first.nodeNames.size() != 1) {
                joined.add(board);
                continue;
            }
            List<List<Target>> named = byName.computeIfAbsent(first.nodeNames.first(), any -> new ArrayList<>());
            Optional<List<Target>> same = named.stream()
                    .filter(other ->
                            evidence.isSurelySame(other.get(0), first) || follows(other.get(0), first, evidence))
                    .findFirst();
            if (same.isPresent()) {
                same.get().addAll(board);
            } else {
                named.add(board);
                joined.add(board);
            }
        }
        return joined;
    }

    private Board board(List<Target> targets) {
        Target first = targets.get(0);
        List<Target> others =
                targets.stream().skip(1).filter(target -> !target.gone).toList();
        Board board = new Board(first, others, identity(first));
        if (!others.isEmpty()) {
            board.notes.add("is scraped "
                    + targets.stream().filter(target -> !target.gone).count() + " times: the values are of "
                    + Target.shown(Target.differing(first.labels, others.get(0).labels)) + ", not of "
                    + others.stream()
                            .map(other -> Target.shown(Target.differing(other.labels, first.labels)))
                            .collect(Collectors.joining(", ")));
        }
        if (first.isMixed()) {
            board.problems.add(mixed(first));
        }
        return board;
    }

    private static String mixed(Target target) {
        String labels =
                "share the labels " + target + ", so that Prometheus mixes their series: give each its own instance";
        return target.nodeNames.size() > 1
                ? target.nodeNames.size() + " boards (" + String.join(", ", target.nodeNames) + ") " + labels
                : "its counters went back " + Math.round(Math.min(target.resets, MAX_SAID))
                        + " times in ten minutes: either it restarts again and again, or two boards " + labels;
    }
}
