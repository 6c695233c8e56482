package io.pepper.cut;

import io.pepper.cut.PaperBridges.Bridge;
import io.pepper.cut.PaperBridges.Operator;
import io.pepper.cut.internal.Adjacency;
import io.pepper.cut.internal.LowLink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The graph that the original PEPPER builds: vertices by name in the order of their first mention, simple edges. */
final class PaperGraph {
    private static final Pattern INPUT = Pattern.compile("input_[0-9]");

    private final Map<String, Integer> vertices = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<Boolean> isOperator = new ArrayList<>();
    private final List<Set<Integer>> successors = new ArrayList<>();

    PaperGraph(List<Operator> operators, List<String> inputs, List<String> outputs) {
        int unnamed = 0;
        int[] vertexOf = new int[operators.size()];
        Map<String, Set<Integer>> makers = new HashMap<>();
        for (int i = 0; i < vertexOf.length; i++) {
            Operator operator = operators.get(i);
            vertexOf[i] = vertex(operator.name().isEmpty() ? "dummy_" + unnamed++ : operator.name(), true);
            for (String tensor : operator.writes()) {
                makers.computeIfAbsent(tensor, name -> new LinkedHashSet<>()).add(vertexOf[i]);
            }
        }
        Map<String, Set<Integer>> readers = new HashMap<>();
        for (int i = 0; i < vertexOf.length; i++) {
            for (String tensor : operators.get(i).reads()) {
                readers.computeIfAbsent(tensor, name -> new LinkedHashSet<>()).add(vertexOf[i]);
                for (int maker : makers.getOrDefault(tensor, Set.of())) {
                    successors.get(maker).add(vertexOf[i]);
                }
            }
        }
        for (int i = 0; i < inputs.size(); i++) {
            int input = vertex("input_" + i, false);
            successors.get(input).addAll(readers.getOrDefault(inputs.get(i), Set.of()));
        }
        for (int i = 0; i < outputs.size(); i++) {
            int output = vertex("output_" + i, false);
            makers.getOrDefault(outputs.get(i), Set.of())
                    .forEach(maker -> successors.get(maker).add(output));
        }
    }

    private int vertex(String name, boolean operator) {
        Integer known = vertices.putIfAbsent(name, names.size());
        if (known != null) {
            isOperator.set(known, operator);
            return known;
        }
        names.add(name);
        isOperator.add(operator);
        successors.add(new LinkedHashSet<>());
        return names.size() - 1;
    }

    List<Bridge> bridges() {
        int[] depths = depths();
        List<Set<Integer>> neighbours = neighbours();
        int[] ends = LowLink.bridgeEnds(adjacency(neighbours));
        List<Bridge> found = new ArrayList<>();
        for (int u = 0; u < names.size(); u++) {
            for (int v : neighbours.get(u)) {
                boolean bridge = LowLink.isBridge(ends, u, v);
                if (u < v && bridge && isOperator.get(u) && isOperator.get(v) && depths[u] >= 0) {
                    found.add(new Bridge(names.get(u), names.get(v), depths[u]));
                }
            }
        }
        return found;
    }

    /**
     * Returns the adjacent vertices, with the edges of each vertex in turn: the order in which networkx makes a graph
     * undirected.
     */
    private List<Set<Integer>> neighbours() {
        List<Set<Integer>> neighbours = new ArrayList<>();
        names.forEach(name -> neighbours.add(new LinkedHashSet<>()));
        for (int u = 0; u < names.size(); u++) {
            for (int v : successors.get(u)) {
                neighbours.get(u).add(v);
                neighbours.get(v).add(u);
            }
        }
        return neighbours;
    }

    private static Adjacency adjacency(List<Set<Integer>> neighbours) {
        int ends = neighbours.stream().mapToInt(Set::size).sum();
        int[] sources = new int[ends];
        int[] targets = new int[ends];
        int count = 0;
        for (int u = 0; u < neighbours.size(); u++) {
            for (int v : neighbours.get(u)) {
                if (u <= v) {
                    sources[count] = u;
                    targets[count++] = v;
                }
            }
        }
        return Adjacency.of(neighbours.size(), sources, targets, count);
    }

    /** Returns the depths of a breadth-first search along the edges from the root; -1 for unreachable vertices. */
    private int[] depths() {
        int[] depths = new int[names.size()];
        Arrays.fill(depths, -1);
        Deque<Integer> open = new ArrayDeque<>();
        for (int v = 0; v < depths.length && open.isEmpty(); v++) {
            if (INPUT.matcher(names.get(v)).find()) {
                depths[v] = 0;
                open.add(v);
            }
        }
        while (!open.isEmpty()) {
            int u = open.remove();
            for (int v : successors.get(u)) {
                if (depths[v] < 0) {
                    depths[v] = depths[u] + 1;
                    open.add(v);
                }
            }
        }
        return depths;
    }
}
