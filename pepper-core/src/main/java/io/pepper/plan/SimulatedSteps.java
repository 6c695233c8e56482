package io.pepper.plan;

import io.pepper.cluster.Link;
import io.pepper.cluster.LinkState;
import io.pepper.plan.Segments.Flow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The steps of each request: computing parts and sending messages, and the steps that each waits for. Immutable. */
final class SimulatedSteps {
    private final List<Step> steps;
    private final int[] predecessors;

    /**
     * Computing a part, or sending a message.
     *
     * @param computes the device that computes, empty for a message
     * @param link the link, empty for a part
     * @param seconds the time for which the step occupies the device or link
     * @param after the further time until the result is available
     * @param alive the devices that must be alive
     * @param message the message; empty for a part
     * @param successors the steps that wait for it
     */
    record Step(
            String computes,
            String link,
            double seconds,
            double after,
            List<String> alive,
            Optional<Transfer> message,
            List<Successor> successors) {
        /** Returns this message on a link in another state. */
        Step on(LinkState state) {
            Transfer sent = message.orElseThrow();
            Link now = state.appliedTo(sent.link());
            return new Step(
                    computes,
                    link,
                    now.occupiedSeconds(sent.bytes()),
                    now.latencySeconds(),
                    alive,
                    message,
                    successors);
        }

        /** Returns the devices and links that it occupies. */
        List<String> needs(boolean overlap) {
            if (link.isEmpty()) {
                return List.of(computes);
            }
            return overlap ? List.of(link) : List.of(link, alive.get(0), alive.get(1));
        }
    }

    /** A step that waits for another one: for its result, or only until its device or link is free again. */
    record Successor(int step, boolean needsResult) {}

    private SimulatedSteps(List<Step> steps, int... predecessors) {
        this.steps = steps;
        this.predecessors = predecessors;
    }

    static SimulatedSteps of(List<Flow> flows, List<PlacedPart> parts, List<Transfer> transfers) {
        Builder builder = new Builder(flows, parts, transfers);
        parts.forEach(builder::part);
        builder.rest();
        return new SimulatedSteps(List.copyOf(builder.steps), builder.predecessors());
    }

    Step get(int step) {
        return steps.get(step);
    }

    /** Returns the steps that wait for no other step. */
    List<Integer> first() {
        List<Integer> first = new ArrayList<>();
        for (int step = 0; step < predecessors.length; step++) {
            if (predecessors[step] == 0) {
                first.add(step);
            }
        }
        return first;
    }

    /** Returns the number of predecessors of each step, as a copy. */
    int[] predecessorCounts() {
        return predecessors.clone();
    }

    /**
     * A builder that goes through the parts in their order; before each part, it adds the messages that the part waits
     * for.
     */
    private static final class Builder {
        private final List<Flow> flows;
        private final int[] partOf;
        private final List<PlacedPart> parts;
        private final List<Transfer> waiting;
        private final List<Step> steps = new ArrayList<>();
        private final List<List<Successor>> successors = new ArrayList<>();
        private final int[] stepOfPart;

        /** The step of the message that brings a flow to a device. */
        private final Map<String, Integer> messages = new HashMap<>();

        private final Map<String, Integer> lastOn = new HashMap<>();

        Builder(List<Flow> flows, List<PlacedPart> parts, List<Transfer> transfers) {
            this.flows = flows;
            this.parts = parts;
            this.waiting = new ArrayList<>(transfers);
            this.stepOfPart = new int[parts.size()];
            int segments = parts.isEmpty() ? 0 : parts.get(parts.size() - 1).to();
            this.partOf = new int[segments];
            for (PlacedPart part : parts) {
                for (int segment = part.from(); segment < part.to(); segment++) {
                    partOf[segment] = part.index();
                }
            }
        }

        private void part(PlacedPart part) {
            String device = part.device().name();
            sendAvailable(part.index());
            Set<Integer> results = new LinkedHashSet<>();
            for (int index = 0; index < flows.size(); index++) {
                Flow flow = flows.get(index);
                boolean made = flow.producer() != Flow.INPUT;
                boolean inside = made && partOf[flow.producer()] == part.index();
                boolean read = flow.readers().stream().anyMatch(reader -> partOf[reader] == part.index());
                if (read && !inside) {
                    Integer message = messages.get(index + " " + device);
                    if (message != null) {
                        results.add(message);
                    } else if (made) {
                        results.add(stepOfPart[partOf[flow.producer()]]);
                        checkIsOn(flow, device);
                    }
                }
            }
            stepOfPart[part.index()] = add(
                    device,
                    results,
                    new Draft(device, "", part.computeSeconds(), 0, List.of(device), Optional.empty()));
        }

        private void checkIsOn(Flow flow, String device) {
            String maker = parts.get(partOf[flow.producer()]).device().name();
            if (!maker.equals(device)) {
                throw new IllegalArgumentException(
                        "nothing is sent from '" + maker + "' to '" + device + "', where a part reads from it");
            }
        }

        /**
         * Adds the messages with results of earlier parts, in their order, up to the first one that must wait for this
         * part.
         */
        private void sendAvailable(int part) {
            while (!waiting.isEmpty()) {
                Flow flow = flows.get(waiting.get(0).flow());
                if (flow.producer() != Flow.INPUT && partOf[flow.producer()] >= part) {
                    return;
                }
                send(waiting.remove(0), flow);
            }
        }

        private void rest() {
            sendAvailable(Integer.MAX_VALUE);
        }

        private void send(Transfer transfer, Flow flow) {
            String from = transfer.from().name();
            String to = transfer.to().name();
            Set<Integer> results =
                    flow.producer() == Flow.INPUT ? Set.of() : Set.of(stepOfPart[partOf[flow.producer()]]);
            String link = from + " → " + to;
            double after = transfer.seconds() - transfer.occupiedSeconds();
            Draft draft =
                    new Draft("", link, transfer.occupiedSeconds(), after, List.of(from, to), Optional.of(transfer));
            int step = add(link, results, draft);
            messages.put(transfer.flow() + " " + to, step);
        }

        private record Draft(
                String computes,
                String link,
                double seconds,
                double after,
                List<String> alive,
                Optional<Transfer> message) {}

        private int add(String where, Set<Integer> results, Draft draft) {
            int step = steps.size();
            List<Successor> its = new ArrayList<>();
            successors.add(its);
            results.forEach(before -> successors.get(before).add(new Successor(step, true)));
            Integer before = lastOn.put(where, step);
            if (before != null && !results.contains(before)) {
                successors.get(before).add(new Successor(step, false));
            }
            steps.add(
                    new Step(draft.computes, draft.link, draft.seconds, draft.after, draft.alive, draft.message, its));
            return step;
        }

        private int[] predecessors() {
            int[] counts = new int[steps.size()];
            successors.forEach(list -> list.forEach(next -> counts[next.step()]++));
            return counts;
        }
    }
}
