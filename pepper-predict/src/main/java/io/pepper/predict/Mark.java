package io.pepper.predict;

import java.util.Locale;
import java.util.Optional;

/** A reason not to trust a measurement. */
public enum Mark {
    /** Other processes took 10 % of the processors or more, before or during the measurement. */
    BUSY("other processes took a tenth of the processors or more"),
    /** The container was throttled because its quota of processor time was spent. */
    THROTTLED("the container was stopped because its quota of processor time was spent"),
    /** The processor's clock was below three quarters of its maximum. */
    SLOW_CLOCK("the processor's clock was below three quarters of its maximum"),
    /** A part took over 10 % longer than the whole model under the same load. */
    PART_SLOWER_THAN_WHOLE("a part took longer than the whole model"),
    /** Without load, the median was more than twice the minimum. */
    UNSTEADY("the median was more than twice the minimum"),
    /** Without load, another round took less than two thirds of the time. */
    ROUNDS_DISAGREE("another round took less than two thirds of the time");

    private final String meaning;

    Mark(String meaning) {
        this.meaning = meaning;
    }

    /**
     * Returns the mark's name in data sets.
     *
     * @return the name, for instance {@code slow-clock}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Returns the meaning of the mark.
     *
     * @return a sentence without a full stop, for people
     */
    public String meaning() {
        return meaning;
    }

    /**
     * Returns the mark with a name in data sets.
     *
     * @param label the name, for instance {@code slow-clock}
     * @return the mark; empty if this version knows no mark of that name
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
