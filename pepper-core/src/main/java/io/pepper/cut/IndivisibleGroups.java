package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jgrapht.Graph;
import org.jgrapht.alg.connectivity.KosarajuStrongConnectivityInspector;
import org.jgrapht.alg.util.UnionFind;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.graph.SimpleDirectedGraph;

/**
 * The smallest groups of operators that may be separate parts. Operators connected by an uncuttable tensor are in one
 * group, and groups that depend on each other are merged (strongly connected components). O(operators + edges).
 */
final class IndivisibleGroups {
    private final DataflowGraph graph;
    private final Usage usage;

    /** The first operator of each operator's group; -1 if no output needs it. */
    private final int[] firstOf;

    private IndivisibleGroups(Usage usage) {
        this.usage = usage;
        graph = usage.graph();
        firstOf = new int[graph.operatorCount()];
        Arrays.setAll(firstOf, operator -> usage.isOperatorUsed(operator) ? operator : -1);
    }

    static List<Indices> of(Usage usage, CutOptions options) {
        IndivisibleGroups groups = new IndivisibleGroups(usage);
        if (groups.join(options)) {
            groups.joinCycles();
        }
        return groups.ordered();
    }

    /** Joins operators that must stay together. Returns whether there were any. */
    private boolean join(CutOptions options) {
        UnionFind<Integer> joined = new UnionFind<>(Set.of());
        Arrays.stream(firstOf).filter(operator -> operator >= 0).forEach(joined::addElement);
        boolean any = false;
        for (int tensor = 0; tensor < graph.tensorCount(); tensor++) {
            OptionalInt maker = graph.producer(tensor);
            if (maker.isPresent() && usage.isOperatorUsed(maker.getAsInt()) && options.isUncuttable(tensor)) {
                for (int reader : graph.readers(tensor)) {
                    if (usage.isOperatorUsed(reader)) {
                        joined.union(maker.getAsInt(), reader);
                        any = true;
                    }
                }
            }
        }
        setFirsts(operator -> joined.find(operator));
        return any;
    }

    /** Names each group by its first operator. */
    private void setFirsts(IntUnaryOperator groupOf) {
        int[] first = new int[firstOf.length];
        Arrays.fill(first, -1);
        int[] found = new int[firstOf.length];
        for (int operator = 0; operator < found.length; operator++) {
            found[operator] = firstOf[operator] < 0 ? -1 : groupOf.applyAsInt(operator);
            if (found[operator] >= 0 && first[found[operator]] < 0) {
                first[found[operator]] = operator;
            }
        }
        Arrays.setAll(firstOf, operator -> found[operator] < 0 ? -1 : first[found[operator]]);
    }

    private void joinCycles() {
        int[] component = new int[firstOf.length];
        int count = 0;
        for (Set<Integer> together : new KosarajuStrongConnectivityInspector<>(between()).stronglyConnectedSets()) {
            for (int group : together) {
                component[group] = count;
            }
            count++;
        }
        setFirsts(operator -> component[firstOf[operator]]);
    }

    /** Returns the graph of the groups, with edges to their readers. */
    private Graph<Integer, DefaultEdge> between() {
        Graph<Integer, DefaultEdge> between = new SimpleDirectedGraph<>(DefaultEdge.class);
        for (int operator = 0; operator < firstOf.length; operator++) {
            if (firstOf[operator] >= 0) {
                between.addVertex(firstOf[operator]);
                for (int tensor : graph.reads(operator)) {
                    OptionalInt maker = graph.producer(tensor);
                    if (maker.isPresent() && firstOf[maker.getAsInt()] != firstOf[operator]) {
                        between.addVertex(firstOf[maker.getAsInt()]);
                        between.addEdge(firstOf[maker.getAsInt()], firstOf[operator]);
                    }
                }
            }
        }
        return between;
    }

    /**
     * Returns the groups in topological order. Among the groups that wait for no other, the one with the first operator
     * comes next.
     */
    private List<Indices> ordered() {
        Graph<Integer, DefaultEdge> between = between();
        List<List<Integer>> members = new ArrayList<>();
        int[] waiting = new int[firstOf.length];
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int operator = 0; operator < firstOf.length; operator++) {
            members.add(new ArrayList<>());
            if (firstOf[operator] >= 0) {
                members.get(firstOf[operator]).add(operator);
            }
            if (firstOf[operator] == operator) {
                waiting[operator] = between.inDegreeOf(operator);
                if (waiting[operator] == 0) {
                    ready.add(operator);
                }
            }
        }
        List<Indices> groups = new ArrayList<>();
        while (!ready.isEmpty()) {
            int next = ready.remove();
            groups.add(Indices.of(
                    members.get(next).stream().mapToInt(Integer::intValue).toArray()));
            for (DefaultEdge edge : between.outgoingEdgesOf(next)) {
                int reader = between.getEdgeTarget(edge);
                if (--waiting[reader] == 0) {
                    ready.add(reader);
                }
            }
        }
        return List.copyOf(groups);
    }
}
