package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.control.ClusterSystem.Peer;
import io.pepper.distributed.internal.proto.Hello;
import io.pepper.distributed.internal.proto.Refusal;
import java.util.List;
import java.util.Optional;

/** The conditions for new members. Stateless and therefore thread-safe. */
final class NameCheck {
    private NameCheck() {}

    /** Returns the reason why a member must not join; empty if it may. */
    static Optional<Refusal> refusal(Hello hello, ClusterSystem system) {
        if (!system.isUp()) {
            return refusal("it has not joined a cluster itself yet", true);
        }
        if (!hello.getSplitBrain().equals(system.settings().strategy())) {
            return refusal(
                    "its strategy against split brain is '" + hello.getSplitBrain() + "', the cluster's is '"
                            + system.settings().strategy() + "'",
                    false);
        }
        return hello.getClient() ? Optional.empty() : nameTaken(hello, system.peers());
    }

    private static Optional<Refusal> nameTaken(Hello hello, List<Peer> peers) {
        for (Peer peer : peers) {
            boolean same = peer.isNode()
                    && peer.device().filter(hello.getName()::equals).isPresent();
            if (same && !peer.address().equals(hello.getAddress())) {
                return refusal(taken(hello.getName(), peer), !peer.reachable());
            }
        }
        return Optional.empty();
    }

    static String taken(String name, Peer peer) {
        return "the name '" + name + "' is taken by the node at " + peer.address()
                + (peer.reachable()
                        ? "; give each node a --name of its own"
                        : ", which is unreachable but not removed yet");
    }

    private static Optional<Refusal> refusal(String reason, boolean temporary) {
        return Optional.of(
                Refusal.newBuilder().setReason(reason).setTransient(temporary).build());
    }
}
