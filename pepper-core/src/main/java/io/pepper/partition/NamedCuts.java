package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;

/** A partitioner that takes named cuts. */
final class NamedCuts implements Partitioner {
    private final List<String> tensors;

    NamedCuts(List<String> tensors) {
        this.tensors = List.copyOf(tensors);
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("no tensor is named to cut at");
        }
        HashSet<String> seen = new HashSet<>();
        for (String tensor : tensors) {
            if (!seen.add(tensor)) {
                throw new IllegalArgumentException("tensor '" + tensor + "' is named twice");
            }
        }
    }

    @Override
    public Partition partition(Cuts cuts) {
        List<Cut> chosen = tensors.stream()
                .map(tensor -> cuts.at(tensor).orElseThrow(() -> refusal(cuts, tensor)))
                .sorted(Comparator.comparingInt(Cut::operatorsBefore))
                .toList();
        return Partition.of(cuts.graph(), chosen);
    }

    private static NoSuchPartitionException refusal(Cuts cuts, String tensor) {
        OptionalInt index = cuts.graph().tensor(tensor);
        if (index.isEmpty()) {
            return new NoSuchPartitionException(
                    "the graph has no tensor '" + tensor + "' in its dataflow; " + Possible.cuts(cuts));
        }
        OptionalInt producer = cuts.graph().producer(index.getAsInt());
        if (producer.isPresent() && !cuts.isUsed(producer.getAsInt())) {
            return new NoSuchPartitionException(
                    "the graph cannot be cut at '" + tensor + "', which no output needs; " + Possible.cuts(cuts));
        }
        if (cuts.options().isImmovable(index.getAsInt())) {
            return new NoSuchPartitionException("the graph cannot be cut at '" + tensor
                    + "', whose value cannot be passed from one part to another; " + near(cuts, producer));
        }
        return new NoSuchPartitionException(
                "the graph cannot be cut at '" + tensor + "' alone; " + near(cuts, producer));
    }

    /** Returns the names of the cuts nearest to a tensor, given its producer; no producer stands for an input. */
    private static String near(Cuts cuts, OptionalInt producer) {
        int passed = 0;
        for (Cut cut : cuts.list()) {
            if (producer.isPresent() && cut.isAfter(producer.getAsInt())) {
                passed++;
            }
        }
        List<Cut> around = cuts.list().subList(Math.max(0, passed - 1), Math.min(cuts.size(), passed + 1));
        return around.isEmpty() ? Possible.cuts(cuts) : "the nearest cuts are at " + Possible.names(around);
    }
}
