/** Comparison of JMH figures: of two checkouts in one run, or of a checkout with recorded figures. */
@NullMarked
package io.pepper.bench.compare;

import org.jspecify.annotations.NullMarked;
