/** What state devices are in: this machine, or those that a Prometheus watches. */
@NullMarked
package io.pepper.monitor;

import org.jspecify.annotations.NullMarked;
