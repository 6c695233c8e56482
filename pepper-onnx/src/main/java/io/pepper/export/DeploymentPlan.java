package io.pepper.export;

import io.pepper.cluster.DeviceState;
import io.pepper.model.ReadOptions;
import io.pepper.plan.Metric;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.PlanSimulator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The content of {@code plan.json}: where the parts of a {@link PartitionManifest} run, what that is predicted to cost, and what it
 * was planned from. The file stands beside the parts and {@code partition.json}. Immutable and therefore thread-safe.
 *
 * @param partition the parts
 * @param created when it was planned
 * @param placement where they run; each part is one segment of it
 * @param tensors by flow of the placement, the names of its tensors
 * @param limits what it keeps within, by metric: seconds or joules
 * @param constraints all that it keeps within, in words
 * @param predictor what the costs were predicted by
 * @param states what state the devices were in, as far as that was looked at
 * @param caveats why the predicted figures may be wrong, a sentence each
 */
public record DeploymentPlan(
        PartitionManifest partition,
        Instant created,
        Placement placement,
        List<List<String>> tensors,
        SortedMap<Metric, Double> limits,
        List<String> constraints,
        String predictor,
        List<DeviceState> states,
        List<String> caveats) {
    /** The name of the file that holds the plan, beside the parts. */
    public static final String FILE_NAME = "plan.json";

    /**
     * Copies the lists.
     *
     * @param partition the parts
     * @param created when it was planned
     * @param placement where they run, as many as the partition has
     * @param tensors one list for each flow
     * @param limits what it keeps within
     * @param constraints the same in words
     * @param predictor what the costs were predicted by
     * @param states states of devices
     * @param caveats a sentence each
     * @throws IllegalArgumentException if the placement is of another number of parts, or the tensors of another number of flows
     */
    public DeploymentPlan {
        limits = Collections.unmodifiableSortedMap(new TreeMap<>(limits));
        tensors = tensors.stream().map(List::copyOf).toList();
        constraints = List.copyOf(constraints);
        states = List.copyOf(states);
        caveats = List.copyOf(caveats);
        int parts = placement.parts().size();
        if (parts != partition.parts().size()) {
            throw new IllegalArgumentException("the placement is of " + parts + " parts, not "
                    + partition.parts().size());
        }
        if (tensors.size() != placement.flows().size()) {
            throw new IllegalArgumentException("tensors of " + tensors.size() + " flows, where there are "
                    + placement.flows().size());
        }
    }

    /**
     * Returns the devices that the parts run on.
     *
     * @return the name of the device of each part, in the order of the manifest
     */
    public List<String> devices() {
        return placement.parts().stream()
                .map(PlacedPart::device)
                .map(device -> device.name())
                .toList();
    }

    /**
     * Returns a simulator that tries the plan against traces of requests.
     *
     * @return a simulator of its parts, on devices that send while they compute
     */
    public PlanSimulator simulator() {
        return PlanSimulator.of(placement);
    }

    /**
     * Reads the plan of a directory, and checks that it and the parts beside it belong together.
     *
     * @param directory where the parts are
     * @return what its {@code plan.json} says
     * @throws io.pepper.model.MalformedModelException if the file is no plan, or of a version not known here, or does not go with the
     *     {@code partition.json} beside it; the message names the field
     * @throws IOException if a file cannot be read, or is a link out of the directory
     */
    public static DeploymentPlan read(Path directory) throws IOException {
        return read(directory, ReadOptions.DEFAULTS);
    }

    /**
     * Reads the plan of a directory, and checks that it and the parts beside it belong together.
     *
     * @param directory where the parts are
     * @param options into which other directories a link may lead ({@link ReadOptions#allowedRoots()})
     * @return what its {@code plan.json} says
     * @throws io.pepper.model.MalformedModelException see {@link #read(Path)}
     * @throws IOException if a file cannot be read, or is a link that may not be followed
     */
    public static DeploymentPlan read(Path directory, ReadOptions options) throws IOException {
        return PlanJson.read(directory, PartitionManifest.read(directory, options), options);
    }
}
