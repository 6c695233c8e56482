package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowKind;
import io.pepper.distributed.internal.proto.FlowRoute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The choice of a node for each part of a session, and of another one after a loss. All methods are called on the
 * session's thread.
 */
final class FlowRouter {
    private static final Logger LOG = LoggerFactory.getLogger(FlowRouter.class);

    /** For how many times the silence a node that failed is avoided, unless the members report it as back. */
    private static final int SUSPICIONS = 12;

    private final String session;
    private final String deployment;
    private final String version;
    private final Members members;
    private final FlowModel model;
    private final FlowPeers peers;
    private final Duration silence;
    private final Listener listener;
    private final Map<String, Long> suspects = new HashMap<>();
    private int epoch;
    private @Nullable Ready ready;
    private @Nullable Proposal proposal;
    private String reason = "";

    /** A confirmed route. */
    record Ready(int epoch, StageRoute route) {}

    /** A route whose nodes have not all confirmed it. */
    private record Proposal(int epoch, StageRoute route, boolean moves, Set<String> missing, long sinceNanos) {}

    /** A listener for routes. */
    interface Listener {
        /** Reports that requests cannot be sent for now. */
        void interrupted();

        /**
         * Reports that the present route can no longer be used.
         *
         * @param device the device at fault
         * @param why what is wrong with it, after its name
         */
        void lost(String device, String why);

        /** Returns the oldest route that a request still uses. */
        int oldestEpoch();

        /**
         * Reports a confirmed route.
         *
         * @param route the route
         * @param moves whether earlier requests still use the former one; otherwise they are to be sent again
         */
        void routed(Ready route, boolean moves);
    }

    FlowRouter(
            String session, FlowTarget target, FlowModel model, FlowPeers peers, Duration silence, Listener listener) {
        this.session = session;
        this.deployment = target.deployment();
        this.version = target.version();
        this.members = target.members();
        this.model = model;
        this.peers = peers;
        this.silence = silence;
        this.listener = listener;
    }

    /** Returns why there is no route; empty if there is one. */
    Optional<String> missing() {
        if (ready != null) {
            return Optional.empty();
        }
        return Optional.of(
                reason.isEmpty() && proposal != null ? "no answer from " + proposal.missing + " yet" : reason);
    }

    @Nullable
    Ready ready() {
        return ready;
    }

    /** Looks for a route to all parts, without the requests that are under way. */
    void start() {
        ready = null;
        proposal = null;
        listener.interrupted();
        Optional<List<String>> devices = choose();
        devices.ifPresent(chosen -> propose(chosen, false));
    }

    /** Returns a reachable node for each part, preferably one that has not failed lately. */
    private Optional<List<String>> choose() {
        List<String> devices = new ArrayList<>();
        for (int part = 0; part < model.parts(); part++) {
            List<String> holders = members.holders(deployment, version, part).stream()
                    .filter(device ->
                            !isFresh(device) && members.address(device).isPresent())
                    .toList();
            if (holders.isEmpty()) {
                String why = "no reachable node serves part " + part + " of " + deployment + " version " + version;
                reason = reason.isEmpty() || reason.startsWith("no reachable") ? why : reason;
                reason = reason.endsWith(why) ? reason : reason + "; " + why;
                return Optional.empty();
            }
            devices.add(holders.stream()
                    .filter(device -> !suspects.containsKey(device))
                    .findFirst()
                    .orElse(holders.get(0)));
        }
        return Optional.of(devices);
    }

    /** Returns whether a node failed so lately that it is not asked again yet. */
    private boolean isFresh(String device) {
        Long since = suspects.get(device);
        return since != null && System.nanoTime() - since < silence.toNanos() / 5;
    }

