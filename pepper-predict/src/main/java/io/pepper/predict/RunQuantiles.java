package io.pepper.predict;

import io.pepper.measure.ModelTiming;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is known of the runs of measurements: some of their quantiles, and the share of the runs around each. Immutable. */
final class RunQuantiles {
    private static final double[] SHARES = {0.125, 0.25, 0.25, 0.2, 0.125, 0.05};

    private final List<Point> points;

    /**
     * What stands for some runs.
     *
     * @param share of all runs
     */
    record Point(double seconds, double share) {}

    private RunQuantiles(List<Point> points) {
        this.points = points;
    }

    static RunQuantiles of(ModelTiming timing) {
        return of(List.of(timing));
    }

    /** Of the runs of several measurements together, each with as much weight. */
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

    /** From the fastest to the slowest. */
    List<Point> points() {
        return points;
    }

    /** The time within which a share of the runs lies, in seconds. */
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

    /** The share of the runs that took at most so long. */
    double shareWithin(double seconds) {
        return points.stream()
                .filter(point -> point.seconds <= seconds)
                .mapToDouble(Point::share)
                .sum();
    }
}
