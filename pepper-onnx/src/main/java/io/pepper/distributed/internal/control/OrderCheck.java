package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import io.pepper.distributed.internal.proto.Signed;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The check of orders to a node. Each needs a challenge of this node, which is valid once, and with security the signature of an
 * allowed deployer. Thread-safe.
 */
final class OrderCheck {
    private static final Logger LOG = LoggerFactory.getLogger(OrderCheck.class);
    private static final int MAX_CHALLENGES = 1_000;

    private final String node;
    private final Proofs proofs;
    private final Set<String> deployers;
    private final Set<ByteString> challenges = new LinkedHashSet<>();

    OrderCheck(String node, Proofs proofs, Set<String> deployers) {
        this.node = node;
        this.proofs = proofs;
        this.deployers = Set.copyOf(deployers);
    }

    /** Returns a new challenge. The oldest of too many unused ones becomes invalid. */
    synchronized ByteString challenge() {
        if (challenges.size() >= MAX_CHALLENGES) {
            challenges.remove(challenges.iterator().next());
        }
        ByteString challenge = Proofs.nonce();
        challenges.add(challenge);
        return challenge;
    }

    /**
     * Checks the sender of an order.
     *
     * @throws IOException if the sender may not deploy
     */
    void requireAllowed(Signed order) throws IOException {
        Optional<String> signer = proofs.signer(order);
        if (signer.isPresent() && !deployers.contains(signer.get())) {
            LOG.warn("{}: refused an order of '{}', which may not deploy", node, signer.get());
            throw new IOException("'" + signer.get() + "' may not deploy here; allowed are "
                    + String.join(", ", deployers) + " (--deployer)");
        }
    }

    /**
     * Takes back a challenge.
     *
     * @throws IOException if the order is for another node, or its challenge was not given or is used
     */
    synchronized void redeem(String receiver, ByteString challenge) throws IOException {
        if (!receiver.equals(node) || !challenges.remove(challenge)) {
            throw new IOException("an order of another node or of the past");
        }
    }
}
