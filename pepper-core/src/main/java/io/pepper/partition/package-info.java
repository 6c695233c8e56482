/** The choice of cuts, and the segments between the chosen cuts. */
@NullMarked
package io.pepper.partition;

import org.jspecify.annotations.NullMarked;
