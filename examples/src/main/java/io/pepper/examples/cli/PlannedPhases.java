package io.pepper.examples.cli;

import io.pepper.export.DeploymentPlan;
import io.pepper.internal.text.Quantities;
import java.util.Optional;
import java.util.stream.Collectors;

/** The phases of a plan, for readers of figures that are means of all phases. */
final class PlannedPhases {
    private PlannedPhases() {}

    /**
     * Returns a remark that the figures of a plan are those of a mean step.
     *
     * @param plan the plan
     * @return the remark, without a full stop; empty if each inference is alike
     */
    static Optional<String> note(DeploymentPlan plan) {
        if (plan.phases().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of("the figures of the plan are of its mean step (" + shares(plan) + ")");
    }

    /**
     * Returns the phases with their numbers of runs and their times.
     *
     * @param plan the plan
     * @return for instance {@code prompt 1 × 1.59 s, token 127 × 32.2 ms}; empty without phases
     */
    static String shares(DeploymentPlan plan) {
        return plan.phases().stream()
                .map(phase -> phase.name() + " " + Quantities.number(phase.times()) + " × "
                        + Quantities.seconds(phase.latencySeconds()))
                .collect(Collectors.joining(", "));
    }
}
