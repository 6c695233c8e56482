package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.cut.CutTree;
import io.pepper.cut.Cuts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

/** A partitioner of trees of components. */
final class TreePartitioner implements Partitioner {
    private final int parts;
    private final OperatorCosts costs;

    TreePartitioner(int parts, OperatorCosts costs) {
        if (parts < 1) {
            throw new IllegalArgumentException("1 part or more is needed, found " + parts);
        }
        this.parts = parts;
        this.costs = costs;
    }

    @Override
    public Partition partition(Cuts cuts) {
        CutTree tree = CutTree.of(cuts);
        int most = Math.max(1, tree.components().size());
        if (parts > most) {
            throw new NoSuchPartitionException(
                    parts + " parts asked, " + most + " possible along tensors that are the only link between two");
        }
        BalancedTree balanced = new BalancedTree(tree, costs);
        int[] partOf = balanced.choose(parts);
        int[] ranks = ranks(tree, partOf);
        int[] segmentOf = tree.numbersByOperator(component -> ranks[partOf[component]]);
        List<Cut> taken = new ArrayList<>();
        for (CutTree.Link link : tree.links()) {
            if (partOf[link.from()] != partOf[link.to()]) {
                taken.add(tree.cut(link));
            }
        }
        return Partition.of(cuts.graph(), taken, segmentOf, parts);
    }

    /**
     * Returns a topological order of the parts. Among the parts that wait for no other, the one with the first
     * component comes next.
     */
    private int[] ranks(CutTree tree, int... partOf) {
        int[] waiting = new int[parts];
        List<List<Integer>> readers = new ArrayList<>();
        int[] first = new int[parts];
        for (int part = 0; part < parts; part++) {
            readers.add(new ArrayList<>());
        }
        Arrays.fill(first, Integer.MAX_VALUE);
        for (int component = partOf.length - 1; component >= 0; component--) {
            first[partOf[component]] = component;
        }
        for (CutTree.Link link : tree.links()) {
            if (partOf[link.from()] != partOf[link.to()]) {
                readers.get(partOf[link.from()]).add(partOf[link.to()]);
                waiting[partOf[link.to()]]++;
            }
        }
        PriorityQueue<Integer> ready = new PriorityQueue<>((a, b) -> Integer.compare(first[a], first[b]));
        for (int part = 0; part < parts; part++) {
            if (waiting[part] == 0) {
                ready.add(part);
            }
        }
        int[] ranks = new int[parts];
        for (int rank = 0; !ready.isEmpty(); rank++) {
            int part = ready.remove();
            ranks[part] = rank;
            for (int reader : readers.get(part)) {
                if (--waiting[reader] == 0) {
                    ready.add(reader);
                }
            }
        }
        return ranks;
    }
}
