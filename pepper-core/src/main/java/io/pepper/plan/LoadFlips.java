package io.pepper.plan;

import io.pepper.cluster.DeviceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A search for the CPU load of each device at which another placement would be the best. It goes from the current load
 * up and down in tenths of the range, then bisects. Predictions may jump with the load, so that a flip that comes and
 * goes within a tenth may be missed.
 */
final class LoadFlips {
    private static final int STEPS = 10;
    private static final int HALVINGS = 6;
    private static final double ALL = 100;

    private final Planner planner;
    private final CostModel model;
    private final Explanation.CostUpdate update;
    private final Explanation why;

    LoadFlips(Planner planner, CostModel model, Explanation.CostUpdate update, Explanation why) {
        this.planner = planner;
        this.model = model;
        this.update = update;
        this.why = why;
    }

    List<Explanation.Flip> find() {
        List<Explanation.Flip> flips = new ArrayList<>();
        for (int device = 0; device < planner.cluster().devices().size(); device++) {
            double now = model.state(device).cpuLoadPercent().orElse(0);
            for (double end : new double[] {ALL, 0}) {
                if (end != now) {
                    towards(device, now, end).ifPresent(flips::add);
                }
            }
        }
        return flips;
    }

    private Optional<Explanation.Flip> towards(int device, double now, double end) {
        double same = now;
        for (int step = 1; step <= STEPS; step++) {
            double load = now + (end - now) * step / STEPS;
            Optional<Placement> then = other(device, load);
            if (then.isPresent()) {
                return Optional.of(between(device, same, load, then.get()));
            }
            same = load;
        }
        return Optional.empty();
    }

    private Explanation.Flip between(int device, double staysUntil, double flipsFrom, Placement found) {
        double same = staysUntil;
        double load = flipsFrom;
        Placement then = found;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (same + load) / 2;
            Optional<Placement> there = other(device, middle);
            if (there.isPresent()) {
                load = middle;
                then = there.get();
            } else {
                same = middle;
            }
        }
        int count = planner.costs().segments();
        double factor =
                table(device, load).seconds(0, count, device) / planner.costs().seconds(0, count, device);
        return new Explanation.Flip(
                "the time of " + planner.cluster().devices().get(device).name(),
                factor,
                OptionalDouble.empty(),
                OptionalDouble.of(load),
                then);
    }

    private Optional<Placement> other(int device, double load) {
        return planner.withCosts(table(device, load))
                .tryPlan(why.placement().objective(), why.constraints())
                .filter(found -> !found.hasPartsOf(why.placement()));
    }

    /**
     * Returns the table with predictions for a device at a load, with a number of runnable threads that fills this
     * share of its cores.
     */
    private CostTable table(int device, double load) {
        DeviceState state = model.state(device);
        double threads = load / ALL * state.cores().orElse(1);
        return update.costs(model.withState(state.withCpuLoadPercent(load).withRunnableThreads(threads)), device);
    }
}
