/** Statistics of measured times. */
@NullMarked
package io.pepper.measure.internal;

import org.jspecify.annotations.NullMarked;
