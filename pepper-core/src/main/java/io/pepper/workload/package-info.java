/** The work of a piece of a model, and predictors of its time on a device. */
@NullMarked
package io.pepper.workload;

import org.jspecify.annotations.NullMarked;
