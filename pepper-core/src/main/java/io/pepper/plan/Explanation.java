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
 * @param constraints the constraints of the placement
 * @param singleDevices the whole model on each device, in the cluster's order
 * @param runnerUp the best of all other placements; empty if there is none
 * @param prices the price of each limit with a positive price
 * @param flips the changes that would make another placement the best
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
     * @param constraints the constraints of the placement
     * @param singleDevices the whole model on each device, in the cluster's order
     * @param runnerUp the best of all other placements; empty if there is none
     * @param prices the price of each limit with a positive price
     * @param flips the changes that would make another placement the best
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
     * @param placement the placement with its costs; empty if the model cannot run on the device, or the device cannot
     *     be reached
     * @param fits whether the model may be placed on the device, and fits its memory
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
     * @param what the change, in words
     * @param factor the factor relative to the current value, to three digits, from 1/1,024 to 1,024
     * @param bytesPerSecond the bandwidth at the change, if a bandwidth changes
     * @param loadPercent the CPU load at the change, 0 to 100, if a load changes ({@link #withLoads})
     * @param then the best placement just beyond the change
     */
    public record Flip(
            String what, double factor, OptionalDouble bytesPerSecond, OptionalDouble loadPercent, Placement then) {}

    /** A prediction of costs after the state of one device has changed. */
    @FunctionalInterface
    public interface CostUpdate {
        /**
         * Returns the costs of the planned segments.
         *
         * @param changed the cost model with the new state of the device
         * @param device the device's index
         * @return the costs, which differ from those of the plan on this device alone
         */
        CostTable costs(CostModel changed, int device);
    }

    /**
     * Returns this explanation with another comparison with single devices, since the segments of branches take longer
     * one by one than the whole model.
     *
     * @param others the whole model on each device, such as {@link Planner#singleDevices} finds for a table of one
     *     segment
     * @return the new explanation
     */
    public Explanation withSingleDevices(List<SingleDevice> others) {
        return new Explanation(placement, constraints, others, runnerUp, prices, flips);
    }

    /**
     * Returns this explanation with further flips: the CPU load of each device at which another placement would be the
     * best, according to the predictor. Plans and predicts up to 32 times for each device.
     *
     * @param planner the planner that made the placement
     * @param model the cost model that made the planner's costs
     * @param segments the segments of these costs
     * @return the new explanation; the flips are in the order of the devices
     * @throws IllegalArgumentException if the predictor cannot predict a run, or if the costs are not those of the
     *     segments
     */
    public Explanation withLoads(Planner planner, CostModel model, Segments segments) {
        return withLoads(planner, model, (changed, device) -> changed.update(segments, planner.costs(), device));
    }

    /**
     * Returns this explanation with further flips, for costs that are made of several predictions, such as those of
     * {@link Phases}. Plans and predicts up to 32 times for each device.
     *
     * @param planner the planner that made the placement
     * @param model the cost model that made the planner's costs
     * @param update the prediction of these costs in another state of a device
     * @return the new explanation; the flips are in the order of the devices
     * @throws IllegalArgumentException if the predictor cannot predict a run
     */
    public Explanation withLoads(Planner planner, CostModel model, CostUpdate update) {
        List<Flip> more = new ArrayList<>(flips);
        more.addAll(new LoadFlips(planner.forExplanations(), model, update, this).find());
        return new Explanation(placement, constraints, singleDevices, runnerUp, prices, more);
    }

    /**
     * Returns this explanation as text for people: the placement, each device alone, the runner-up, prices and flips.
     *
     * @return the lines of text, with segments and parts counted from 1
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
