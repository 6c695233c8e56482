package io.pepper;

import io.pepper.cluster.DeviceState;
import io.pepper.model.InputShapes;
import io.pepper.plan.Constraints;
import io.pepper.plan.Objective;
import java.util.Collection;
import java.util.List;

/**
 * Options of {@link Pepper#plan(io.pepper.onnx.OnnxModel, io.pepper.cluster.Cluster, io.pepper.workload.LatencyPredictor,
 * PlanningOptions)}. Immutable and therefore thread-safe.
 *
 * @param inputShapes sizes for the model's inputs whose sizes are open
 * @param objective the objective to minimise
 * @param constraints the limits of the placement
 * @param maxCuts the largest number of cuts to plan with, 1 or more; more cuts allow better plans and take longer to plan
 * @param states the present states of devices; devices without a state count as idle
 */
public record PlanningOptions(
        InputShapes inputShapes, Objective objective, Constraints constraints, int maxCuts, List<DeviceState> states) {
    /** Lowest latency of idle devices, without limits, with up to 24 cuts. */
    public static final PlanningOptions DEFAULTS =
            new PlanningOptions(InputShapes.NONE, Objective.LATENCY, Constraints.NONE, 24, List.of());

    /**
     * Checks the number of cuts, and copies the states.
     *
     * @param inputShapes sizes for inputs whose sizes are open
     * @param objective the objective to minimise
     * @param constraints the limits of the placement
     * @param maxCuts the largest number of cuts to plan with
     * @param states the present states of devices
     * @throws IllegalArgumentException if {@code maxCuts} is less than 1
     */
    public PlanningOptions {
        if (maxCuts < 1) {
            throw new IllegalArgumentException("maxCuts is " + maxCuts + ", 1 is the least");
        }
        states = List.copyOf(states);
    }

    /**
     * Returns these options with other sizes of inputs.
     *
     * @param shapes sizes for inputs whose sizes are open
     * @return new options
     */
    public PlanningOptions withInputShapes(InputShapes shapes) {
        return new PlanningOptions(shapes, objective, constraints, maxCuts, states);
    }

    /**
     * Returns these options with another objective.
     *
     * @param goal the objective to minimise
     * @return new options
     */
    public PlanningOptions withObjective(Objective goal) {
        return new PlanningOptions(inputShapes, goal, constraints, maxCuts, states);
    }

    /**
     * Returns these options with other limits.
     *
     * @param limits the limits of the placement
     * @return new options
     */
    public PlanningOptions withConstraints(Constraints limits) {
        return new PlanningOptions(inputShapes, objective, limits, maxCuts, states);
    }

    /**
     * Returns these options with another number of cuts.
     *
     * @param most the largest number of cuts to plan with, 1 or more
     * @return new options
     */
    public PlanningOptions withMaxCuts(int most) {
        return new PlanningOptions(inputShapes, objective, constraints, most, states);
    }

    /**
     * Returns these options with the present states of devices.
     *
     * @param readings states, for example from a monitor; each must belong to a device of the cluster
     * @return new options
     */
    public PlanningOptions withStates(Collection<DeviceState> readings) {
        return new PlanningOptions(inputShapes, objective, constraints, maxCuts, List.copyOf(readings));
    }
}
