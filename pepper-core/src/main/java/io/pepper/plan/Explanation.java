package io.pepper.plan;

import io.pepper.cluster.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The reasons for a placement. Immutable and therefore thread-safe.
 *
 * @param placement the placement
 * @param constraints what it keeps within
 * @param singleDevices the whole model on each device, in the cluster's order
 * @param runnerUp the best of all other placements; empty if there is none
 * @param prices what each limit costs, of those that cost something
 * @param flips when another placement would be the best
 */
public record Explanation(
        Placement placement,
        Constraints constraints,
        List<SingleDevice> singleDevices,
        Optional<Placement> runnerUp,
        List<Price> prices,
        List<Flip> flips) {
    /**
     * Copies the lists.
     *
     * @param placement the placement
     * @param constraints what it keeps within
     * @param singleDevices the whole model on each device, in the cluster's order
     * @param runnerUp the best of all other placements; empty if there is none
     * @param prices what each limit costs, of those that cost something
     * @param flips when another placement would be the best
     */
    public Explanation {
        singleDevices = List.copyOf(singleDevices);
        prices = List.copyOf(prices);
        flips = List.copyOf(flips);
    }

    /**
     * The whole model on one device.
     *
     * @param device the device
     * @param placement what that costs; empty if the model cannot run there at all, or the device cannot be reached
     * @param fits whether it may be placed there, and fits the memory
     */
    public record SingleDevice(Device device, Optional<Placement> placement, boolean fits) {}

    /**
     * The price of a limit.
     *
     * @param limit the limit, in words
     * @param without the best placement without the limit
     * @param saves the cost that this placement saves, in the unit of the objective, more than 0
     */
    public record Price(String limit, Placement without, double saves) {}

    /**
     * A change that makes another placement the best.
     *
     * @param what what changes, in words
     * @param factor times what it is now, to three digits, from 1/1,024 to 1,024
     * @param bytesPerSecond the bandwidth at which that is, if it is one that changes
     * @param loadPercent the CPU load at which that is, 0 to 100, if it was looked for ({@link #withLoads})
     * @param then the best placement just beyond
     */
    public record Flip(
            String what, double factor, OptionalDouble bytesPerSecond, OptionalDouble loadPercent, Placement then) {}

    /**
     * Replaces the comparison with single devices: the segments of branches take longer one by one than the whole model does.
     *
     * @param others the whole model on each device, such as {@link Planner#singleDevices} finds for a table of one segment
     * @return this explanation with them
     */
    public Explanation withSingleDevices(List<SingleDevice> others) {
        return new Explanation(placement, constraints, others, runnerUp, prices, flips);
    }

    /**
     * Finds also at which CPU load of a device another placement would be the best, as the predictor sees load. Plans and predicts up to 32
     * times for each device.
     *
     * @param planner which made the placement
     * @param model which made the planner's costs
     * @param segments of which they are
     * @return with more flips, in the order of the devices
     * @throws IllegalArgumentException if the predictor cannot say, or costs and segments do not fit together
     */
    public Explanation withLoads(Planner planner, CostModel model, Segments segments) {
        List<Flip> more = new ArrayList<>(flips);
        more.addAll(new LoadFlips(planner.forExplanations(), model, segments, this).find());
        return new Explanation(placement, constraints, singleDevices, runnerUp, prices, more);
    }

    /**
     * Returns this explanation as text that a person reads: the placement, each device alone, the runner-up, prices and flips.
     *
     * @return lines, segments and parts counted from 1
     */
    public String describe() {
        return Description.of(this);
    }

    /** For instance {@code Explanation[Placement[0-2 on pi: 0.04 s, every 0.03 s], 1 price, 4 flips]}. */
    @Override
    public String toString() {
        return "Explanation[" + placement + ", " + prices.size() + (prices.size() == 1 ? " price, " : " prices, ")
                + flips.size() + (flips.size() == 1 ? " flip]" : " flips]");
    }
}
