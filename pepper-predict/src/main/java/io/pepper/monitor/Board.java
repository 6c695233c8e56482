package io.pepper.monitor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A board with its targets. */
final class Board {
    /** The preferred target; the others supply values that it does not report. */
    final Target target;

    final List<Target> others;

    /** The label that identifies the board, and its value. */
    final String identityLabel;

    final String identity;

    final List<String> notes = new ArrayList<>();
    final List<String> problems = new ArrayList<>();

    /** The labels that distinguish it from other boards with the same identity. */
    final Map<String, String> apart = new TreeMap<>();

    /** The board's unique name. */
    String name = "";

    Board(Target target, List<Target> others, Map.Entry<String, String> identity) {
        this.target = target;
        this.others = List.copyOf(others);
        this.identityLabel = identity.getKey();
        this.identity = identity.getValue();
    }

    List<Target> targets() {
        List<Target> all = new ArrayList<>(List.of(target));
        all.addAll(others);
        return all;
    }

    Set<String> nodeNames() {
        Set<String> names = new TreeSet<>();
        targets().forEach(each -> names.addAll(each.nodeNames));
        return names;
    }

    boolean isMixed() {
        return targets().stream().anyMatch(Target::isMixed);
    }

    /** Returns the identity in Prometheus's label syntax. */
    String shown() {
        if (identityLabel.isEmpty()) {
            return identity;
        }
        Map<String, String> labels = new TreeMap<>(apart);
        labels.put(identityLabel, identity);
        return Target.shown(labels);
    }

    /** Returns all names by which a person may refer to the board. */
    Set<String> aliases() {
        Set<String> aliases = new TreeSet<>(nodeNames());
        aliases.add(name);
        for (Target each : targets()) {
            for (String label : BoardFinder.IDENTITIES) {
                String value = each.labels.get(label);
                if (value != null) {
                    aliases.add(value);
                }
            }
        }
        aliases.add(identity);
        List.copyOf(aliases).forEach(alias -> aliases.add(BoardNames.host(alias)));
        return aliases;
    }
}
