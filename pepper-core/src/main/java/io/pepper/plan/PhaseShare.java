package io.pepper.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The time of a part, or of a message between devices, in each of several phases. Immutable and therefore thread-safe.
 *
 * @param where the device that runs the part; for a message, the two devices with an arrow
 * @param part the part's index from 0; empty for a message
 * @param seconds the median time in one run of each phase, in their order
 * @param taskSeconds the time in all runs of one task
 */
public record PhaseShare(String where, OptionalInt part, List<Double> seconds, double taskSeconds) {
    /**
     * Copies the list.
     *
     * @param where the device that runs the part; for a message, the two devices with an arrow
     * @param part the part's index from 0; empty for a message
     * @param seconds the median time in one run of each phase
     * @param taskSeconds the time in all runs of one task
     */
    public PhaseShare {
        seconds = List.copyOf(seconds);
    }

    /** Returns the shares of a placement of a chain, in the order in which they run. */
    static List<PhaseShare> of(List<Placement> costs, double... times) {
        Placement first = costs.get(0);
        List<PhaseShare> shares = new ArrayList<>();
        int sent = 0;
        for (PlacedPart part : first.parts()) {
            sent = sent(costs, sent, part.from(), shares, times);
            shares.add(of(
                    part.device().name(),
                    OptionalInt.of(part.index()),
                    costs.stream()
                            .map(each -> each.parts().get(part.index()).computeSeconds())
                            .toList(),
                    times));
        }
        sent(costs, sent, Integer.MAX_VALUE, shares, times);
        return shares;
    }

    /** Adds the messages of the cuts up to one, and returns how many there are so far. */
    private static int sent(List<Placement> costs, int from, int cut, List<PhaseShare> shares, double... times) {
        List<Transfer> all = costs.get(0).transfers();
        int next = from;
        while (next < all.size() && all.get(next).flow() <= cut) {
            int index = next;
            String where =
                    all.get(next).from().name() + " → " + all.get(next).to().name();
            shares.add(of(
                    where,
                    OptionalInt.empty(),
                    costs.stream()
                            .map(each -> each.transfers().get(index).seconds())
                            .toList(),
                    times));
            next++;
        }
        return next;
    }

    private static PhaseShare of(String where, OptionalInt part, List<Double> seconds, double... times) {
        double sum = 0;
        for (int phase = 0; phase < times.length; phase++) {
            sum += times[phase] == 0 ? 0 : times[phase] * seconds.get(phase);
        }
        return new PhaseShare(where, part, seconds, sum);
    }

    /**
     * Returns the device or link that takes most of the time of a task.
     *
     * @param shares the shares of a placement
     * @return the device or link, and its time in a task; of equals the first
     * @throws IllegalArgumentException if there are no shares
     */
    public static Map.Entry<String, Double> most(List<PhaseShare> shares) {
        Map<String, Double> byPlace = new LinkedHashMap<>();
        shares.forEach(share -> byPlace.merge(share.where, share.taskSeconds, Double::sum));
        return byPlace.entrySet().stream()
                .max(Comparator.comparingDouble(Map.Entry::getValue))
                .orElseThrow(() -> new IllegalArgumentException("there are no shares"));
    }
}
