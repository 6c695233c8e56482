/** The comparison of the outputs of a whole model with those of its parts. */
@NullMarked
package io.pepper.export.internal;

import org.jspecify.annotations.NullMarked;
