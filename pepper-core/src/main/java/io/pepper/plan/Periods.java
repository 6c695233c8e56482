package io.pepper.plan;

import java.util.Arrays;

/** The possible periods of a pipeline: the times of its runs and messages. */
final class Periods {
    private Periods() {}

    /** Returns all possible periods, ascending. */
    static double[] of(Problem problem) {
        int devices = problem.devices();
        int cuts = problem.segments() + 1;
        int size = devices * cuts * cuts / 2 + cuts * devices * devices + 1;
        double[] times = new double[size];
        int count = 0;
        for (int device = 0; device < devices; device++) {
            for (int from = 0; from < cuts - 1; from++) {
                for (int to = from + 1; to <= problem.allowed().furthest(from, device); to++) {
                    if (problem.allowed().is(from, to, device)) {
                        times[count] = problem.seconds().at(from, to, device);
                        count++;
                    }
                }
            }
            for (int cut = 0; cut < cuts; cut++) {
                for (int to = 0; to < devices; to++) {
                    double occupied = problem.hopOccupied().at(cut, device, to);
                    if (occupied < Double.POSITIVE_INFINITY) {
                        times[count] = occupied;
                        count++;
                    }
                }
            }
        }
        if (problem.source() != Problem.NOWHERE
                && problem.sink() != Problem.NOWHERE
                && problem.meetingSeconds() < Double.POSITIVE_INFINITY) {
            times[count] = problem.meetingSeconds();
            count++;
        }
        Arrays.sort(times, 0, count);
        int distinct = 0;
        for (int i = 0; i < count; i++) {
            if (i == 0 || times[i] > times[i - 1]) {
                times[distinct] = times[i];
                distinct++;
            }
        }
        return Arrays.copyOf(times, distinct);
    }

    /** Returns the number of sorted times that are at most a limit. */
    static int atMost(double[] times, double limit) {
        int low = 0;
        int high = times.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (times[middle] <= limit) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
