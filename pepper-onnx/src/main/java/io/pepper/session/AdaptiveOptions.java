package io.pepper.session;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.LinkState;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/**
 * Options of an {@link AdaptiveSession}: when and how it looks for a better placement. Immutable.
 *
 * <p>Each look compares, per device, the measured time of its stages with the predicted time. The ratio updates the
 * correction: {@code correction^(1 - weight) × ratio^weight}, kept between {@code 1 / maxCorrection} and {@code
 * maxCorrection}. On a device without running stages, the correction fades: {@code correction^(1 - forgetting)}.
 *
 * @param states supplies the states of devices, for instance from a device monitor; a device without a reading keeps
 *     its state. If it throws, the session logs that and keeps all states
 * @param links supplies the states of links, for instance from a link monitor; a link without a measurement keeps its
 *     state. If it throws, the session logs that and keeps all states
 * @param absent supplies the names of devices that can run nothing at present, for instance since their nodes were lost. If
 *     it throws, the session logs that and takes all devices for present
 * @param interval the time between looks; empty to look only when {@link AdaptiveSession#adapt()} is called
 * @param weight the weight of a look against earlier ones, from 0 (no correction) to 1
 * @param forgetting the share of a correction that fades with each look at an unused device, from 0 to 1
 * @param maxCorrection the largest factor of a correction, 1 or more
 * @param minCalls the calls of a stage since the last look from which its times count, at least 1
 * @param trial tries new sessions before they take over, and warms them up; it throws to reject one
 * @param listener the listener for moves
 */
public record AdaptiveOptions(
        Supplier<? extends Collection<DeviceState>> states,
        Supplier<? extends Collection<LinkState>> links,
        Supplier<? extends Collection<String>> absent,
        Optional<Duration> interval,
        double weight,
        double forgetting,
        double maxCorrection,
        int minCalls,
        Trial trial,
        SessionListener listener) {
    /** No states of devices and links, no thread, weight 0.5, corrections up to a factor of 8. */
    public static final AdaptiveOptions DEFAULTS = new AdaptiveOptions(
            List::of, List::of, List::of, Optional.empty(), 0.5, 0.02, 8, 3, session -> {}, SessionListener.NONE);

    /** A trial of new sessions. */
    @FunctionalInterface
    public interface Trial {
        /**
         * Tries a session, for instance by running a request, and throws if something is wrong.
         *
         * @param session the new session
         * @throws Exception if it must not take over
         */
        void run(ModelSession session) throws Exception;
    }

    /**
     * Checks the numbers.
     *
     * @param states supplies the states of devices, for instance from a device monitor
     * @param links supplies the states of links, for instance from a link monitor
     * @param absent supplies the names of devices that can run nothing at present
     * @param interval the time between looks
     * @param weight the weight of a look against earlier ones, from 0 (no correction) to 1
     * @param forgetting the share of a correction that fades with each look at an unused device, from 0 to 1
     * @param maxCorrection the largest factor of a correction, 1 or more
     * @param minCalls the calls of a stage since the last look from which its times count, at least 1
     * @param trial tries new sessions before they take over, and warms them up
     * @param listener the listener for moves
     * @throws IllegalArgumentException if a number is out of its range
     */
    public AdaptiveOptions {
        Objects.requireNonNull(states);
        Objects.requireNonNull(links);
        Objects.requireNonNull(absent);
        Objects.requireNonNull(trial);
        Objects.requireNonNull(listener);
        check("weight", weight >= 0 && weight <= 1, weight);
        check("forgetting", forgetting >= 0 && forgetting <= 1, forgetting);
        check("maxCorrection", maxCorrection >= 1 && maxCorrection < Double.POSITIVE_INFINITY, maxCorrection);
        check("minCalls", minCalls >= 1, minCalls);
        interval.ifPresent(time -> check("interval", !time.isNegative() && !time.isZero(), time));
    }

    private static void check(String what, boolean right, Object value) {
        if (!right) {
            throw new IllegalArgumentException(what + " " + value + " is out of range");
        }
    }

    /** Returns what a supplier supplies; nothing if it throws. */
    <T> List<T> read(Supplier<? extends Collection<T>> source, String what) {
        try {
            return List.copyOf(source.get());
        } catch (RuntimeException | Error unreadable) {
            LoggerFactory.getLogger(AdaptiveSession.class).warn("the {} cannot be read", what, unreadable);
            return List.of();
        }
    }

    /**
     * Returns these options with a supplier of device states.
     *
     * @param value the supplier
     * @return the options
     */
    public AdaptiveOptions withStates(Supplier<? extends Collection<DeviceState>> value) {
        return with(changed -> changed.states = value);
    }

    /**
     * Returns these options with a supplier of link states.
     *
     * @param value the supplier
     * @return the options
     */
    public AdaptiveOptions withLinks(Supplier<? extends Collection<LinkState>> value) {
        return with(changed -> changed.links = value);
    }

    /**
     * Returns these options with a supplier of absent devices.
     *
     * @param value the supplier of names
     * @return the options
     */
    public AdaptiveOptions withAbsent(Supplier<? extends Collection<String>> value) {
        return with(changed -> changed.absent = value);
    }

    /**
     * Returns these options with a thread that looks regularly.
     *
     * @param value the time between looks
     * @return the options
     */
    public AdaptiveOptions withInterval(Duration value) {
        return with(changed -> changed.interval = Optional.of(value));
    }

    /**
     * Returns these options with other corrections.
     *
     * @param share the weight of a look, from 0 to 1
     * @param most the largest factor, 1 or more
     * @param calls the calls of a stage from which its times count, at least 1
     * @return the options
     */
    public AdaptiveOptions withCorrection(double share, double most, int calls) {
        return with(changed -> {
            changed.weight = share;
            changed.maxCorrection = most;
            changed.minCalls = calls;
        });
    }

    /**
     * Returns these options with a trial of new sessions.
     *
     * @param value the trial
     * @return the options
     */
    public AdaptiveOptions withTrial(Trial value) {
        return with(changed -> changed.trial = value);
    }

    /**
     * Returns these options with a listener.
     *
     * @param value the listener for moves
     * @return the options
     */
    public AdaptiveOptions withListener(SessionListener value) {
        return with(changed -> changed.listener = value);
    }

    private AdaptiveOptions with(Consumer<Changed> change) {
        Changed changed = new Changed(this);
        change.accept(changed);
        return changed.options();
    }

    /** The values of a copy while one or several of them change. */
    private static final class Changed {
        private Supplier<? extends Collection<DeviceState>> states;
        private Supplier<? extends Collection<LinkState>> links;
        private Supplier<? extends Collection<String>> absent;
        private Optional<Duration> interval;
        private double weight;
        private double forgetting;
        private double maxCorrection;
        private int minCalls;
        private Trial trial;
        private SessionListener listener;

        private Changed(AdaptiveOptions options) {
            states = options.states;
            links = options.links;
            absent = options.absent;
            interval = options.interval;
            weight = options.weight;
            forgetting = options.forgetting;
            maxCorrection = options.maxCorrection;
            minCalls = options.minCalls;
            trial = options.trial;
            listener = options.listener;
        }

        private AdaptiveOptions options() {
            return new AdaptiveOptions(
                    states, links, absent, interval, weight, forgetting, maxCorrection, minCalls, trial, listener);
        }
    }
}
