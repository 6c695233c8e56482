/** The measurements of the nodes of a cluster. */
@NullMarked
package io.pepper.predict.internal.node;

import org.jspecify.annotations.NullMarked;
