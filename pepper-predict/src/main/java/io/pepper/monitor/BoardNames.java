package io.pepper.monitor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Unique names of boards, as short as possible. */
final class BoardNames {
    private static final Pattern PORT = Pattern.compile(":\\d+(/.*)?$");
    private static final Pattern IPV4 = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*");

    /** The default host name of a container is its id. */
    private static final Pattern CONTAINER = Pattern.compile("[0-9a-f]{12}|[0-9a-f]{64}");

    /** The labels by which people distinguish boards, tried before all others. */
    private static final List<String> FIRST = List.of(
            "cluster", "site", "location", "region", "zone", "datacenter", "namespace", "instance", "node", "job");

    private final Map<String, String> given;
    private final boolean labelIsNamed;

    /**
     * Creates the namer.
     *
     * @param given names by instance, or by another identity of a board
     * @param labelIsNamed whether the user chose the label that identifies boards
     */
    BoardNames(Map<String, String> given, boolean labelIsNamed) {
        this.given = given;
        this.labelIsNamed = labelIsNamed;
    }

    void name(Collection<Board> boards) {
        nameByOwnLabels(boards, Set.of());
        Map<Board, String> chosen = new LinkedHashMap<>();
        given.forEach((key, name) -> choose(key, name, boards).ifPresent(board -> chosen.put(board, name)));
        if (!chosen.isEmpty()) {
            nameByOwnLabels(boards, Set.copyOf(chosen.values()));
            chosen.forEach((board, name) -> board.name = name);
        }
    }

    /**
     * Returns the board that the user names: by its instance, its identity, or the name that it would otherwise have.
     */
    private static Optional<Board> choose(String key, String name, Collection<Board> boards) {
        List<Board> meant = boards.stream()
                .filter(board -> key.equals(board.identity)
                        || key.equals(board.name)
                        || board.targets().stream().anyMatch(target -> key.equals(target.labels.get("instance"))))
                .toList();
        if (meant.size() > 1) {
            String names = meant.stream().map(board -> board.name).collect(Collectors.joining(", "));
            meant.forEach(board -> board.problems.add("'" + key + "' is " + meant.size()
                    + " boards, so that none is called '" + name + "': name one of " + names));
        }
        return meant.size() == 1 ? Optional.of(meant.get(0)) : Optional.empty();
    }

    private void nameByOwnLabels(Collection<Board> boards, Set<String> taken) {
        Map<String, Integer> claims = new HashMap<>();
        taken.forEach(name -> claims.put(folded(name), 2));
        for (Board board : boards) {
            candidates(board).stream()
                    .map(BoardNames::folded)
                    .distinct()
                    .forEach(name -> claims.merge(name, 1, Integer::sum));
        }
        Map<String, List<Board>> byIdentity = boards.stream().collect(Collectors.groupingBy(board -> board.identity));
        Set<String> used = new HashSet<>();
        taken.forEach(name -> used.add(folded(name)));
        for (Board board : boards) {
            board.name = candidates(board).stream()
                    .filter(name -> claims.getOrDefault(folded(name), 0) == 1)
                    .findFirst()
                    .orElseGet(() -> apart(board, byIdentity.getOrDefault(board.identity, List.of())));
            if (!used.add(folded(board.name))) {
                board.name = board.identity + "@" + board.target;
            }
        }
    }

    /** Host names are case-insensitive. */
    static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the possible names of a board, the best first. The node's own name is better than an address; a label
     * that people chose is better than both.
     */
    private List<String> candidates(Board board) {
        Set<String> names = new LinkedHashSet<>();
        boolean isAddress = PORT.matcher(board.identity).find()
                || IPV4.matcher(board.identity).matches()
                || IPV6.matcher(board.identity).matches();
        if (isAddress && !labelIsNamed && !board.isMixed()) {
            board.nodeNames().stream()
                    .filter(name -> !CONTAINER.matcher(name).matches())
                    .forEach(names::add);
        }
        if (!labelIsNamed) {
            names.add(host(board.identity));
        }
        names.add(board.identity);
        return new ArrayList<>(names);
    }

    /** Removes the port from an address. */
    static String host(String address) {
        return IPV6.matcher(address).matches() ? address : PORT.matcher(address).replaceFirst("");
    }

    /** Returns the identity with the values of the fewest labels that distinguish the boards of this identity. */
    private static String apart(Board board, List<Board> alike) {
        Set<String> labels = new LinkedHashSet<>(FIRST);
        alike.forEach(each -> labels.addAll(new TreeSet<>(each.target.labels.keySet())));
        List<String> chosen = new ArrayList<>();
        long apart = 1;
        for (String label : labels) {
            chosen.add(label);
            long now =
                    alike.stream().map(each -> values(each, chosen)).distinct().count();
            if (now == apart) {
                chosen.remove(label);
            }
            apart = now;
        }
        chosen.stream()
                .filter(board.target.labels::containsKey)
                .forEach(label -> board.apart.put(label, board.target.labels.get(label)));
        return chosen.isEmpty() ? board.identity : board.identity + "@" + values(board, chosen);
    }

    private static String values(Board board, List<String> labels) {
        return labels.stream()
                .map(label -> board.target.labels.getOrDefault(label, "-"))
                .collect(Collectors.joining(","));
    }
}
