/** The HTTP interface of Prometheus. */
@NullMarked
package io.pepper.monitor.internal;

import org.jspecify.annotations.NullMarked;
