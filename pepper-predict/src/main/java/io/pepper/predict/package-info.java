/**
 * Measuring models under load, learning latencies from the measurements, and predicting the latencies of pieces of
 * models.
 */
@NullMarked
package io.pepper.predict;

import org.jspecify.annotations.NullMarked;
