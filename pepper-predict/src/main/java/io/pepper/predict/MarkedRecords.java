package io.pepper.predict;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The treatment of {@linkplain Mark marked} records in a training. Immutable and therefore thread-safe.
 *
 * @param marked number of records with marks
 * @param used whether marked records were used: because the options include them, or because too few others would have
 *     remained
 * @param tooFew whether they were used only because too few others would have remained
 * @param all number of all records
 * @param byMark number of records with each mark, in the order of the marks; a record may have several
 */
public record MarkedRecords(int marked, boolean used, boolean tooFew, int all, Map<Mark, Integer> byMark) {
    private static final int MIN_RECORDS = 20;

    /** A calibration needs fewer records than a training. */
    private static final int MIN_TO_CALIBRATE = 5;

    private static final double MIN_SHARE = 0.5;

    /**
     * Creates a treatment.
     *
     * @param marked number of records with marks
     * @param used whether marked records were used
     * @param tooFew whether they were used only because too few others would have remained
     * @param all number of all records
     * @param byMark number of records with each mark, in the order of the marks
     */
    public MarkedRecords {
        Objects.requireNonNull(byMark);
    }

    /**
     * Decides on the marked records of a data set. They are left out, unless less than half or fewer than 20 of the
     * records would remain.
     *
     * @param data the measurements
     * @param wanted whether to use marked records in any case
     * @return the decision
     */
    public static MarkedRecords of(LatencyDataset data, boolean wanted) {
        return of(data, wanted, MIN_RECORDS);
    }

    /** Decides on the marked records of a calibration. They are left out, unless less than half or fewer than 5 would remain. */
    static MarkedRecords ofCalibration(LatencyDataset data) {
        return of(data, false, MIN_TO_CALIBRATE);
    }

    private static MarkedRecords of(LatencyDataset data, boolean wanted, int least) {
        int all = data.records().size();
        int marked = (int) data.records().stream()
                .filter(entry -> !entry.marks().isEmpty())
                .count();
        int rest = all - marked;
        boolean tooFew = !wanted && marked > 0 && (rest < least || rest < MIN_SHARE * all);
        return new MarkedRecords(marked, marked > 0 && (wanted || tooFew), tooFew, all, Marks.count(data.records()));
    }

    /**
     * Returns the records to use.
     *
     * @param data the data set that was decided on
     * @return all its records, or those without marks
     */
    public LatencyDataset select(LatencyDataset data) {
        return used || marked == 0 ? data : data.unmarked();
    }

    /**
     * Returns the number of marked records that were left out.
     *
     * @return 0 or more
     */
    public int leftOut() {
        return used ? 0 : marked;
    }

    /**
     * Returns a description of the treatment, for people.
     *
     * @return a sentence; empty without marked records
     */
    public Optional<String> description() {
        return note().map(text -> tooFew ? "warning: " + text : text);
    }

    /** Returns the description without its urgency. */
    Optional<String> note() {
        if (marked == 0) {
            return Optional.empty();
        }
        String which = String.format(Locale.ROOT, "%d of %d measurements are marked (%s)", marked, all, counts());
        if (tooFew) {
            return Optional.of(which
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
