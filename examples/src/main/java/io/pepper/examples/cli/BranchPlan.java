package io.pepper.examples.cli;

import io.pepper.cut.Cuts;
import io.pepper.onnx.ModelBranches;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OperatorPlanner;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.plan.Constraints;
import io.pepper.plan.GraphPlacement;
import io.pepper.plan.GraphPlanner;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Parts that need not be one after the other, and where they run.
 *
 * @param branches the parts
 * @param placement where they run
 * @param constraints what that keeps within
 * @param singleDevices the whole model on each device, for comparison
 */
record BranchPlan(
        ModelBranches branches,
        GraphPlacement placement,
        Constraints constraints,
        List<GraphPlacement.SingleDevice> singleDevices) {

    /** So many parts of independent branches, or all on one device where that is less. */
    static BranchPlan ofBranches(
            int parts, PlanOptions plan, ModelCosts costs, Cuts cuts, PlanOptions.Timed timed, List<String> notes) {
        ModelBranches branches =
                costs.branches(Partitioner.tree(parts, costs.flops()).partition(cuts));
        Constraints constraints = plan.constraintsOf(branches);
        GraphPlacement placement =
                GraphPlanner.of(timed.cluster(), timed.model().graph(branches)).plan(constraints);
        ModelBranches whole = costs.branches(Partition.whole(cuts.graph()));
        BranchPlan planned = new BranchPlan(branches, placement, constraints, single(whole, timed));
        return plan.isLimited() ? planned : planned.orWhole(whole, notes);
    }

    /** Between two devices, operator by operator. */
    static BranchPlan ofOperators(ModelCosts costs, Cuts cuts, PlanOptions.Timed timed) {
        OperatorPlanner.Plan divided = OperatorPlanner.plan(costs, cuts, timed.cluster(), timed.model());
        ModelBranches whole = costs.branches(Partition.whole(cuts.graph()));
        return new BranchPlan(divided.branches(), divided.placement(), Constraints.NONE, single(whole, timed));
    }

    private static List<GraphPlacement.SingleDevice> single(ModelBranches whole, PlanOptions.Timed timed) {
        return GraphPlanner.of(timed.cluster(), timed.model().graph(whole)).singleDevices();
    }

    private BranchPlan orWhole(ModelBranches whole, List<String> notes) {
        Optional<GraphPlacement> better = singleDevices.stream()
                .filter(GraphPlacement.SingleDevice::fits)
                .flatMap(device -> device.placement().stream())
                .filter(found -> found.latencySeconds() < placement.latencySeconds())
                .min(Comparator.comparingDouble(GraphPlacement::latencySeconds));
        if (better.isEmpty()) {
            return this;
        }
        notes.add("all on one device takes less than the best placement of " + branches.segments() + " parts, "
                + Amounts.time(placement.latencySeconds()));
        return new BranchPlan(whole, better.get(), constraints, singleDevices);
    }
}
