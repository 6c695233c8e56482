/** The way of tensors between the nodes of a cluster: frames, the stages of a node, and the session that calls them. */
@NullMarked
package io.pepper.distributed.internal.flow;

import org.jspecify.annotations.NullMarked;
