package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The tensors that cross each position of an order, and the selected cuts: all cuts at single tensors, and
 * non-dominated local minima among the wider ones. A chosen cut nearby dominates another one if it is as narrow and no
 * more bytes cross it.
 */
final class Crossing {
    private final CutOrder order;
    private final CutOptions options;

    /** The crossing tensors, sorted by the first position that they cross, and by the last. */
    private final int[] byBirth;

    private final int[] byDeath;

    /** For each tensor, the first position that it crosses. */
    private final int[] births;

    /** For each tensor, the first later position that it does not cross any more. */
    private final int[] deaths;

    /** The positions between operators that stay together. */
    private final BitSet inside = new BitSet();

    Crossing(Usage usage, SharedTensors sharing, CutOptions options, CutOrder order) {
        this.order = order;
        this.options = options;
        DataflowGraph graph = usage.graph();
        births = new int[graph.tensorCount()];
        deaths = new int[graph.tensorCount()];
        for (int tensor = 0; tensor < births.length; tensor++) {
            boolean flows = usage.isTensorUsed(tensor) && !sharing.isSharedTensor(tensor);
            births[tensor] = graph.producer(tensor).isPresent()
                    ? order.places()[graph.producer(tensor).getAsInt()]
                    : 0;
            deaths[tensor] = !flows
                    ? -1
                    : graph.readers(tensor).stream()
                            .map(reader -> order.places()[reader])
                            .max()
                            .orElse(-1);
        }
        byBirth = sorted(births);
        byDeath = sorted(deaths);
        for (Indices group : options.undivided()) {
            IntSummaryStatistics places = group.stream()
                    .map(operator -> order.places()[operator])
                    .filter(place -> place >= 0)
                    .summaryStatistics();
            if (places.getCount() > 1) {
                inside.set(places.getMin(), places.getMax());
            }
        }
    }

    private int[] sorted(int... places) {
        return IntStream.range(0, births.length)
                .filter(tensor -> births[tensor] < deaths[tensor])
                .boxed()
                .sorted(Comparator.comparingInt(tensor -> places[tensor]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** A position of a cut in the order, and the tensors that cross it. */
    record Place(int place, Indices tensors) {}

    /** A narrow position. */
    private record Candidate(int place, boolean single, int width, OptionalLong bytes) {
        static final Comparator<Candidate> BEST_FIRST = Comparator.comparing(Candidate::single)
                .reversed()
                .thenComparingInt(Candidate::width)
                .thenComparingLong(candidate -> candidate.bytes.orElse(Long.MAX_VALUE))
                .thenComparingInt(Candidate::place);

        /** Returns whether this candidate is no worse than one that comes later in the order above. */
        boolean beats(Candidate later) {
            return bytes.isEmpty() || later.bytes.isEmpty() || bytes.getAsLong() <= later.bytes.getAsLong();
        }
    }

    /** Returns the chosen positions, ascending. */
    List<Place> chosen() {
        List<Candidate> candidates = candidates();
        if (!options.layerMarks().isEmpty()) {
            return betweenLayers(candidates);
        }
        candidates.sort(Candidate.BEST_FIRST);
        double share = options.neighbourhood() * order.placeCount();
        int near = options.neighbourhood() == 0 ? 0 : (int) Math.max(1, share);
        TreeMap<Integer, Candidate> kept = new TreeMap<>();
        for (Candidate candidate : candidates) {
            if (candidate.single || !isBeaten(candidate, near, kept)) {
                kept.put(candidate.place, candidate);
            }
        }
        return withTensors(kept.keySet().stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * Returns the best candidate between each two marks, if it is as narrow as the best of all, and all cuts at single
     * tensors.
     */
    private List<Place> betweenLayers(List<Candidate> candidates) {
        int[] marks = options.layerMarks().stream()
                .map(operator -> order.places()[operator])
                .filter(place -> place >= 0)
                .sorted()
                .distinct()
                .toArray();
        TreeMap<Integer, Candidate> best = new TreeMap<>();
        TreeSet<Integer> kept = new TreeSet<>();
        List<Place> places =
                withTensors(candidates.stream().mapToInt(Candidate::place).toArray());
        for (int i = 0; i < candidates.size(); i++) {
            Candidate candidate = candidates.get(i);
            int found = Arrays.binarySearch(marks, candidate.place);
            int passed = found >= 0 ? found + 1 : -found - 1;
            boolean may = places.get(i).tensors().stream().noneMatch(options::isUncuttable);
            if (candidate.single) {
                kept.add(candidate.place);
            }
            if (may && passed > 0 && passed < marks.length) {
                best.merge(passed, candidate, Crossing::better);
            }
        }
        int narrowest = best.values().stream().mapToInt(Candidate::width).min().orElse(0);
        best.values().stream().filter(found -> found.width == narrowest).forEach(found -> kept.add(found.place));
        return places.stream().filter(place -> kept.contains(place.place())).toList();
    }

    private static Candidate better(Candidate before, Candidate next) {
        if (before.width != next.width) {
            return before.width < next.width ? before : next;
        }
        return before.bytes.orElse(Long.MAX_VALUE) < next.bytes.orElse(Long.MAX_VALUE) ? before : next;
    }

    private static boolean isBeaten(Candidate candidate, int near, NavigableMap<Integer, Candidate> kept) {
        return kept.subMap(candidate.place - near, true, candidate.place + near, true).values().stream()
                .anyMatch(other -> other.beats(candidate));
    }

    private List<Candidate> candidates() {
        List<Candidate> found = new ArrayList<>();
        int places = order.placeCount();
        int[] widths = new int[places + 1];
        int[] unknown = new int[places + 1];
        long[] bytes = new long[places + 1];
        for (int tensor : byBirth) {
            OptionalLong size = options.tensorBytes(tensor);
            widths[births[tensor]]++;
            widths[deaths[tensor]]--;
            unknown[births[tensor]] += size.isPresent() ? 0 : 1;
            unknown[deaths[tensor]] -= size.isPresent() ? 0 : 1;
            bytes[births[tensor]] += size.orElse(0);
            bytes[deaths[tensor]] -= size.orElse(0);
        }
        for (int place = 0; place < places - 1; place++) {
            if (widths[place] >= 1
                    && widths[place] <= options.maxWidth()
                    && !order.isClosed(place)
                    && !inside.get(place)) {
                OptionalLong crossing = unknown[place] == 0 ? OptionalLong.of(bytes[place]) : OptionalLong.empty();
                found.add(new Candidate(place, order.isSingle(place), widths[place], crossing));
            }
            widths[place + 1] += widths[place];
            unknown[place + 1] += unknown[place];
            bytes[place + 1] += bytes[place];
        }
        return found;
    }

    private List<Place> withTensors(int... places) {
        List<Place> found = new ArrayList<>(places.length);
        TreeSet<Integer> crossing = new TreeSet<>();
        int born = 0;
        int dead = 0;
        for (int place : places) {
            for (; born < byBirth.length && births[byBirth[born]] <= place; born++) {
                crossing.add(byBirth[born]);
            }
            for (; dead < byDeath.length && deaths[byDeath[dead]] <= place; dead++) {
                crossing.remove(byDeath[dead]);
            }
            int[] tensors = crossing.stream().mapToInt(Integer::intValue).toArray();
            found.add(new Place(place, Indices.of(tensors)));
        }
        return found;
    }
}
