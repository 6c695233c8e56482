package io.pepper.report.internal;

import io.pepper.internal.text.Quantities;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The vertical axis of live bytes: linear from 0, or logarithmic if small and large values differ much, because small
 * ones matter.
 */
final class LiveScale {
    private static final double MUCH = 50;
    private static final int LINES = 4;

    private final boolean known;
    private final boolean logarithmic;
    private final double low;
    private final double high;

    private LiveScale(boolean known, boolean logarithmic, double low, double high) {
        this.known = known;
        this.logarithmic = logarithmic;
        this.low = low;
        this.high = high;
    }

    static LiveScale of(List<Drawing.Step> steps) {
        boolean known = !steps.isEmpty()
                && steps.stream().allMatch(step -> step.liveBytes().isPresent());
        double most =
                steps.stream().mapToDouble(s -> s.liveBytes().orElse(0)).max().orElse(1);
        double least = steps.stream()
                .mapToDouble(s -> s.liveBytes().orElse(0))
                .filter(bytes -> bytes > 0)
                .min()
                .orElse(1);
        return most / least >= MUCH
                ? new LiveScale(known, true, Math.log(least / 2), Math.log(most * 1.2))
                : new LiveScale(known, false, 0, Math.max(1, most * 1.08));
    }

    boolean isKnown() {
        return known;
    }

    boolean isLogarithmic() {
        return logarithmic;
    }

    /** Returns the position of a size between bottom, 0, and top, 1. */
    double place(OptionalLong bytes) {
        double value = bytes.orElse(0);
        double scaled = logarithmic ? Math.log(Math.max(value, Math.exp(low))) : value;
        return Math.max(0, Math.min(1, (scaled - low) / (high - low)));
    }

    /** A size that is labelled at the axis. */
    record Tick(double place, String label) {}

    List<Tick> ticks() {
        List<Tick> ticks = new ArrayList<>();
        if (known && logarithmic) {
            double factor = Math.max(1, Math.round((high - low) / Math.log(2) / LINES));
            for (double power = Math.ceil(low / Math.log(2)); power * Math.log(2) <= high; power += factor) {
                ticks.add(new Tick((power * Math.log(2) - low) / (high - low), Quantities.bytes(Math.pow(2, power))));
            }
        } else if (known) {
            double step = Math.pow(2, Math.floor(Math.log(high / 2) / Math.log(2)));
            step = high / step > LINES ? step : step / 2;
            for (double bytes = 0; bytes <= high; bytes += step) {
                ticks.add(new Tick(bytes / high, Quantities.bytes(bytes)));
            }
        }
        return ticks;
    }
}
