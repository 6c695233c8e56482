/** The membership and messages of a cluster, the store of parts, and the proofs of identity. */
@NullMarked
package io.pepper.distributed.internal.control;

import org.jspecify.annotations.NullMarked;
