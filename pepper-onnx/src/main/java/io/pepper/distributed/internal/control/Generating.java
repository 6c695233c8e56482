package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.flow.DataAddress;
import io.pepper.distributed.internal.flow.FlowTarget;
import io.pepper.distributed.internal.flow.Members;
import io.pepper.export.PartitionManifest;
import java.util.List;
import java.util.Optional;

/**
 * The nodes of a deployment, as a session sees them whose parts keep the caches of a text generator. A node serves such
 * parts beside those of the deployment itself, under a name that no deployment can have. Thread-safe.
 *
 * @param members the nodes of the deployment
 */
public record Generating(Members members) implements Members {
    private static final String SUFFIX = "#generating";

    /** Returns the name under which the parts of a deployment keep their caches. */
    static String name(String deployment) {
        return deployment + SUFFIX;
    }

    /**
     * Returns what a session needs to generate text with a deployment.
     *
     * @param target the deployment
     * @param manifest the manifest of its parts that keep their caches
     * @return the target of these parts
     */
    public static FlowTarget target(FlowTarget target, PartitionManifest manifest) {
        return new FlowTarget(
                name(target.deployment()), target.version(), manifest, new Generating(target.members()), target.tls());
    }

    @Override
    public Optional<DataAddress> address(String device) {
        return members.address(device);
    }

    @Override
    public List<String> holders(String deployment, String version, int part) {
        return members.holders(deployment.substring(0, deployment.length() - SUFFIX.length()), version, part);
    }

    @Override
    public Registration listen(Listener listener) {
        return members.listen(listener);
    }
}
