package io.pepper.session;

import io.pepper.cluster.Device;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.Replanner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The correction of predictions towards measured times, device by device, see {@link AdaptiveOptions}. Not thread-safe.
 */
final class Corrections {
    private final AdaptiveOptions options;
    private List<StageMetrics> before = List.of();

    Corrections(AdaptiveOptions options) {
        this.options = options;
    }

    /** Discards the last measurements, because other stages run from now on. */
    void restart() {
        before = List.of();
    }

    /** Processes the measurements of the stages since the last call. */
    void update(Replanner monitor, Placement placement, List<StageMetrics> now) {
        Map<String, Double> measured = new HashMap<>();
        Map<String, Double> predicted = new HashMap<>();
        boolean enough = now.size() == placement.parts().size();
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

    private double towards(double correction, double ratio) {
        if (!(ratio > 0 && ratio < Double.POSITIVE_INFINITY)) {
            return correction;
        }
        double next = Math.pow(correction, 1 - options.weight()) * Math.pow(ratio, options.weight());
        return Math.max(1 / options.maxCorrection(), Math.min(options.maxCorrection(), next));
    }
}
