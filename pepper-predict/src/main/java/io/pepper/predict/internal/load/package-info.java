/** A process that does nothing but keep the processor busy. */
@NullMarked
package io.pepper.predict.internal.load;

import org.jspecify.annotations.NullMarked;
