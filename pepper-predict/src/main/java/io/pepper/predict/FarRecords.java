package io.pepper.predict;

import io.pepper.predict.internal.learn.LinearTime;
import io.pepper.workload.Kernel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Records without load that took much longer than the sum of their kernels says, as on a board that was busy or hot. The
 * sum is of each device's own records, in relative errors: it follows the fast ones among similar records, even if they
 * are few. Far records are left out of a training if others of similar work are not far, and if they make up most of a
 * spell or a twentieth of all; but not if the options include marked records. Immutable and therefore thread-safe.
 */
public final class FarRecords {
    /** Ratio to the sum from which on a record is far. */
    private static final double FAR = 2;

    /** Number of records, one after the other, among which a spell is looked for, and the share that is far in one. */
    private static final int SPELL = 20;

    private static final double SPELL_SHARE = 0.5;

    /** Share of far records from which on the machine was slow now and then. */
    private static final double MANY = 0.05;

    /** Ratio of operations and of bytes up to which two records are of similar work. */
    private static final double ALIKE = 1.25;

    /** Number of examples and spells that messages name. */
    private static final int NAMED = 5;

    private final List<LatencyRecord> records;
    private final BitSet far;
    private final BitSet slow;
    private final boolean used;

    private FarRecords(List<LatencyRecord> records, BitSet far, BitSet slow, boolean used) {
        this.records = records;
        this.far = far;
        this.slow = slow;
        this.used = used;
    }

    /**
     * Finds the far records of a data set.
     *
     * @param data the measurements
     * @param wanted whether to use the records of slow spells, too
     * @return the far records
     */
    public static FarRecords of(LatencyDataset data, boolean wanted) {
        List<LatencyRecord> records = data.records();
        BitSet far = new BitSet(records.size());
        BitSet slow = new BitSet(records.size());
        Map<String, List<Integer>> devices = IntStream.range(0, records.size())
                .filter(i -> Learner.isIdle(records.get(i)))
                .boxed()
                .collect(Collectors.groupingBy(
                        i -> records.get(i).device().device(), LinkedHashMap::new, Collectors.toList()));
        for (List<Integer> places : devices.values()) {
            if (places.size() >= SPELL) {
                find(records, inOrder(records, places), far, slow);
            }
        }
        return new FarRecords(records, far, slow, wanted);
    }

    /** Orders records by their time, if all have one. */
    private static List<Integer> inOrder(List<LatencyRecord> records, List<Integer> places) {
        List<Integer> ordered = new ArrayList<>(places);
        if (places.stream().allMatch(i -> records.get(i).device().readAt().isPresent())) {
            ordered.sort(
                    Comparator.comparing(i -> records.get(i).device().readAt().orElse(Instant.EPOCH)));
        }
        return ordered;
    }

    private static void find(List<LatencyRecord> records, List<Integer> places, BitSet far, BitSet slow) {
        LinearTime sum = Learner.sum(places.stream().map(records::get).toList()).time();
        double[] room = new double[LinearTime.terms().size()];
        int[] before = new int[places.size() + 1];
        for (int k = 0; k < places.size(); k++) {
            LatencyRecord entry = records.get(places.get(k));
            boolean isFar = entry.timing().medianSeconds() > FAR * sum.seconds(entry.work(), entry.threads(), room);
            far.set(places.get(k), isFar);
            before[k + 1] = before[k] + (isFar ? 1 : 0);
        }
        boolean many = before[places.size()] >= MANY * places.size();
        Twins fast = new Twins();
        places.stream().filter(place -> !far.get(place)).map(records::get).forEach(fast::add);
        for (int k = 0; k < places.size(); k++) {
            int from = Math.max(0, Math.min(k - SPELL / 2, places.size() - SPELL));
            boolean spell = before[from + SPELL] - before[from] >= SPELL_SHARE * SPELL;
            int place = places.get(k);
            slow.set(place, far.get(place) && (many || spell) && fast.hasLike(records.get(place)));
        }
    }

