package io.pepper.partition;

import io.pepper.cut.CutTree;
import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** A division of a tree of components that minimises the largest part. */
final class BalancedTree {
    private final long[] costs;

    /** The components in an order from the root on, each after its parent. The root is the last component. */
    private final int[] order;

    /** The parent of each component, -1 for the root. The trees of a forest are chained below each other. */
    private final int[] parents;

    private final List<List<Integer>> children = new ArrayList<>();

    /** By component: whether it is the top of a part. */
    private final boolean[] isTop;

    /** By component: its cost, with all components below it in the same part. */
    private final long[] sums;

    BalancedTree(CutTree tree, OperatorCosts operatorCosts) {
        int count = tree.components().size();
        costs = new long[count];
        OperatorCosts.Accumulator accumulator = new GrowingCosts(operatorCosts.accumulator());
        for (int component = 0; component < count; component++) {
            accumulator.clear();
            Indices operators = tree.components().get(component);
            for (int i = 0; i < operators.size(); i++) {
                costs[component] = accumulator.add(operators.get(i));
            }
            children.add(new ArrayList<>());
        }
        order = new int[count];
        parents = new int[count];
        isTop = new boolean[count];
        sums = new long[count];
        linkChildren(tree);
    }

    private void linkChildren(CutTree tree) {
        List<List<Integer>> neighbours = new ArrayList<>();
        children.forEach(none -> neighbours.add(new ArrayList<>()));
        for (CutTree.Link link : tree.links()) {
            neighbours.get(link.from()).add(link.to());
            neighbours.get(link.to()).add(link.from());
        }
        Arrays.fill(parents, -1);
        boolean[] met = new boolean[costs.length];
        int size = 0;
        int lastRoot = -1;
        for (int root = costs.length - 1; root >= 0; root--) {
            if (met[root]) {
                continue;
            }
            met[root] = true;
            parents[root] = lastRoot;
            lastRoot = root;
            order[size++] = root;
            for (int next = size - 1; next < size; next++) {
                for (int neighbour : neighbours.get(order[next])) {
                    if (!met[neighbour]) {
                        met[neighbour] = true;
                        parents[neighbour] = order[next];
                        order[size++] = neighbour;
                    }
                }
            }
        }
        for (int component : order) {
            if (parents[component] >= 0) {
                children.get(parents[component]).add(component);
            }
        }
    }

    /** Returns the part of each component. */
    int[] choose(int parts) {
        long low = 0;
        long high = 0;
        for (int component = 0; component < costs.length; component++) {
            low = Math.max(low, costs[component]);
            high = Math.addExact(high, costs[component]);
        }
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (partsWithin(middle) <= parts) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        for (int found = partsWithin(low); found < parts; found++) {
            divideCostliest();
        }
        int[] partOf = new int[costs.length];
        int next = 0;
        for (int component : order) {
            boolean top = isTop[component] || parents[component] < 0;
            partOf[component] = top ? next++ : partOf[parents[component]];
        }
        return partOf;
    }

    /**
     * Cuts off the costliest branches, from the leaves on, until all parts are within a bound. Returns the number of
     * parts.
     */
    private int partsWithin(long bound) {
        int parts = 1;
        for (int i = order.length - 1; i >= 0; i--) {
            int component = order[i];
            sums[component] = costs[component];
            List<Integer> cheapestFirst = new ArrayList<>(children.get(component));
            cheapestFirst.sort(Comparator.comparingLong(child -> sums[child]));
            for (int child : cheapestFirst) {
                isTop[child] = sums[child] > bound - sums[component];
                sums[component] += isTop[child] ? 0 : sums[child];
                parts += isTop[child] ? 1 : 0;
            }
        }
        return parts;
    }

    /** Divides the costliest part with more than one component as evenly as possible. */
    private void divideCostliest() {
        long[] totals = new long[costs.length];
        for (int component : order) {
            boolean top = isTop[component] || parents[component] < 0;
            totals[component] = top ? sums[component] : totals[parents[component]];
        }
        int best = -1;
        for (int component : order) {
            if (parents[component] >= 0 && !isTop[component] && (best < 0 || isBetter(component, best, totals))) {
                best = component;
            }
        }
        isTop[best] = true;
        for (int above = parents[best]; above >= 0; above = isTop[above] ? -1 : parents[above]) {
            sums[above] -= sums[best];
        }
    }

    private boolean isBetter(int component, int best, long... totals) {
        if (totals[component] != totals[best]) {
            return totals[component] > totals[best];
        }
        long larger = Math.max(sums[component], totals[component] - sums[component]);
        return larger < Math.max(sums[best], totals[best] - sums[best]);
    }
}
