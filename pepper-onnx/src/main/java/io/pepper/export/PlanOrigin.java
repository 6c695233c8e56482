package io.pepper.export;

import io.pepper.cluster.DeviceState;
import io.pepper.plan.Constraints;
import java.util.Collection;
import java.util.List;

/**
 * What a placement was planned from, for whoever reads {@code plan.json}. Immutable and therefore thread-safe.
 *
 * @param predictor what the costs were predicted by
 * @param constraints what the placement keeps within
 * @param states what state the devices were in, as far as they were looked at
 * @param caveats why the predicted figures may be wrong ({@link io.pepper.plan.CostModel#caveats})
 */
public record PlanOrigin(String predictor, Constraints constraints, List<DeviceState> states, List<String> caveats) {
    /**
     * Copies the lists.
     *
     * @param predictor see the record
     * @param constraints see the record
     * @param states see the record
     * @param caveats see the record
     */
    public PlanOrigin {
        states = List.copyOf(states);
        caveats = List.copyOf(caveats);
    }

    /**
     * Planned from predictions alone: without constraints, for idle devices.
     *
     * @param predictor what the costs were predicted by
     * @return an origin
     */
    public static PlanOrigin of(String predictor) {
        return new PlanOrigin(predictor, Constraints.NONE, List.of(), List.of());
    }

    /**
     * With constraints.
     *
     * @param limits what the placement keeps within
     * @return an origin
     */
    public PlanOrigin withConstraints(Constraints limits) {
        return new PlanOrigin(predictor, limits, states, caveats);
    }

    /**
     * With what the devices did.
     *
     * @param readings the states of devices
     * @return an origin
     */
    public PlanOrigin withStates(Collection<DeviceState> readings) {
        return new PlanOrigin(predictor, constraints, List.copyOf(readings), caveats);
    }

    /**
     * With reasons why the predicted figures may be wrong.
     *
     * @param sentences one each
     * @return an origin
     */
    public PlanOrigin withCaveats(List<String> sentences) {
        return new PlanOrigin(predictor, constraints, states, sentences);
    }
}
