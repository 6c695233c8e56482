package io.pepper.monitor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A board, by the targets that are of it. */
final class TensorStore {
    /** The one that is believed first; the others fill in what it does not tell. */
    final Target target;

    final List<Target> others;

    /** The label that it is known by, and its value. */
    final String identityLabel;

    final String identity;

    final List<String> notes = new ArrayList<>();
    final List<String> problems = new ArrayList<>();

    /** The labels that tell it from others of its identity. */
    final Map<String, String> apart = new TreeMap<>();

    /** What it is called, unlike any other. */
    String name = "";

    TensorStore(Target target, List<Target> others, Map.Entry<String, String> identity) {
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

    /** What it is known by, as Prometheus writes labels. */
    String shown() {
        if (identityLabel.isEmpty()) {
            return identity;
        }
        Map<String, String> labels = new TreeMap<>(apart);
        labels.put(identityLabel, identity);
        return Target.shown(labels);
    }

    /** What a person may call it. */
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
