package io.pepper.export;

import io.pepper.cluster.DeviceState;
import io.pepper.plan.Constraints;
import java.util.Collection;
import java.util.List;

/**
 * The origin of a placement, for readers of {@code plan.json}. Immutable and therefore thread-safe.
 *
 * @param predictor the predictor of the costs, in words
 * @param constraints the constraints that the placement keeps
 * @param states the states of devices that the placement takes into account
 * @param caveats the reasons why the predicted figures may be wrong ({@link io.pepper.plan.CostModel#caveats})
 */
public record PlanOrigin(String predictor, Constraints constraints, List<DeviceState> states, List<String> caveats) {
    /**
     * Creates an origin.
     *
     * @param predictor the predictor of the costs, in words
     * @param constraints the constraints that the placement keeps
     * @param states the states of devices that the placement takes into account
     * @param caveats the reasons why the predicted figures may be wrong
     */
    public PlanOrigin {
        states = List.copyOf(states);
        caveats = List.copyOf(caveats);
    }

    /**
     * Returns the origin of a placement that was planned for idle devices and without constraints.
     *
     * @param predictor the predictor of the costs, in words
     * @return the origin
     */
    public static PlanOrigin of(String predictor) {
        return new PlanOrigin(predictor, Constraints.NONE, List.of(), List.of());
    }

    /**
     * Sets the constraints.
     *
     * @param limits the constraints that the placement keeps
     * @return a copy with these constraints
     */
    public PlanOrigin withConstraints(Constraints limits) {
        return new PlanOrigin(predictor, limits, states, caveats);
    }

    /**
     * Sets the states of devices.
     *
     * @param readings the states that the placement takes into account
     * @return a copy with these states
     */
    public PlanOrigin withStates(Collection<DeviceState> readings) {
        return new PlanOrigin(predictor, constraints, List.copyOf(readings), caveats);
    }

    /**
     * Sets the reasons why the predicted figures may be wrong.
     *
     * @param sentences a sentence for each reason
     * @return a copy with these caveats
     */
    public PlanOrigin withCaveats(List<String> sentences) {
        return new PlanOrigin(predictor, constraints, states, sentences);
    }
}
