/** The state of devices: of this machine, or of those that a Prometheus watches. */
@NullMarked
package io.pepper.monitor;

import org.jspecify.annotations.NullMarked;
