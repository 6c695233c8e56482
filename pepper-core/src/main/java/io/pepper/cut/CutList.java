package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The construction of the cuts of a graph: always those at single tensors, and wider ones on request. */
final class CutList {
    final List<Cut> cuts = new ArrayList<>();

    /** The cut at each tensor alone, by the tensor's index; null where there is none. */
    final @Nullable Cut[] atTensor;

    final SharedTensors sharing;
    final Usage usage;
    final CutOptions options;
    final int usedOperatorCount;
    final SearchEffort effort;

    private final DataflowGraph graph;
    private final int[] places;

    CutList(DataflowGraph graph, CutOptions options) {
        this.graph = graph;
        this.options = options;
        usage = new Usage(graph);
        sharing = SharedTensors.of(usage, options);
        CutSearch search = new CutSearch(usage, sharing);
        atTensor = new @Nullable Cut[graph.tensorCount()];
        CutOrder order = CutOrder.of(usage, sharing, options, search);
        effort = order.effort();
        places = order.places();
        sharing.settle(usage, places);
        int[] before = countsUpToEachPlace(order.placeCount());
        usedOperatorCount = before.length == 0 ? 0 : before[before.length - 1];
        for (int i = 0; i < search.cutTensors().length; i++) {
            int tensor = search.cutTensors()[i];
            Cut cut = cut(Indices.of(tensor), order.placeOfCut(i), before);
            atTensor[tensor] = cut;
            if (options.maxWidth() == 1 && !usage.isOutput(tensor)) {
                cuts.add(cut);
            }
        }
        if (options.maxWidth() > 1) {
            addAlongOrder(order, before);
        }
    }

    private void addAlongOrder(CutOrder order, int... before) {
        for (Crossing.Place place : new Crossing(usage, sharing, options, order).chosen()) {
            Indices tensors = place.tensors();
            Cut cut = order.isSingle(place.place())
                    ? Objects.requireNonNull(atTensor[tensors.get(0)])
                    : cut(tensors, place.place(), before);
            cuts.add(cut);
            if (tensors.size() == 1 && atTensor[tensors.get(0)] == null) {
                atTensor[tensors.get(0)] = cut;
            }
        }
    }

    private int[] countsUpToEachPlace(int placeCount) {
        int[] counts = new int[placeCount];
        for (int place : places) {
            if (place >= 0) {
                counts[place]++;
            }
        }
        for (int place = 1; place < placeCount; place++) {
            counts[place] += counts[place - 1];
        }
        return counts;
    }

    private Cut cut(Indices tensors, int place, int... before) {
        CutSides sides = new CutSides(places, place, before[place], usedOperatorCount - before[place]);
        return new Cut(graph, sharing, tensors, bytes(options, tensors), sides);
    }

    static OptionalLong bytes(CutOptions options, Indices tensors) {
        long sum = 0;
        for (int i = 0; i < tensors.size(); i++) {
            OptionalLong bytes = options.tensorBytes(tensors.get(i));
            if (bytes.isEmpty()) {
                return bytes;
            }
            sum = Math.addExact(sum, bytes.getAsLong());
        }
        return OptionalLong.of(sum);
    }
}
