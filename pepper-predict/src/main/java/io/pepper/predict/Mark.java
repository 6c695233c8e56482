package io.pepper.predict;

import java.util.Locale;
import java.util.Optional;

/** A reason not to believe a measurement. */
public enum Mark {
    /** Other processes took a tenth of the processors or more, before or during the measurement. */
    BUSY("other processes took a tenth of the processors or more"),
    /** The container was stopped because its quota of processor time was spent. */
    THROTTLED("the container was stopped because its quota of processor time was spent"),
    /** The processor's clock was below three quarters of the most that it can do. */
    SLOW_CLOCK("the processor's clock was below three quarters of its maximum"),
    /** A part took a tenth longer than the whole model, under the same load. */
    PART_SLOWER_THAN_WHOLE("a part took longer than the whole model"),
    /** The median was more than twice the minimum although no load was asked for. */
    UNSTEADY("the median was more than twice the minimum"),
    /** Another round, without load, took less than two thirds of the time. */
    ROUNDS_DISAGREE("another round took less than two thirds of the time");

    private final String meaning;

    Mark(String meaning) {
        this.meaning = meaning;
    }

    /**
     * The name in data sets.
     *
     * @return for instance {@code slow-clock}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * What happened.
     *
     * @return a sentence without its end, for people
     */
    public String meaning() {
        return meaning;
    }

    /**
     * The mark of a name in data sets.
     *
     * @param label for instance {@code slow-clock}
     * @return the mark; empty if this version knows none of that name
     */
    public static Optional<Mark> of(String label) {
        for (Mark mark : values()) {
            if (mark.label().equals(label)) {
                return Optional.of(mark);
            }
        }
        return Optional.empty();
    }
}
