/** Trees that XGBoost has trained: read from JSON, checked, laid out for fast walks. No native code. */
@NullMarked
package io.pepper.predict.internal.tree;

import org.jspecify.annotations.NullMarked;
