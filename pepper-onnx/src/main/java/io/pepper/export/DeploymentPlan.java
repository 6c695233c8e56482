package io.pepper.export;

import io.pepper.cluster.DeviceState;
import io.pepper.model.ReadOptions;
import io.pepper.plan.Constraints;
import io.pepper.plan.Metric;
import io.pepper.plan.Phases;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.PlanSimulator;
import io.pepper.plan.Transfer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The content of {@code plan.json}: the devices of the parts of a {@link PartitionManifest}, their predicted costs, and
 * the origin of the plan. The file is in the directory of the parts and of {@code partition.json}. Immutable and
 * therefore thread-safe.
 *
 * @param partition the parts
 * @param created the time of planning
 * @param placement the devices of the parts; each part is one segment of the placement
 * @param tensors the names of the tensors of each flow of the placement
 * @param limits the limits that the plan keeps, by metric, in seconds or joules
 * @param constraints all constraints that the plan keeps, in words
 * @param predictor the predictor of the costs, in words
 * @param states the states of devices that the plan takes into account
 * @param phases the phases of a task, of whose mean step the costs are; empty if each inference is alike
 * @param generation the task of a text generator, whose phases are its prompt and its tokens
 * @param caveats the reasons why the predicted figures may be wrong, a sentence each
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
        List<Phase> phases,
        Optional<GenerationPlan> generation,
        List<String> caveats) {
    /** The name of the plan's file in the directory of the parts. */
    public static final String FILE_NAME = "plan.json";

    /**
     * Creates a plan.
     *
     * @param partition the parts
     * @param created the time of planning
     * @param placement the devices of the parts, with as many parts as the partition
     * @param tensors the names of the tensors of each flow of the placement
     * @param limits the limits that the plan keeps, by metric, in seconds or joules
     * @param constraints all constraints that the plan keeps, in words
     * @param predictor the predictor of the costs, in words
     * @param states the states of devices that the plan takes into account
     * @param phases the phases of a task; empty if each inference is alike
     * @param generation the task of a text generator; empty if the plan is for another task
     * @param caveats the reasons why the predicted figures may be wrong, a sentence each
     * @throws IllegalArgumentException if the placement, a phase or the task has another number of parts, or {@code tensors}
     *     another number of flows
     */
    public DeploymentPlan {
        limits = Collections.unmodifiableSortedMap(new TreeMap<>(limits));
        tensors = tensors.stream().map(List::copyOf).toList();
        constraints = List.copyOf(constraints);
        states = List.copyOf(states);
        phases = List.copyOf(phases);
        caveats = List.copyOf(caveats);
        int parts = placement.parts().size();
        for (Phase phase : phases) {
            int transfers = placement.transfers().size();
            if (phase.partSeconds().size() != parts || phase.transferSeconds().size() != transfers) {
                throw new IllegalArgumentException("the phase '" + phase.name() + "' is of "
                        + phase.partSeconds().size() + " parts and "
                        + phase.transferSeconds().size() + " transfers, not " + parts + " and " + transfers);
            }
        }
        if (generation.isPresent() && generation.get().cacheBytes().size() != parts) {
            throw new IllegalArgumentException(
                    "the caches are of " + generation.get().cacheBytes().size() + " parts, not " + parts);
        }
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
     * A phase of a task, such as the prompt of a text generator.
     *
     * @param name its name
     * @param times how often it runs in one task, 0 or more
     * @param latencySeconds the time of one run, by medians
     * @param p90LatencySeconds the time of one run, by 90th percentiles
     * @param periodSeconds the time between two runs of a pipeline in steady state
     * @param bottleneck the device, or the two devices of the link, that sets the period
     * @param partSeconds the median time of each part in one run
     * @param transferSeconds the time of each transfer of the placement in one run
     */
    public record Phase(
            String name,
            double times,
            double latencySeconds,
            double p90LatencySeconds,
            double periodSeconds,
            String bottleneck,
            List<Double> partSeconds,
            List<Double> transferSeconds) {
        /**
         * Copies the lists.
         *
         * @param name its name
         * @param times how often it runs in one task
         * @param latencySeconds the time of one run, by medians
         * @param p90LatencySeconds the time of one run, by 90th percentiles
         * @param periodSeconds the time between two runs of a pipeline in steady state
         * @param bottleneck the device, or the two devices of the link, that sets the period
         * @param partSeconds the median time of each part in one run
         * @param transferSeconds the time of each transfer of the placement in one run
         */
        public Phase {
            partSeconds = List.copyOf(partSeconds);
            transferSeconds = List.copyOf(transferSeconds);
        }

        /**
         * Returns the costs of phases in a placement.
         *
         * @param phases the phases
         * @param placement a placement of their mean step
         * @param constraints the constraints of the placement
         * @return the phases that have their costs, without those that never run
         */
        public static List<Phase> of(Phases phases, Placement placement, Constraints constraints) {
            List<Placement> costs = phases.costs(placement, constraints);
            List<Phase> all = new ArrayList<>();
            for (int i = 0; i < costs.size(); i++) {
                Placement each = costs.get(i);
                Phases.Phase phase = phases.list().get(i);
                if (phase.times() > 0) {
                    all.add(new Phase(
                            phase.name(),
                            phase.times(),
                            each.latencySeconds(),
                            each.p90LatencySeconds(),
                            each.periodSeconds(),
                            each.bottleneck(),
                            each.parts().stream()
                                    .map(PlacedPart::computeSeconds)
                                    .toList(),
                            each.transfers().stream().map(Transfer::seconds).toList()));
                }
            }
            return all;
        }
    }

    /**
     * Returns the devices of the parts.
     *
     * @return the name of each part's device, in the order of the manifest
     */
    public List<String> devices() {
        return placement.parts().stream()
                .map(PlacedPart::device)
                .map(device -> device.name())
                .toList();
    }

    /**
     * Returns a simulator that runs the plan against traces of requests.
     *
     * @return a simulator of the parts on devices that compute and send at the same time
     */
    public PlanSimulator simulator() {
        return PlanSimulator.of(placement);
    }

    /**
     * Reads the plan of a directory, and checks that the plan and the parts belong together.
     *
     * @param directory the directory of the parts
     * @return the content of its {@code plan.json}
     * @throws io.pepper.document.InvalidFileException if the file is not a plan, has an unknown version, or does not
     *     match the {@code partition.json} beside it; the message names the line and the field
     * @throws IOException if a file cannot be read, or is a link out of the directory
     */
    public static DeploymentPlan read(Path directory) throws IOException {
        return read(directory, ReadOptions.DEFAULTS);
    }

    /**
     * Reads the plan of a directory, and checks that the plan and the parts belong together.
     *
     * @param directory the directory of the parts
     * @param options the further directories that a link may lead to ({@link ReadOptions#allowedRoots()})
     * @return the content of its {@code plan.json}
     * @throws io.pepper.document.InvalidFileException see {@link #read(Path)}
     * @throws IOException if a file cannot be read, or is a link that may not be followed
     */
    public static DeploymentPlan read(Path directory, ReadOptions options) throws IOException {
        return PlanReader.read(directory, PartitionManifest.read(directory, options), options, true);
    }

    /**
     * Reads the plan of a directory that need not have the files of the parts, for instance since they are elsewhere. The
     * plan and {@code partition.json} must belong together.
     *
     * @param directory the directory of both documents
     * @return the content of its {@code plan.json}
     * @throws io.pepper.document.InvalidFileException if the file is not a plan, belongs to other parts, or contradicts
     *     itself
     * @throws IOException if a file cannot be read
     */
    public static DeploymentPlan readWithoutParts(Path directory) throws IOException {
        return PlanReader.read(directory, PartitionManifest.read(directory), ReadOptions.DEFAULTS, false);
    }

    /**
     * The origin of a placement, for readers of {@code plan.json}. Immutable and therefore thread-safe.
     *
     * @param predictor the predictor of the costs, in words
     * @param constraints the constraints that the placement keeps
     * @param states the states of devices that the placement takes into account
     * @param phases the phases of a task, of whose mean step the costs are; empty if each inference is alike
     * @param generation the task of a text generator
     * @param caveats the reasons why the predicted figures may be wrong ({@link io.pepper.plan.CostModel#caveats})
     */
    public record Origin(
            String predictor,
            Constraints constraints,
            List<DeviceState> states,
            List<Phase> phases,
            Optional<GenerationPlan> generation,
            List<String> caveats) {
        /**
         * Creates an origin.
         *
         * @param predictor the predictor of the costs, in words
         * @param constraints the constraints that the placement keeps
         * @param states the states of devices that the placement takes into account
         * @param phases the phases of a task; empty if each inference is alike
         * @param generation the task of a text generator
         * @param caveats the reasons why the predicted figures may be wrong
         */
        public Origin {
            states = List.copyOf(states);
            phases = List.copyOf(phases);
            caveats = List.copyOf(caveats);
        }

        /**
         * Returns the origin of a placement that was planned for idle devices and without constraints.
         *
         * @param predictor the predictor of the costs, in words
         * @return the origin
         */
        public static Origin of(String predictor) {
            return new Origin(predictor, Constraints.NONE, List.of(), List.of(), Optional.empty(), List.of());
        }

        /**
         * Sets the constraints.
         *
         * @param limits the constraints that the placement keeps
         * @return a copy with these constraints
         */
        public Origin withConstraints(Constraints limits) {
            return new Origin(predictor, limits, states, phases, generation, caveats);
        }

        /**
         * Sets the states of devices.
         *
         * @param readings the states that the placement takes into account
         * @return a copy with these states
         */
        public Origin withStates(Collection<DeviceState> readings) {
            return new Origin(predictor, constraints, List.copyOf(readings), phases, generation, caveats);
        }

        /**
         * Sets the reasons why the predicted figures may be wrong.
         *
         * @param sentences a sentence for each reason
         * @return a copy with these caveats
         */
        public Origin withCaveats(List<String> sentences) {
            return new Origin(predictor, constraints, states, phases, generation, sentences);
        }

        /**
         * Sets the phases of a task.
         *
         * @param list the phases, of whose mean step the costs are
         * @return a copy with these phases
         */
        public Origin withPhases(List<Phase> list) {
            return new Origin(predictor, constraints, states, list, generation, caveats);
        }

        /**
         * Sets the task of a text generator.
         *
         * @param task the task, whose phases are set by {@link #withPhases}
         * @return a copy with this task
         */
        public Origin withGeneration(GenerationPlan task) {
            return new Origin(predictor, constraints, states, phases, Optional.of(task), caveats);
        }
    }
}
