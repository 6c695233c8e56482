package io.pepper.examples.cli;

import io.pepper.cluster.DeviceState;
import io.pepper.cut.Cuts;
import io.pepper.internal.text.Quantities;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OperatorPlanner;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.Explanation;
import io.pepper.plan.Metric;
import io.pepper.plan.NoSuchPlacementException;
import io.pepper.plan.Objective;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A placement with its explanation.
 *
 * @param prepared the input of planning
 * @param why the placement and its explanation
 * @param robust the placement in scenarios, if there are any
 * @param front the Pareto front of latency and period; empty if it was not requested
 */
record Planned(PlanOptions.Prepared prepared, Explanation why, Optional<Scenarios.Plan> robust, List<Placement> front) {
    /** Returns the plan of a chain or of branches. */
    static Planned of(
            PlanOptions plan, PlanOptions.Prepared prepared, Objective objective, Scenarios scenarios, boolean front) {
        Optional<Scenarios.Plan> robust = scenarios.plan(plan, prepared, objective);
        if (robust.isPresent()) {
            return new Planned(prepared, robust.get().why(), robust, List.of());
        }
        Placement placement = prepared.planner().plan(objective, prepared.constraints());
        Explanation why = plan.explain(prepared, placement);
        List<Placement> tradeOffs =
                front ? prepared.planner().pareto(Metric.LATENCY, Metric.PERIOD, prepared.constraints()) : List.of();
        return new Planned(prepared, why, robust, tradeOffs);
    }

    /**
     * Returns a plan of branches after comparing it with the whole model on each device. If a single device is better
     * and nothing limits the plan, it replaces the plan.
     */
    Planned orWhole(PlanOptions plan, ModelCosts costs) {
        if (prepared.model().isEmpty() || prepared.segments().isChain()) {
            return this;
        }
        ModelSegments whole = costs.segments(List.of());
        Planner planner =
                Planner.of(prepared.planner().cluster(), prepared.model().get().table(whole));
        Objective objective = why.placement().objective();
        Planned compared =
                new Planned(prepared, why.withSingleDevices(planner.singleDevices(objective)), robust, front);
        if (plan.isLimited() || robust.isPresent()) {
            return compared;
        }
        Placement best;
        try {
            best = planner.plan(objective);
        } catch (NoSuchPlacementException none) {
            return compared;
        }
        if (best.value() >= why.placement().value()) {
            return compared;
        }
        prepared.notes()
                .add("all on one device is better than the best placement of "
                        + prepared.segments().count() + " parts: " + PlanPrinter.line(why.placement()) + ", latency "
                        + Quantities.seconds(why.placement().latencySeconds()));
        PlanOptions.Prepared instead = prepared.with(whole, planner);
        return new Planned(instead, plan.explain(instead, best), robust, List.of());
    }

    /** Returns the plan of a division between two devices, operator by operator. */
    static Planned ofOperators(
            ModelCosts costs, Cuts cuts, PlanOptions.Timed timed, Objective objective, List<String> notes) {
        CostModel times = timed.model();
        OperatorPlanner.Plan divided = OperatorPlanner.plan(costs, cuts, timed.cluster(), times, objective);
        Planner whole = Planner.of(timed.cluster(), times.table(costs.segments(List.of())));
        Explanation why = new Explanation(
                divided.placement(),
                Constraints.NONE,
                whole.singleDevices(objective),
                Optional.empty(),
                List.of(),
                List.of());
        PlanOptions.Prepared prepared = new PlanOptions.Prepared(
                divided.segments(),
                Planner.of(timed.cluster(), times.table(divided.segments())),
                Constraints.NONE,
                Optional.of(times),
                timed.states(),
                notes);
        return new Planned(prepared, why, Optional.empty(), List.of());
    }

    /** Returns the states of the devices that the plan takes into account. */
    List<DeviceState> states() {
        return robust.map(Scenarios.Plan::worstStates).orElse(prepared.states());
    }

    /** Returns reasons why the figures may be wrong, in the worst scenario and in the others, among which it was chosen. */
    List<String> caveats() {
        List<Placement> chosen = List.of(why.placement());
        List<String> caveats = new ArrayList<>(prepared.caveats(chosen, states()));
        robust.ifPresent(plan -> {
            for (int i = 0; i < plan.names().size(); i++) {
                String scenario = plan.names().get(i);
                prepared.caveats(chosen, plan.states().get(i)).stream()
                        .filter(caveat -> !caveats.contains(caveat))
                        .map(caveat -> "in the scenario " + scenario + ": " + caveat)
                        .toList()
                        .forEach(caveats::add);
            }
        });
        return caveats;
    }
}
