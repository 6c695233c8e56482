package io.pepper.distributed.internal.flow;

import io.pepper.export.PartitionManifest;
import io.pepper.session.Stage;
import java.util.Objects;

/**
 * An open part of a deployment on a node.
 *
 * @param deployment the name of the deployment
 * @param version its version
 * @param part the number of the part in the manifest, from 0
 * @param stage the open part; the host calls it from one thread, and never closes it
 * @param manifest the manifest of the deployment
 */
public record ServedPart(String deployment, String version, int part, Stage stage, PartitionManifest manifest) {
    /**
     * Checks the number.
     *
     * @param deployment the name of the deployment
     * @param version its version
     * @param part the number of the part in the manifest, from 0
     * @param stage the open part
     * @param manifest the manifest of the deployment
     * @throws IndexOutOfBoundsException if the manifest has no such part
     */
    public ServedPart {
        Objects.checkIndex(part, manifest.parts().size());
    }
}
