package io.pepper.examples.cli;

import io.pepper.session.SessionListener;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The nodes that a session on a cluster lost, and which took over. Thread-safe. */
final class ClusterEvents implements SessionListener {
    private static final int MAX_NOTES = 100;

    private final List<String> notes = new ArrayList<>();
    private final List<List<String>> routes = new ArrayList<>();
    private List<String> names = List.of();
    private long answers;
    private int omitted;

    /** Names the parts in later notes, in the order of the model. */
    synchronized void names(List<String> parts) {
        names = List.copyOf(parts);
    }

    private String name(int part) {
        return part < names.size() ? names.get(part) : "part " + part;
    }

    @Override
    public synchronized void answered(long nanos) {
        answers++;
    }

    @Override
    public synchronized void nodeLost(String device, String reason) {
        add("after " + answers + " answers, the node " + device + " was lost: " + reason);
    }

    @Override
    public synchronized void routed(List<String> devices) {
        if (!routes.isEmpty()) {
            List<String> before = routes.get(routes.size() - 1);
            TreeMap<String, List<String>> moved = new TreeMap<>();
            for (int part = 0; part < devices.size(); part++) {
                if (!devices.get(part).equals(before.get(part))) {
                    moved.computeIfAbsent(
                                    devices.get(part) + " instead of " + before.get(part), none -> new ArrayList<>())
                            .add(name(part));
                }
            }
            String what = moved.isEmpty()
                    ? "the same nodes run all parts again"
                    : moved.entrySet().stream()
                            .map(each -> String.join(" and ", each.getValue()) + " on " + each.getKey())
                            .collect(Collectors.joining(", ", "the session runs ", ""));
            add("after " + answers + " answers, " + what);
        }
        if (routes.size() < MAX_NOTES) {
            routes.add(List.copyOf(devices));
        } else {
            routes.set(MAX_NOTES - 1, List.copyOf(devices));
        }
    }

    private void add(String note) {
        if (notes.size() < MAX_NOTES) {
            notes.add(note);
        } else {
            omitted++;
        }
    }

    /** Returns what happened, in its order. */
    synchronized List<String> notes() {
        List<String> all = new ArrayList<>(notes);
        if (omitted > 0) {
            all.add(omitted + " further changes of nodes are not shown");
        }
        return all;
    }

    /** Returns the devices that ran a part, in the order of their use. */
    synchronized Set<String> devices(int part) {
        return routes.stream().map(route -> route.get(part)).collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
