package io.pepper.session;

import io.pepper.cluster.Device;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.Replanner;
import io.pepper.plan.Segments;
import io.pepper.plan.Transfer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The correction of predictions towards measured times, by device and by link, see {@link AdaptiveOptions}. Not
 * thread-safe.
 */
final class Corrections {
    private final AdaptiveOptions options;
    private List<StageMetrics> before = List.of();
    private List<HopMetrics> hopsBefore = List.of();

    Corrections(AdaptiveOptions options) {
        this.options = options;
    }

    /** Discards the last measurements, because other stages run from now on. */
    void restart() {
        before = List.of();
        hopsBefore = List.of();
    }

    /** Processes the measurements of the stages and of the ways between them since the last call. */
    void update(Replanner monitor, List<StageMetrics> now, List<HopMetrics> hops) {
        if (now.size() == monitor.current().parts().size()) {
            updateStages(monitor, now);
            updateHops(monitor, hops);
        }
    }

    private void updateStages(Replanner monitor, List<StageMetrics> now) {
        Map<String, Double> measured = new HashMap<>();
        Map<String, Double> predicted = new HashMap<>();
        boolean enough = true;
        List<PlacedPart> stages = monitor.current().parts();
        for (int i = 0; enough && i < stages.size(); i++) {
            long calls =
                    now.get(i).calls() - (before.isEmpty() ? 0 : before.get(i).calls());
            double busy = now.get(i).busySeconds()
                    - (before.isEmpty() ? 0 : before.get(i).busySeconds());
            enough = calls >= options.minCalls();
            String device = stages.get(i).device().name();
            measured.merge(device, busy / calls, Double::sum);
            predicted.merge(device, stages.get(i).computeSeconds() / monitor.correction(device), Double::sum);
        }
        if (!enough) {
            return;
        }
        before = new ArrayList<>(now);
        for (Device device : monitor.cluster().devices()) {
            String name = device.name();
            Double really = measured.get(name);
            double correction = monitor.correction(name);
            monitor.correct(
                    name,
                    really == null
                            ? Math.pow(correction, 1 - options.forgetting())
                            : towards(correction, really / predicted.getOrDefault(name, really)));
        }
    }

    /** Corrects the link to each part whose messages all come from one other part's device. */
    private void updateHops(Replanner monitor, List<HopMetrics> hops) {
        List<PlacedPart> stages = monitor.current().parts();
        if (hops.size() <= stages.size()) {
            return;
        }
        for (int i = 0; i < stages.size(); i++) {
            HopMetrics earlier = hopsBefore.isEmpty() ? null : hopsBefore.get(i);
            long requests = hops.get(i).requests() - (earlier == null ? 0 : earlier.requests());
            double wire = hops.get(i).wireSeconds() - (earlier == null ? 0 : earlier.wireSeconds());
            Optional<Transfer> message = message(monitor.current(), stages.get(i));
            if (requests >= options.minCalls() && message.isPresent()) {
                correct(monitor, message.get(), wire / requests);
            } else if (requests < options.minCalls()) {
                return;
            }
        }
        hopsBefore = new ArrayList<>(hops);
    }

    private void correct(Replanner monitor, Transfer message, double measured) {
        String from = message.from().name();
        String to = message.to().name();
        double correction = monitor.linkCorrection(from, to);
        monitor.correctLink(from, to, towards(correction, measured * correction / message.seconds()));
    }

    /** Returns the longest message to a part; empty if messages come from several devices, or with the model's inputs. */
    private static Optional<Transfer> message(Placement placement, PlacedPart part) {
        List<Transfer> messages = placement.transfers().stream()
                .filter(message -> message.to().name().equals(part.device().name()))
                .filter(message -> placement.flows().get(message.flow()).readers().stream()
                        .anyMatch(segment -> segment >= part.from() && segment < part.to()))
                .toList();
        boolean isOne = messages.stream()
                        .map(message -> message.from().name())
                        .distinct()
                        .count()
                == 1;
        boolean isBetween = messages.stream()
                .noneMatch(message -> placement.flows().get(message.flow()).producer() == Segments.Flow.INPUT);
        return isOne && isBetween
                ? messages.stream()
                        .filter(message -> message.seconds() > 0)
                        .max(Comparator.comparingDouble(Transfer::seconds))
                : Optional.empty();
    }

    private double towards(double correction, double ratio) {
        if (!(ratio > 0 && ratio < Double.POSITIVE_INFINITY)) {
            return correction;
        }
        double next = Math.pow(correction, 1 - options.weight()) * Math.pow(ratio, options.weight());
        return Math.max(1 / options.maxCorrection(), Math.min(options.maxCorrection(), next));
    }
}
