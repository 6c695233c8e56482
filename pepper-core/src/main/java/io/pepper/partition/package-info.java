/** Which cuts to take: from the cuts of a graph to the segments between those that were chosen. */
@NullMarked
package io.pepper.partition;

import org.jspecify.annotations.NullMarked;
