package io.pepper.session;

import io.pepper.cluster.DeviceState;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * When and how an {@link AdaptiveSession} looks for a better placement. Immutable.
 *
 * <p>For each device, the time that its stages really took is divided by what was predicted, and the correction goes towards that:
 * {@code correction^(1 - weight) × ratio^weight}, kept between {@code 1 / mostCorrection} and {@code mostCorrection}. Where nothing runs,
 * nothing is measured, and the correction fades: {@code correction^(1 - forgetting)}.
 *
 * @param states reads the states of devices, for instance those of a device monitor; what it does not name is as it was. If it throws,
 *     that is logged, and states are as they were
 * @param interval how often to look; empty for only when {@link AdaptiveSession#adapt()} is called
 * @param weight how much a look counts against those before, from 0 (no correction) to 1
 * @param forgetting how much of a correction fades with each look at a device that runs nothing, from 0 to 1
 * @param mostCorrection by how much predictions are corrected at most, 1 or more
 * @param leastCalls how often a stage must have run since the last look for its times to count, at least 1
 * @param trial answers a request on new sessions before they take over, or throws; they are warm by that
 * @param listener hears of moves
 */
public record AdaptiveOptions(
        Supplier<? extends Collection<DeviceState>> states,
        Optional<Duration> interval,
        double weight,
        double forgetting,
        double mostCorrection,
        int leastCalls,
        Trial trial,
        RunListener listener) {
    /** No states, no thread of its own, half of the correction with each look, at most eightfold. */
    public static final AdaptiveOptions DEFAULTS =
            new AdaptiveOptions(List::of, Optional.empty(), 0.5, 0.02, 8, 3, session -> {}, RunListener.NONE);

    /** Tries new sessions. */
    @FunctionalInterface
    public interface Trial {
        /**
         * Runs a request, for instance, and throws if something is wrong.
         *
         * @param session the new session
         * @throws Exception if it must not take over
         */
        void run(ModelSession session) throws Exception;
    }

    /**
     * Checks the numbers.
     *
     * @param states see the record
     * @param interval see the record
     * @param weight see the record
     * @param forgetting see the record
     * @param mostCorrection see the record
     * @param leastCalls see the record
     * @param trial see the record
     * @param listener see the record
     * @throws IllegalArgumentException if a number is out of its range
     */
    public AdaptiveOptions {
        Objects.requireNonNull(states);
        Objects.requireNonNull(trial);
        Objects.requireNonNull(listener);
        check("weight", weight >= 0 && weight <= 1, weight);
        check("forgetting", forgetting >= 0 && forgetting <= 1, forgetting);
        check("mostCorrection", mostCorrection >= 1 && mostCorrection < Double.POSITIVE_INFINITY, mostCorrection);
        check("leastCalls", leastCalls >= 1, leastCalls);
        interval.ifPresent(time -> check("interval", !time.isNegative() && !time.isZero(), time));
    }

    private static void check(String what, boolean right, Object value) {
        if (!right) {
            throw new IllegalArgumentException(what + " " + value + " is out of range");
        }
    }

    /**
     * With states of devices.
     *
     * @param value reads them
     * @return these options with it
     */
    public AdaptiveOptions withStates(Supplier<? extends Collection<DeviceState>> value) {
        return new AdaptiveOptions(value, interval, weight, forgetting, mostCorrection, leastCalls, trial, listener);
    }

    /**
     * With a thread that looks again and again.
     *
     * @param value how often
     * @return these options with it
     */
    public AdaptiveOptions withInterval(Duration value) {
        return new AdaptiveOptions(
                states, Optional.of(value), weight, forgetting, mostCorrection, leastCalls, trial, listener);
    }

    /**
     * With other corrections.
     *
     * @param share the weight of a look, from 0 to 1
     * @param most by how much at most, 1 or more
     * @param calls how often a stage must have run, at least 1
     * @return these options with them
     */
    public AdaptiveOptions withCorrection(double share, double most, int calls) {
        return new AdaptiveOptions(states, interval, share, forgetting, most, calls, trial, listener);
    }

    /**
     * With a trial of new sessions.
     *
     * @param value what to try
     * @return these options with it
     */
    public AdaptiveOptions withTrial(Trial value) {
        return new AdaptiveOptions(states, interval, weight, forgetting, mostCorrection, leastCalls, value, listener);
    }

    /**
     * With a listener.
     *
     * @param value hears of moves
     * @return these options with it
     */
    public AdaptiveOptions withListener(RunListener value) {
        return new AdaptiveOptions(states, interval, weight, forgetting, mostCorrection, leastCalls, trial, value);
    }
}
