/**
 * Comparison of the outputs of a whole model and of its parts.
 */
@NullMarked
package io.pepper.export.internal;

import org.jspecify.annotations.NullMarked;
