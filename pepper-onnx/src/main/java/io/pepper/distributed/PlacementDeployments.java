package io.pepper.distributed;

import io.pepper.distributed.internal.flow.FlowSession;
import io.pepper.model.ProgressListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deployments of the placements of an adaptive session, each under a name of its own. What a lost node keeps of a
 * removed one is removed with a later one, once the node is back. Thread-safe.
 */
final class PlacementDeployments {
    private static final Logger LOG = LoggerFactory.getLogger(PlacementDeployments.class);

    private final ClusterClient client;
    private final String name;
    private final ClusterSessionOptions options;
    private final AtomicInteger count = new AtomicInteger();

    /** The nodes that may still hold a removed deployment, by its name. */
    private final Map<String, Set<String>> left = new ConcurrentHashMap<>();

    PlacementDeployments(ClusterClient client, String name, ClusterSessionOptions options) {
        this.client = client;
        this.name = name;
        this.options = options;
    }

    /** Deploys parts, and opens their session, which removes them when it closes. */
    ClusterSession open(Path parts) throws IOException {
        removeRest();
        String deployment = name + "-" + count.incrementAndGet();
        Set<String> holders = client.deploy(deployment, parts, 0, ProgressListener.NONE)
                .parts()
                .keySet();
        try {
            return ClusterSession.of(
                    FlowSession.open(client.target(deployment), options.flow()), () -> remove(deployment, holders));
        } catch (IOException | RuntimeException | Error failed) {
            try {
                remove(deployment, holders);
            } catch (IOException also) {
                failed.addSuppressed(also);
            }
            throw failed;
        }
    }

    private void remove(String deployment, Set<String> holders) throws IOException {
        Set<String> remaining = new HashSet<>(holders);
        left.put(deployment, remaining);
        try {
            client.undeploy(deployment).forEach(remaining::remove);
        } finally {
            if (remaining.isEmpty()) {
                left.remove(deployment);
            }
        }
        removeRest();
    }

    private void removeRest() throws IOException {
        for (NodeInfo node : left.isEmpty() ? List.<NodeInfo>of() : client.nodes()) {
            for (NodeInfo.HeldParts held : node.held()) {
                if (node.reachable() && left.containsKey(held.deployment())) {
                    try {
                        LOG.debug(
                                "{} held {} until it was back", client.undeploy(held.deployment()), held.deployment());
                        left.remove(held.deployment());
                    } catch (IOException refused) {
                        LOG.debug("{} cannot be removed yet", held.deployment(), refused);
                    }
                }
            }
        }
    }
}
