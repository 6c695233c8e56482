/** Timing of models and their operators on this machine, and small models for timing. */
@NullMarked
package io.pepper.measure;

import org.jspecify.annotations.NullMarked;
