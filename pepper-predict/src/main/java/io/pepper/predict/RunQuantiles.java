package io.pepper.predict;

import io.pepper.measure.ModelTiming;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * An approximate distribution of the runs of measurements: some quantiles, and the share of the runs around each.
 * Immutable.
 */
final class RunQuantiles {
    private static final double[] SHARES = {0.125, 0.25, 0.25, 0.2, 0.125, 0.05};

    private final List<Point> points;

    /**
     * A time that represents a share of the runs.
     *
     * @param seconds the time, in seconds
     * @param share share of all runs, 0 to 1
     */
    record Point(double seconds, double share) {}

    private RunQuantiles(List<Point> points) {
        this.points = points;
    }

    static RunQuantiles of(ModelTiming timing) {
        return of(List.of(timing));
    }

    /** Returns the distribution of several measurements together, each with the same weight. */
    static RunQuantiles of(List<ModelTiming> timings) {
        List<Point> points = new ArrayList<>();
        for (ModelTiming timing : timings) {
            double[] quantiles = {
                timing.minSeconds(),
                timing.p25Seconds(),
                timing.medianSeconds(),
                timing.p75Seconds(),
                timing.p90Seconds(),
                timing.p99Seconds()
            };
            for (int i = 0; i < quantiles.length; i++) {
                points.add(new Point(quantiles[i], SHARES[i] / timings.size()));
            }
        }
        points.sort(Comparator.comparingDouble(Point::seconds));
        return new RunQuantiles(points);
    }

    /** Returns the points from the fastest to the slowest. */
    List<Point> points() {
        return points;
    }

    /** Returns a quantile, in seconds. */
    double at(double share) {
        double below = 0;
        for (Point point : points) {
            below += point.share;
            if (below >= share) {
                return point.seconds;
            }
        }
        return points.get(points.size() - 1).seconds;
    }

    /** Returns the share of the runs that took at most a given time. */
    double shareWithin(double seconds) {
        return points.stream()
                .filter(point -> point.seconds <= seconds)
                .mapToDouble(Point::share)
                .sum();
    }
}
