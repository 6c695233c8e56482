package io.pepper.onnx;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.onnx.internal.export.PlanJson;
import io.pepper.plan.Metric;
import io.pepper.plan.Objective;
import io.pepper.plan.PlanSimulator;
import io.pepper.plan.Stage;
import io.pepper.plan.Transfer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code plan.json} says: which part of a model runs on which device, what that is predicted to cost, and what it was planned
 * from. It stands beside the parts and {@code partition.json}. Immutable.
 *
 * @param tool what wrote the file, with its version
 * @param created when it was planned
 * @param modelName the model's file name without its ending
 * @param modelSha256 the SHA-256 of the model's file in hexadecimal, empty if it was not computed
 * @param objective what it has least of
 * @param limits what it keeps within, by metric: seconds or joules
 * @param constraints all that it keeps within, in words
 * @param predictor what the costs were predicted by
 * @param costs what it is predicted to cost
 * @param stages the parts in the order to run them in
 * @param hops what travels between devices, in the order of the model
 * @param cluster the devices and links that it was planned for
 * @param states what state the devices were in, as far as that was looked at
 * @param caveats why the predicted figures may be wrong, a sentence each
 */
public record DeploymentPlan(
        String tool,
        Instant created,
        String modelName,
        Optional<String> modelSha256,
        Objective objective,
        SortedMap<Metric, Double> limits,
        List<String> constraints,
        String predictor,
        Costs costs,
        List<Part> stages,
        List<Hop> hops,
        Cluster cluster,
        List<DeviceState> states,
        List<String> caveats) {
    /** The name of the file that holds the plan, beside the parts. */
    public static final String FILE_NAME = "plan.json";

    /**
     * Copies the lists.
     *
     * @param tool see the record
     * @param created see the record
     * @param modelName see the record
     * @param modelSha256 see the record
     * @param objective see the record
     * @param limits see the record
     * @param constraints see the record
     * @param predictor see the record
     * @param costs see the record
     * @param stages see the record
     * @param hops see the record
     * @param cluster see the record
     * @param states see the record
     * @param caveats see the record
     */
    public DeploymentPlan {
        limits = Collections.unmodifiableSortedMap(new TreeMap<>(limits));
        constraints = List.copyOf(constraints);
        states = List.copyOf(states);
        caveats = List.copyOf(caveats);
        stages = List.copyOf(stages);
        hops = List.copyOf(hops);
    }

    /**
     * What a plan is predicted to cost.
     *
     * @param latencySeconds one inference alone, by medians
     * @param p90LatencySeconds one inference alone, by 90th percentiles
     * @param periodSeconds between two inferences in steady state
     * @param bottleneck what sets the pace
     * @param energyJoules one inference, empty if not known
     * @param gap by how much a better plan could cost less at most, relative: 0 if there is proven to be none
     */
    public record Costs(
            double latencySeconds,
            double p90LatencySeconds,
            double periodSeconds,
            String bottleneck,
            OptionalDouble energyJoules,
            double gap) {}

    /**
     * One part on its device.
     *
     * @param file the part's file in the directory
     * @param sha256 the SHA-256 of the file in hexadecimal, empty if it was not computed
     * @param device the device's name
     * @param computeSeconds how long it takes, by the median
     * @param p90Seconds how long it takes at most, 90 % of the times
     * @param joules what it draws, empty if not known
     * @param memoryBytes what it takes of the device's memory
     * @param inputs what it takes, and from where
     * @param outputs what it gives, and to where
     */
    public record Part(
            String file,
            Optional<String> sha256,
            String device,
            double computeSeconds,
            double p90Seconds,
            OptionalDouble joules,
            double memoryBytes,
            List<Input> inputs,
            List<Output> outputs) {
        /**
         * Copies the lists.
         *
         * @param file see the record
         * @param sha256 see the record
         * @param device see the record
         * @param computeSeconds see the record
         * @param p90Seconds see the record
         * @param joules see the record
         * @param memoryBytes see the record
         * @param inputs see the record
         * @param outputs see the record
         */
        public Part {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /**
     * What a part takes.
     *
     * @param tensor its name in the model
     * @param from the file of the part that gives it; empty if it is an input of the model
     */
    public record Input(String tensor, Optional<String> from) {}

    /**
     * What a part gives.
     *
     * @param tensor its name in the model
     * @param to the files of the parts that take it, in their order
     * @param result whether it is an output of the model
     */
    public record Output(String tensor, List<String> to, boolean result) {
        /**
         * Copies the list.
         *
         * @param tensor see the record
         * @param to see the record
         * @param result see the record
         */
        public Output {
            to = List.copyOf(to);
        }
    }

    /**
     * A message between devices.
     *
     * @param from the sender's name
     * @param to the receiver's name
     * @param tensors what it carries, by name
     * @param bytes of the tensors
     * @param seconds how long it takes
     * @param joules what it draws
     */
    public record Hop(String from, String to, List<String> tensors, double bytes, double seconds, double joules) {
        /**
         * Copies the list.
         *
         * @param from see the record
         * @param to see the record
         * @param tensors see the record
         * @param bytes see the record
         * @param seconds see the record
         * @param joules see the record
         */
        public Hop {
            tensors = List.copyOf(tensors);
        }
    }

    /**
     * Tries the plan against traces of requests.
     *
     * @return a simulator of its stages
     * @throws IllegalArgumentException if the stages are not one after the other
     */
    public PlanSimulator simulator() {
        List<Stage> chain = new ArrayList<>();
        List<Transfer> transfers = new ArrayList<>();
        Deque<Hop> waiting = new ArrayDeque<>(hops);
        int at = cluster.source().orElse(-1);
        for (int i = 0; i < stages.size(); i++) {
            Part part = stages.get(i);
            int device = cluster.indexOf(part.device()).orElseThrow();
            if (at >= 0 && at != device) {
                transfers.add(transfer(waiting.poll(), i, at, device));
            }
            chain.add(new Stage(
                    i,
                    cluster.devices().get(device),
                    i,
                    i + 1,
                    part.computeSeconds(),
                    part.p90Seconds(),
                    part.joules().orElse(Double.NaN),
                    part.memoryBytes()));
            at = device;
        }
        int sink = cluster.sink().orElse(at);
        if (sink != at) {
            transfers.add(transfer(waiting.poll(), stages.size(), at, sink));
        }
        if (!waiting.isEmpty()) {
            throw notAChain();
        }
        return PlanSimulator.of(cluster, chain, transfers);
    }

    private Transfer transfer(@Nullable Hop hop, int cut, int from, int to) {
        Device sender = cluster.devices().get(from);
        Device receiver = cluster.devices().get(to);
        Optional<Link> link = cluster.link(from, to);
        if (hop == null || link.isEmpty() || !hop.from.equals(sender.name()) || !hop.to.equals(receiver.name())) {
            throw notAChain();
        }
        return new Transfer(
                cut,
                sender,
                receiver,
                link.get(),
                hop.bytes,
                hop.seconds,
                link.get().occupiedSeconds(hop.bytes),
                hop.joules);
    }

    private static IllegalArgumentException notAChain() {
        return new IllegalArgumentException(
                "the stages of this plan are not one after the other: only those that are can be simulated");
    }

    /**
     * Reads the plan of a directory, and checks that it and the parts beside it are of one mind.
     *
     * @param directory where the parts are
     * @return what its {@code plan.json} says
     * @throws MalformedModelException if the file is no plan, or of a version not known here, or does not go with the
     *     {@code partition.json} beside it; the message names the field
     * @throws IOException if a file cannot be read, or is a link out of the directory
     */
    public static DeploymentPlan read(Path directory) throws IOException {
        return read(directory, ReadOptions.DEFAULTS);
    }

    /**
     * Reads the plan of a directory, and checks that it and the parts beside it are of one mind.
     *
     * @param directory where the parts are
     * @param options into which other directories a link may lead ({@link ReadOptions#allowedRoots()})
     * @return what its {@code plan.json} says
     * @throws MalformedModelException see {@link #read(Path)}
     * @throws IOException if a file cannot be read, or is a link that may not be followed
     */
    public static DeploymentPlan read(Path directory, ReadOptions options) throws IOException {
        return PlanJson.read(directory, PartitionManifest.read(directory, options), options);
    }
}
