package io.pepper.examples;

import io.pepper.cluster.Link;
import io.pepper.export.DeploymentPlan;
import io.pepper.plan.Transfer;
import java.util.Comparator;
import java.util.List;

/**
 * A link that the messages of a plan use, with the values by which the plan was made.
 *
 * @param from the sender's name
 * @param to the receiver's name
 * @param link the link in this direction
 */
public record PlannedLink(String from, String to, Link link) {
    /**
     * Returns the links of a plan.
     *
     * @param plan the plan
     * @return each direction once, sorted by the names
     */
    public static List<PlannedLink> of(DeploymentPlan plan) {
        return plan.placement().transfers().stream()
                .map(PlannedLink::of)
                .distinct()
                .sorted(Comparator.comparing(PlannedLink::from).thenComparing(PlannedLink::to))
                .toList();
    }

    private static PlannedLink of(Transfer transfer) {
        return new PlannedLink(transfer.from().name(), transfer.to().name(), transfer.link());
    }
}
