/** A process that only keeps the processor busy. */
@NullMarked
package io.pepper.predict.internal.load;

import org.jspecify.annotations.NullMarked;
