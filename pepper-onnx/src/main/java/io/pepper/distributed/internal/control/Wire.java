package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.proto.Envelope;

/**
 * A message between members of a cluster.
 *
 * @param envelope the content, with the version of the messages
 */
record Wire(Envelope envelope) {
    /** The version of the messages. A member refuses other versions. */
    static final int VERSION = 1;
}