    /** Records by threads and families of kernels, and then by operations, to find similar ones. */
    private static final class Twins {
        private final Map<List<Object>, NavigableMap<Double, List<LatencyRecord>>> kinds = new HashMap<>();

        private static List<Object> kind(LatencyRecord entry) {
            return List.of(
                    entry.threads(),
                    entry.work().kernels().stream().map(Kernel::family).collect(Collectors.toSet()));
        }

        private static double flops(LatencyRecord entry) {
            return entry.work().total().flops().orElse(0);
        }

        void add(LatencyRecord entry) {
            kinds.computeIfAbsent(kind(entry), none -> new TreeMap<>())
                    .computeIfAbsent(flops(entry), none -> new ArrayList<>())
                    .add(entry);
        }

        /** Returns whether another record of similar work was more than twice as fast. */
        boolean hasLike(LatencyRecord entry) {
            double bytes = entry.work().total().bytes().orElse(0);
            return kinds
                    .getOrDefault(kind(entry), Collections.emptyNavigableMap())
                    .subMap(flops(entry) / ALIKE, true, flops(entry) * ALIKE, true)
                    .values()
                    .stream()
                    .flatMap(List::stream)
                    .filter(other -> FAR * other.timing().medianSeconds()
                            < entry.timing().medianSeconds())
                    .mapToDouble(other -> other.work().total().bytes().orElse(0))
                    .anyMatch(other -> other <= ALIKE * bytes && bytes <= ALIKE * other);
        }
    }

    /**
     * Returns the number of far records.
     *
     * @return the number of records that took more than twice as long as the sum of their kernels
     */
    public int far() {
        return far.cardinality();
    }

    /**
     * Returns the number of records that were left out.
     *
     * @return the far records of slow spells or of an unsteady machine; 0 if the options include them
     */
    public int leftOut() {
        return used ? 0 : slow.cardinality();
    }

    /** Returns the data without the far records of slow spells. */
    LatencyDataset select(LatencyDataset data) {
        return leftOut() == 0
                ? data
                : LatencyDataset.of(IntStream.range(0, records.size())
                        .filter(i -> !slow.get(i))
                        .mapToObj(records::get)
                        .toList());
    }

    /**
     * Returns a warning for people, with the numbers of the records: 1 is the first measurement of the data.
     *
     * @return a sentence for the slow spells, and one for other far records; empty without such records
     */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (!slow.isEmpty()) {
            warnings.add("warning: " + slow.cardinality() + " of " + records.size() + " measurements ("
                    + numbers(slow) + ") took more than twice as long as others of similar work:"
                    + " was the board busy or hot? "
                    + (used ? "They are used, as was asked for" : "They are left out"));
        }
        BitSet others = (BitSet) far.clone();
        others.andNot(slow);
        if (!others.isEmpty()) {
            warnings.add("note: " + others.cardinality() + " of " + records.size()
                    + " measurements took more than twice the sum of their kernels, such as " + examples(others));
        }
        return warnings;
    }

    /** Returns for instance {@code 1-40, 43, 45-100}. */
    private static String numbers(BitSet places) {
        List<String> runs = new ArrayList<>();
        for (int from = places.nextSetBit(0); from >= 0; ) {
            int end = places.nextClearBit(from);
            runs.add(end == from + 1 ? String.valueOf(end) : (from + 1) + "-" + end);
            from = places.nextSetBit(end);
        }
        int last = places.length();
        return runs.size() <= 2 * NAMED
                ? String.join(", ", runs)
                : String.join(", ", runs.subList(0, NAMED)) + ", … up to " + last;
    }

    private String examples(BitSet places) {
        return places.stream()
                .limit(NAMED)
                .mapToObj(i -> (i + 1) + " (" + records.get(i).model() + " "
                        + records.get(i).piece() + ")")
                .collect(Collectors.joining(", "));
    }
}
