package io.pepper.predict;

import io.pepper.cluster.Conditions;
import java.util.OptionalDouble;

/**
 * A moment of a campaign, to be compared with an earlier one of the same implementation. Immutable and therefore
 * thread-safe.
 */
interface CampaignMoment {
    double secondsSince(CampaignMoment earlier);

    Span since(CampaignMoment earlier);

    /**
     * The state of the machine between two moments.
     *
     * @param achievedPercent load that the generator achieved, in percent of the cores that this process may use
     * @param foreignPercent share of the processors that other processes took, in percent
     * @param loadPercent share of the cores that was not available, in percent: with the generator's load, without this
     *     process's work
     * @param foreignThreads estimated number of runnable threads of other processes
     * @param conditions clock, temperature, throttling and pressure
     */
    record Span(
            OptionalDouble achievedPercent,
            OptionalDouble foreignPercent,
            OptionalDouble loadPercent,
            double foreignThreads,
            Conditions conditions) {
        boolean isBusy() {
            return foreignPercent.orElse(0) >= Marks.BUSY_PERCENT;
        }
    }
}