    private void propose(List<String> devices, boolean moves) {
        epoch++;
        StageRoute route = new StageRoute(model, devices);
        int oldest = moves ? listener.oldestEpoch() : epoch;
        Set<String> nodes = new HashSet<>(route.nodes());
        proposal = new Proposal(epoch, route, moves, nodes, System.nanoTime());
        FrameEncoder.Encoded frame = FrameEncoder.encode(FlowHeader.newBuilder()
                .setKind(FlowKind.FLOW_ROUTE)
                .setSession(session)
                .setEpoch(epoch)
                .setRoute(FlowRoute.newBuilder()
                        .setDeployment(deployment)
                        .setVersion(version)
                        .addAllDevices(devices)
                        .setOldestEpoch(oldest)));
        for (String device : route.nodes()) {
            FrameConnection connection = peers.open(device);
            if (connection == null || !connection.send(frame)) {
                failed(device, "cannot be reached");
                return;
            }
        }
    }

    /** Hears that a node has confirmed a route. */
    void confirmed(String device, int ofEpoch) {
        Proposal now = proposal;
        if (now == null || now.epoch != ofEpoch) {
            return;
        }
        now.missing.remove(device);
        if (now.missing.isEmpty()) {
            proposal = null;
            reason = "";
            now.route.nodes().forEach(suspects::remove);
            Ready made = new Ready(now.epoch, now.route);
            ready = made;
            LOG.debug("{} runs on {}", deployment, now.route.devices());
            listener.routed(made, now.moves);
        }
    }

    /** Hears that a node refuses a route. */
    void refused(String device, int ofEpoch, String why) {
        if (ofEpoch == epoch) {
            failed(device, why);
        }
    }

    /** Hears that a node no longer serves a part for an unanswered request, which may be of a route before this one. */
    void unserved(String device, int ofEpoch, String why) {
        if (ofEpoch == epoch || (ready != null && ready.epoch() == ofEpoch)) {
            failed(device, why);
        } else if (proposal == null || proposal.moves) {
            start(); // Sends all unanswered requests again.
        }
    }

    /** Hears that a node cannot be reached from another. The other one is at fault if nothing can replace the first. */
    void unreachable(String reporter, String device, int ofEpoch, String why) {
        if (ofEpoch == epoch || (ready != null && ready.epoch() == ofEpoch)) {
            boolean replaceable = true;
            for (int part = 0; part < model.parts(); part++) {
                List<String> holders = members.holders(deployment, version, part);
                replaceable &= !holders.contains(device)
                        || holders.stream().anyMatch(other -> !other.equals(device) && !suspects.containsKey(other));
            }
            if (!replaceable) {
                suspects.put(reporter, System.nanoTime());
            }
            failed(device, why);
        }
    }

    boolean isProposing() {
        return proposal != null;
    }

    /** Hears that a node is lost. */
    void failed(String device, String why) {
        boolean proposed = proposal != null && proposal.route.nodes().contains(device);
        boolean used = ready != null && ready.route.nodes().contains(device);
        suspects.put(device, System.nanoTime());
        if (used || (proposed && ready == null)) {
            reason = device + " " + why;
            LOG.warn("{}: {} {}", deployment, device, why);
            if (used) {
                listener.lost(device, why);
            }
            peers.drop(device, why);
            start();
        } else if (proposed) {
            proposal = null; // The present route goes on.
        }
    }

    /** Hears that a node is there, or serves other parts than before. */
    void back(String device) {
        suspects.remove(device);
        if (ready == null && proposal == null) {
            start();
        }
    }

    /** Looks after a proposal that is not confirmed, tries again, and goes back to planned nodes. */
    void tick() {
        suspects.values().removeIf(since -> System.nanoTime() - since > SUSPICIONS * silence.toNanos());
        Proposal now = proposal;
        if (now != null) {
            if (System.nanoTime() - now.sinceNanos > silence.toNanos()) {
                String late = now.missing.iterator().next();
                failed(late, "does not answer within " + silence.toMillis() + " ms");
            }
        } else if (ready == null) {
            start();
        } else {
            Ready present = ready;
            choose().filter(better -> !better.equals(present.route.devices()))
                    .ifPresent(better -> propose(better, true));
        }
    }
}
