package io.pepper.predict;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a training did with {@linkplain Mark marked} records. Immutable and therefore thread-safe.
 *
 * @param marked how many of the records have marks
 * @param used whether they were used: because that was asked for, or since too few others would have remained
 * @param tooFew whether they were used only for want of others
 * @param all how many records there were
 * @param byMark how many have each mark, in the order of the marks; one may have several
 */
public record MarkedRecords(int marked, boolean used, boolean tooFew, int all, Map<Mark, Integer> byMark) {
    private static final int LEAST_RECORDS = 20;
    private static final double LEAST_SHARE = 0.5;

    /**
     * Checks the map.
     *
     * @param marked see the record
     * @param used see the record
     * @param tooFew see the record
     * @param all see the record
     * @param byMark see the record
     */
    public MarkedRecords {
        Objects.requireNonNull(byMark);
    }

    /** What becomes of the marked records of a data set: left out, unless less than half, or fewer than 20, would remain. */
    static MarkedRecords of(LatencyDataset data, boolean wanted) {
        int all = data.records().size();
        int marked = (int) data.records().stream()
                .filter(entry -> !entry.marks().isEmpty())
                .count();
        int rest = all - marked;
        boolean tooFew = !wanted && marked > 0 && (rest < LEAST_RECORDS || rest < LEAST_SHARE * all);
        return new MarkedRecords(marked, marked > 0 && (wanted || tooFew), tooFew, all, Marks.count(data.records()));
    }

    /** The records that are used. */
    LatencyDataset select(LatencyDataset data) {
        return used || marked == 0 ? data : data.unmarked();
    }

    /**
     * How many marked records were left out.
     *
     * @return 0 or more
     */
    public int leftOut() {
        return used ? 0 : marked;
    }

    /**
     * What was done, for people.
     *
     * @return a sentence; empty without marked records
     */
    public Optional<String> said() {
        if (marked == 0) {
            return Optional.empty();
        }
        String which = String.format(Locale.ROOT, "%d of %d measurements are marked (%s)", marked, all, counts());
        if (tooFew) {
            return Optional.of("warning: " + which
                    + ": they are used, since too few would remain without them; predictions are of such conditions");
        }
        return Optional.of(which + (used ? ": they are used, as was asked for" : ": they are left out"));
    }

    private String counts() {
        return byMark.entrySet().stream()
                .map(entry -> entry.getKey().label() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
