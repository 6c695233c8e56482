/**
 * Timing of models and their operators on this machine, and small models that are made to be timed.
 */
@NullMarked
package io.pepper.measure;

import org.jspecify.annotations.NullMarked;
