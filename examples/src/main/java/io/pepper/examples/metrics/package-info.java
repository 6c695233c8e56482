/** Metrics of running sessions for Micrometer. */
@NullMarked
package io.pepper.examples.metrics;

import org.jspecify.annotations.NullMarked;
