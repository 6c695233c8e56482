package io.pepper.plan;

import io.pepper.cluster.LinkState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The state of each link over time. Immutable. */
final class LinkChanges {
    /** By sender and receiver, the state from a time on. */
    private final Map<List<String>, TreeMap<Double, LinkState>> states = new HashMap<>();

    /** Combines changes: a value that a change does not have stays as it was. Of two at the same time, the later counts. */
    LinkChanges(List<PlanSimulator.Trace.LinkChange> changes) {
        List<PlanSimulator.Trace.LinkChange> ordered = new ArrayList<>(changes);
        ordered.sort(Comparator.comparingDouble(PlanSimulator.Trace.LinkChange::atSeconds));
        for (PlanSimulator.Trace.LinkChange change : ordered) {
            LinkState state = change.link();
            TreeMap<Double, LinkState> known =
                    states.computeIfAbsent(List.of(state.from(), state.to()), first -> new TreeMap<>());
            Map.Entry<Double, LinkState> last = known.lastEntry();
            known.put(change.atSeconds(), last == null ? state : state.orElse(last.getValue()));
        }
    }

    /** Returns the state of a link at a time; empty if it is as planned. */
    Optional<LinkState> at(String from, String to, double seconds) {
        TreeMap<Double, LinkState> known = states.get(List.of(from, to));
        return known == null
                ? Optional.empty()
                : Optional.ofNullable(known.floorEntry(seconds)).map(Map.Entry::getValue);
    }
}
