/**
 * Clusters of devices that run the parts of a model. Each device is a node, which {@link io.pepper.distributed.NodeInfo}
 * describes. This room needs Apache Pekko on the class path or module path:
 * {@code org.apache.pekko:pekko-cluster-typed_2.13} and {@code org.apache.pekko:pekko-stream-typed_2.13}, which are
 * optional dependencies of this library.
 */
@NullMarked
package io.pepper.distributed;

import org.jspecify.annotations.NullMarked;
