/** Tables as comma-separated values. */
@NullMarked
package io.pepper.predict.internal.csv;

import org.jspecify.annotations.NullMarked;
