package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;

/**
 * A builder of explanations. Searches over branches are bounded: an alternative that they find is better, but perhaps
 * not the best one.
 */
final class ExplanationBuilder {
    private static final int DOUBLINGS = 10;
    private static final int HALVINGS = 10;

    private final Planner planner;
    private final Placement placement;
    private final Constraints constraints;
    private final PlanGoal goal;

    ExplanationBuilder(Planner planner, Placement placement, Constraints constraints, PlanGoal goal) {
        this.planner = planner;
        this.placement = placement;
        this.constraints = constraints;
        this.goal = goal;
    }

    Explanation explain() {
        return new Explanation(
                placement, constraints, planner.singleDevices(goal.objective()), runnerUp(), prices(), flips());
    }

    /**
     * Returns the best other placement. Each other placement differs from this one first at some segment; the best one
     * of each such class is found (Lawler 1972).
     */
    private Optional<Placement> runnerUp() {
        List<Placement> others = new ArrayList<>();
        Constraints asBefore = constraints;
        for (PlacedPart part : placement.parts()) {
            for (int segment = part.from(); segment < part.to(); segment++) {
                String device = part.device().name();
                goal.best(planner, asBefore.withBarred(segment, device)).ifPresent(others::add);
                asBefore = asBefore.withPin(segment, device);
            }
        }
        return others.stream().min(Comparator.comparingDouble(goal::value));
    }

    private List<Explanation.Price> prices() {
        List<Explanation.Price> prices = new ArrayList<>();
        for (Map.Entry<String, Placement> each :
                planner.withoutEachLimit(goal, constraints).entrySet()) {
            double saves = goal.value(placement) - goal.value(each.getValue());
            if (saves > 0) {
                prices.add(new Explanation.Price(each.getKey(), each.getValue(), saves));
            }
        }
        return prices;
    }

    private List<Explanation.Flip> flips() {
        List<Explanation.Flip> flips = new ArrayList<>();
        List<Device> devices = planner.cluster().devices();
        for (int one = 0; one < devices.size(); one++) {
            int changed = one;
            flip(
                    flips,
                    "the time of " + devices.get(one).name(),
                    OptionalDouble.empty(),
                    factor -> planner.withCosts(planner.costs().withSlower(changed, factor)));
            for (int other = one + 1; other < devices.size(); other++) {
                int end = other;
                if (isLimited(one, other) || isLimited(other, one)) {
                    flip(
                            flips,
                            "the bandwidth between " + devices.get(one).name() + " and "
                                    + devices.get(other).name(),
                            bandwidth(one, other),
                            factor -> planner.withCluster(faster(changed, end, factor)));
                }
            }
        }
        return flips;
    }

    /**
     * Returns the bandwidth of the limited direction, if the other one is unlimited; the first direction's if they
     * differ.
     */
    private OptionalDouble bandwidth(int one, int other) {
        int from = isLimited(one, other) ? one : other;
        return planner.cluster().link(from, from == one ? other : one).stream()
                .mapToDouble(Link::bytesPerSecond)
                .findFirst();
    }

    private boolean isLimited(int from, int to) {
        return planner.cluster()
                .link(from, to)
                .filter(link -> link.bytesPerSecond() < Double.POSITIVE_INFINITY)
                .isPresent();
    }

    private Cluster faster(int one, int other, double factor) {
        Cluster.Builder builder = planner.cluster().toBuilder();
        for (int[] pair : new int[][] {{one, other}, {other, one}}) {
            Optional<Link> link = planner.cluster().link(pair[0], pair[1]);
            link.ifPresent(known -> builder.directedLink(
                    planner.cluster().devices().get(pair[0]).name(),
                    planner.cluster().devices().get(pair[1]).name(),
                    known.withBytesPerSecond(known.bytesPerSecond() * factor)));
        }
        return builder.build();
    }

    /**
     * Doubles, then halves a quantity until the best placement changes, and bisects to find the point of the change.
     */
    private void flip(List<Explanation.Flip> flips, String what, OptionalDouble now, DoubleFunction<Planner> changed) {
        for (double step : new double[] {2, 0.5}) {
            double same = 1;
            double factor = step;
            Optional<Placement> then = other(changed, factor);
            for (int i = 1; i < DOUBLINGS && then.isEmpty(); i++) {
                same = factor;
                factor *= step;
                then = other(changed, factor);
            }
            for (int i = 0; i < HALVINGS && then.isPresent(); i++) {
                double middle = Math.sqrt(same * factor);
                Optional<Placement> there = other(changed, middle);
                if (there.isPresent()) {
                    factor = middle;
                    then = there;
                } else {
                    same = middle;
                }
            }
            double at = factor;
            OptionalDouble bandwidth = now.isPresent() ? OptionalDouble.of(at * now.getAsDouble()) : now;
            then.ifPresent(
                    found -> flips.add(new Explanation.Flip(what, at, bandwidth, OptionalDouble.empty(), found)));
        }
    }

    /** Returns the best placement after a change; empty if it is the same one. */
    private Optional<Placement> other(DoubleFunction<Planner> changed, double factor) {
        Planner then = changed.apply(factor);
        return goal.best(then, constraints)
                .filter(found -> !found.hasPartsOf(placement))
                .filter(found ->
                        found.isOptimal() || goal.value(found) < goal.value(then.evaluate(placement, constraints, 0)));
    }
}
