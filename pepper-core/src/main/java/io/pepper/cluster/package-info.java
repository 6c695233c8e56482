/** Devices that models run on, and the state that they are in. */
@NullMarked
package io.pepper.cluster;

import org.jspecify.annotations.NullMarked;
