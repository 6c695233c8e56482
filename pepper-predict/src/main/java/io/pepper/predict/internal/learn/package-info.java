/** Learning without native code: the linear part of a predictor. */
@NullMarked
package io.pepper.predict.internal.learn;

import org.jspecify.annotations.NullMarked;
