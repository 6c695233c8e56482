package io.pepper.report.internal.markup;

import java.util.List;

/** A mapping of values to positions along an axis. */
public interface Scale {
    /**
     * Returns a linear scale from 0.
     *
     * @param greatest the end of the scale, which need not be round
     * @return the scale
     */
    static Scale linear(double greatest) {
        return new LinearScale(greatest);
    }

    /**
     * Returns a linear scale for points that are compared with each other: from 0 if they reach down to less than half of
     * the greatest value, else from a round value below the least.
     *
     * @param least the least value, 0 or more
     * @param greatest the end of the scale, which need not be round
     * @return the scale
     */
    static Scale around(double least, double greatest) {
        return least < greatest && least > greatest / 2 ? new LinearScale(least, greatest) : new LinearScale(greatest);
    }

    /**
     * Returns a logarithmic scale of whole decades.
     *
     * @param values the values to span; those that are not positive and finite are ignored
     * @return the scale
     */
    static Scale logarithmic(double[]... values) {
        return LogarithmicScale.spanning(values);
    }

    /**
     * Returns the position of a value.
     *
     * @param value any
     * @return 0 at the start of the axis, 1 at its end
     */
    double place(double value);

    /**
     * Returns the values to write at the axis.
     *
     * @return round values, ascending
     */
    List<Double> ticks();
}
