package io.pepper.predict;

import io.pepper.cluster.Conditions;
import java.util.OptionalDouble;

/** A moment of a campaign, to be compared with an earlier one of the same kind. Immutable and therefore thread-safe. */
interface CampaignMoment {
    double secondsSince(CampaignMoment earlier);

    Span since(CampaignMoment earlier);

    /**
     * What went on between two moments.
     *
     * @param achievedPercent the load that the generator made, of the cores that work here may use
     * @param foreignPercent what other processes took of the processors
     * @param loadPercent the share of the cores that was not to be had, the generator's load included, this process's work aside
     * @param foreignThreads how many threads of other processes wanted to run, about
     * @param conditions the conditions
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
