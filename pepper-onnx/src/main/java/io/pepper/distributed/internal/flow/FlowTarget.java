package io.pepper.distributed.internal.flow;

import io.pepper.export.PartitionManifest;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * The deployment that a session runs.
 *
 * @param deployment the name of the deployment
 * @param version its version
 * @param manifest its manifest
 * @param members where its parts are
 * @param tls the TLS context of the caller; empty for connections in the clear
 */
public record FlowTarget(
        String deployment,
        String version,
        PartitionManifest manifest,
        Members members,
        Optional<Supplier<SSLContext>> tls) {}
