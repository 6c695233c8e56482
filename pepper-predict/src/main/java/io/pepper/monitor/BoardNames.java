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

/** Gives each board a name that no other board can be meant by, as short as that allows. */
final class BoardNames {
    private static final Pattern PORT = Pattern.compile(":\\d+$");
    private static final Pattern IPV4 = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*");

    /** A container that is not told another gets its own number for a name. */
    private static final Pattern CONTAINER = Pattern.compile("[0-9a-f]{12}|[0-9a-f]{64}");

    /** Labels that people tell boards apart by, before all others. */
    private static final List<String> FIRST = List.of(
            "cluster", "site", "location", "region", "zone", "datacenter", "namespace", "instance", "node", "job");

    private final Map<String, String> given;
    private final boolean labelIsNamed;

    /**
     * Prepares.
     *
     * @param given names by instance, or by whatever else a board is known by
     * @param labelIsNamed whether the user chose the label that boards are known by
     */
    BoardNames(Map<String, String> given, boolean labelIsNamed) {
        this.given = given;
        this.labelIsNamed = labelIsNamed;
    }

    void name(Collection<TensorStore> boards) {
        nameByThemselves(boards, Set.of());
        Map<TensorStore, String> chosen = new LinkedHashMap<>();
        given.forEach((key, name) -> choose(key, name, boards).ifPresent(board -> chosen.put(board, name)));
        if (!chosen.isEmpty()) {
            nameByThemselves(boards, Set.copyOf(chosen.values()));
            chosen.forEach((board, name) -> board.name = name);
        }
    }

    /** The board that the user names: by its instance, by what else it is known by, or by the name that it would have. */
    private static Optional<TensorStore> choose(String key, String name, Collection<TensorStore> boards) {
        List<TensorStore> meant = boards.stream()
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

    private void nameByThemselves(Collection<TensorStore> boards, Set<String> taken) {
        Map<String, Integer> claims = new HashMap<>();
        taken.forEach(name -> claims.put(folded(name), 2));
        for (TensorStore board : boards) {
            candidates(board).stream()
                    .map(BoardNames::folded)
                    .distinct()
                    .forEach(name -> claims.merge(name, 1, Integer::sum));
        }
        Map<String, List<TensorStore>> byIdentity =
                boards.stream().collect(Collectors.groupingBy(board -> board.identity));
        Set<String> used = new HashSet<>();
        taken.forEach(name -> used.add(folded(name)));
        for (TensorStore board : boards) {
            board.name = candidates(board).stream()
                    .filter(name -> claims.getOrDefault(folded(name), 0) == 1)
                    .findFirst()
                    .orElseGet(() -> apart(board, byIdentity.getOrDefault(board.identity, List.of())));
            if (!used.add(folded(board.name))) {
                board.name = board.identity + "@" + board.target;
            }
        }
    }

    /** Host names are the same in capitals. */
    static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** The best first. An address says less than the name that the node gives itself, a label that people chose more. */
    private List<String> candidates(TensorStore board) {
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

    /** An address without its port. */
    static String host(String address) {
        return IPV6.matcher(address).matches() ? address : PORT.matcher(address).replaceFirst("");
    }

    /** With the values of as few labels as tell the boards of one identity apart. */
    private static String apart(TensorStore board, List<TensorStore> alike) {
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

    private static String values(TensorStore board, List<String> labels) {
        return labels.stream()
                .map(label -> board.target.labels.getOrDefault(label, "-"))
                .collect(Collectors.joining(","));
    }
}
